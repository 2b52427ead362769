//! Literals: names, numbers, durations and text with its `{{ … }}` parts.

use std::time::Duration;

use jiff::SignedDuration;
use pest::iterators::Pair;

use super::{Builder, Rule, expression_at};
use crate::diag::{Code, Diagnostic, Span};
use crate::lang::ast::{Expr, ExprKind, Name};
use crate::value::{Value, json};

impl Builder<'_> {
    pub(super) fn bad<T>(&mut self, code: Code, pair: &Pair<'_, Rule>, message: &str, help: &str) -> Option<T> {
        let span = self.span(pair);
        self.found.push(Diagnostic::new(code, span, message).help(help));
        None
    }

    /// A word, or a quoted one where a field has a name that is no word.
    pub(super) fn name(&mut self, pair: Pair<'_, Rule>) -> Option<Name> {
        if pair.as_str().starts_with('"') {
            return self.quoted(&pair);
        }
        Some(Name { text: pair.as_str().to_owned(), span: self.span(&pair) })
    }

    /// The content of quoted text.
    pub(super) fn quoted(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        let span = self.span(pair);
        match unquote(pair.as_str()) {
            Ok(text) => Some(Name { text, span }),
            Err(wrong) => {
                let begin = span.start as usize + 1;
                let at = Span::new(begin + wrong.at.start, begin + wrong.at.end);
                self.found.push(Diagnostic::new(Code::E145, at, wrong.message).help(wrong.help));
                None
            }
        }
    }

    pub(super) fn number(&mut self, pair: &Pair<'_, Rule>) -> Option<Value> {
        let text = pair.as_str();
        if let Ok(int) = text.parse::<i64>() {
            return Some(Value::Int(int));
        }
        match json::decimal(text) {
            Some(decimal) => Some(Value::Decimal(decimal)),
            None => self.bad(
                Code::E106,
                pair,
                "this number has more than the 28 digits that are kept exactly",
                "round it where it is made, or keep it as text in quotes",
            ),
        }
    }

    pub(super) fn duration(&mut self, pair: &Pair<'_, Rule>) -> Option<Duration> {
        let text = pair.as_str();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.get(digits.len()..) {
            Some("ms") => 1,
            Some("s") => 1_000,
            Some("m") => 60_000,
            Some("h") => 3_600_000,
            Some("d") => 86_400_000,
            _ => 7 * 86_400_000,
        };
        let millis = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(unit));
        match millis.filter(|millis| *millis < 100 * 366 * 86_400_000) {
            Some(millis) => Some(Duration::from_millis(millis)),
            None => self.bad(Code::E146, pair, "this duration is longer than a hundred years", "write a shorter one"),
        }
    }

    pub(super) fn duration_value(&mut self, pair: &Pair<'_, Rule>) -> Option<SignedDuration> {
        self.duration(pair).and_then(|duration| SignedDuration::try_from(duration).ok())
    }

    /// Text, which is a template if it holds `{{` or `{%`.
    pub(super) fn text(&mut self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(pair);
        let text = self.quoted(pair)?.text;
        if text.contains("{%") {
            return Some(Expr { kind: ExprKind::Template(text), span });
        }
        if !text.contains("{{") {
            return Some(Expr { kind: ExprKind::Literal(Value::from(text)), span });
        }
        let raw = pair.as_str();
        let inner = raw.get(1..raw.len() - 1).unwrap_or("");
        let start = span.start as usize + 1;
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(open) = inner.get(at..).and_then(|rest| rest.find("{{")) {
            let open = at + open;
            self.literal_part(inner.get(at..open).unwrap_or(""), start + at, &mut parts);
            let Some(close) = closing(inner, open + 2) else {
                let here = Span::new(start + open, start + open + 2);
                self.found
                    .push(Diagnostic::new(Code::E108, here, "this `{{` is not closed").help("write `{{ value }}`"));
                return None;
            };
            let code = inner.get(open + 2..close).unwrap_or("");
            // Inside text, quotes of text are escaped; the expression has them plain, at the same width so that places
            // stay right and its text gets nothing that the author did not write.
            let plain = unescaped(code);
            let lead = plain.len() - plain.trim_start().len();
            parts.push(expression_at(plain.trim(), start + open + 2 + lead, self.found)?);
            at = close + 2;
        }
        self.literal_part(inner.get(at..).unwrap_or(""), start + at, &mut parts);
        Some(Expr { kind: ExprKind::Interpolated(parts), span })
    }

    fn literal_part(&mut self, raw: &str, start: usize, parts: &mut Vec<Expr>) {
        if let (false, Ok(text)) = (raw.is_empty(), unquote(&format!("\"{raw}\""))) {
            let span = Span::new(start, start + raw.len());
            parts.push(Expr { kind: ExprKind::Literal(Value::from(text)), span });
        }
    }
}

/// An expression inside text, with the quotes of its own text plain: each is as wide as before, with the space outside
/// the text that it begins or ends.
fn unescaped(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut inside = false;
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("\\\"") {
        out.push_str(before);
        out.push_str(if inside { "\" " } else { " \"" });
        inside = !inside;
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the `}}` is that closes an expression, past any text inside it.
fn closing(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (from, false);
    while at < bytes.len() {
        match bytes.get(at..)? {
            [b'\\', b'"', ..] => {
                quoted = !quoted;
                at += 1;
            }
            [b'}', b'}', ..] if !quoted => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// What is wrong with text: which bytes of what stands between the quotes, why, and what to write.
struct Escape {
    at: std::ops::Range<usize>,
    message: String,
    help: String,
}

/// The content of text in double or single quotes, with JSON's escapes.
fn unquote(quoted: &str) -> Result<String, Escape> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, char)) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next().map(|(_, char)| char) {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some(plain @ ('"' | '\\' | '/' | '\'')) => out.push(plain),
            Some('u') => {
                let code: String = chars.by_ref().take(4).map(|(_, char)| char).collect();
                let char = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                out.push(char.ok_or_else(|| Escape {
                    at: at..at + 2 + code.len(),
                    message: format!("`\\u{code}` is no character"),
                    help: "write four hexadecimal digits, as in `\\u00e9`, or the character itself".to_owned(),
                })?);
            }
            other => {
                let escape = other.map_or_else(|| "\\".to_owned(), |other| format!("\\{other}"));
                return Err(Escape {
                    at: at..at + escape.len(),
                    message: format!("`{escape}` means nothing in text"),
                    help: "write `\\\\` for a backslash".to_owned(),
                });
            }
        }
    }
    Ok(out)
}
