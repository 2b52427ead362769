//! The formatter: one way to lay out a flow. It works on the text's own tokens, so comments stay where they are and
//! nothing but white space ever changes; the author decides where lines break.

use crate::value::query::quoted;

/// Lays a flow out. Formatting what it gives changes nothing more.
#[must_use]
pub fn format(text: &str) -> String {
    let mut lines: Vec<Line> = Vec::new();
    let mut open = Open::default();
    let mut blank = 0;
    for raw in text.lines() {
        let tokens = tokens(raw.trim());
        if tokens.is_empty() {
            blank += 1;
            continue;
        }
        let indent = open.line(&tokens);
        lines.push(Line::new(indent, blank > 0 && !lines.is_empty(), &tokens));
        blank = 0;
    }
    align(&mut lines);
    let mut out = String::with_capacity(text.len());
    for line in &lines {
        if line.gap {
            out.push('\n');
        }
        out.push_str(&"  ".repeat(line.indent));
        out.push_str(line.text().trim_end());
        out.push('\n');
    }
    out
}

/// The brackets that are open, counted by the lines that opened them: brackets that one line opens, as in `f({`, indent
/// what is in them once.
#[derive(Default)]
struct Open(Vec<usize>);

impl Open {
    /// Goes over a line; tells its indent.
    fn line(&mut self, tokens: &[Token<'_>]) -> usize {
        let closes = |token: &&Token<'_>| matches!(token.text, "}" | "]" | ")");
        let leading = tokens.iter().take_while(closes).count();
        let mut whole = true;
        for _ in 0..leading {
            whole = self.close();
        }
        // Where only some of the brackets of a line are closed, those stand below that line too.
        let indent = if whole { self.0.len() } else { self.0.len().saturating_sub(1) };
        let mut opened = 0;
        for token in tokens.iter().skip(leading) {
            match token.text {
                "{" | "[" | "(" => opened += 1,
                "}" | "]" | ")" if opened > 0 => opened -= 1,
                "}" | "]" | ")" => {
                    self.close();
                }
                _ => {}
            }
        }
        if opened > 0 {
            self.0.push(opened);
        }
        indent
    }

    /// Closes one bracket; whether it was the last one of the line that opened it.
    fn close(&mut self) -> bool {
        match self.0.last_mut() {
            Some(left) if *left > 1 => {
                *left -= 1;
                false
            }
            _ => {
                self.0.pop();
                true
            }
        }
    }
}

/// One line: what stands before the `=` of a field, what after, and the comment at its end.
struct Line {
    indent: usize,
    /// Whether a blank line stands before it; more than one become one.
    gap: bool,
    before: String,
    /// The width to which `before` is filled up, so that the `=` of neighbours stand in a column.
    width: usize,
    after: String,
}

impl Line {
    fn new(indent: usize, gap: bool, tokens: &[Token<'_>]) -> Self {
        // A field: a name, `=`, and the rest. Only those are set in columns.
        let field = matches!(tokens, [name, equals, ..] if is_word(name.text) && equals.text == "=");
        let (before, after) = if field {
            let name = tokens.first().map(|token| token.text.to_owned()).unwrap_or_default();
            (name, spaced(tokens.get(1..).unwrap_or_default()))
        } else {
            (spaced(tokens), String::new())
        };
        let width = before.chars().count();
        Self { indent, gap, before, width, after }
    }

    fn text(&self) -> String {
        if self.after.is_empty() {
            return self.before.clone();
        }
        let fill = self.width.saturating_sub(self.before.chars().count());
        format!("{}{} {}", self.before, " ".repeat(fill), self.after)
    }
}

/// Sets the `=` of neighbouring fields of one block in a column.
fn align(lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let Some(first) = lines.get(start) else { break };
        if first.after.is_empty() {
            start += 1;
            continue;
        }
        let indent = first.indent;
        let run = lines
            .get(start..)
            .unwrap_or_default()
            .iter()
            .enumerate()
            .take_while(|(at, line)| !line.after.is_empty() && line.indent == indent && (*at == 0 || !line.gap))
            .count();
        let group = lines.get_mut(start..start + run).unwrap_or_default();
        let width = group.iter().map(|line| line.before.chars().count()).max().unwrap_or(0);
        group.iter_mut().for_each(|line| line.width = width);
        start += run.max(1);
    }
}

#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    /// Whether white space stood before it.
    spaced: bool,
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn tokens(line: &str) -> Vec<Token<'_>> {
    const LONG: [&str; 8] = ["??", "==", "!=", "<=", ">=", "=>", "..", "[*]"];
    let mut out = Vec::new();
    let mut at = 0;
    let mut spaced = false;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            spaced = true;
            at += first.len_utf8();
            continue;
        }
        let length = match first {
            '#' => rest.len(),
            '"' | '\'' => quoted(rest, first),
            '$' => path(rest),
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let mut end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                // A decimal is one token; a range of durations (`1s..5m`) is not.
                let fraction = rest.get(end..).unwrap_or("");
                if c.is_ascii_digit()
                    && fraction.starts_with('.')
                    && fraction.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
                {
                    let digits = fraction.get(1..).unwrap_or("");
                    end += 1 + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
                }
                end
            }
            _ => LONG.iter().find(|long| rest.starts_with(**long)).map_or(first.len_utf8(), |long| long.len()),
        };
        out.push(Token { text: rest.get(..length).unwrap_or(rest), spaced });
        spaced = false;
        at += length.max(1);
    }
    out
}

/// A path or query is one token: what stands in its brackets is JSONPath and stays as it is.
fn path(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '[' => depth += 1,
            ']' if depth > 0 => depth -= 1,
            '"' | '\'' if depth > 0 => {
                let skip = quoted(text.get(at..).unwrap_or(""), char);
                while chars.peek().is_some_and(|(next, _)| *next < at + skip) {
                    chars.next();
                }
            }
            _ if depth > 0 => {}
            '?' if chars.peek().is_none_or(|(_, next)| *next != '?') => {}
            c if c.is_alphanumeric() || c == '_' || c == '.' || c == '*' => {}
            _ => return at,
        }
    }
    text.len()
}

/// Tokens with the space between them that the language has, wherever it may be free.
fn spaced(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        if let Some(before) = before {
            let earlier = index.checked_sub(2).and_then(|index| tokens.get(index));
            if token.text.starts_with('#') {
                out.push_str("  ");
            } else if gap(earlier, *before, *token)
                || merges(before.text, token.text)
                || decimal(earlier, before.text, token.text)
            {
                out.push(' ');
            }
        }
        out.push_str(token.text);
    }
    out
}

/// Whether two tokens would read as something else without a space between them, such as `?` and `?`.
fn merges(a: &str, b: &str) -> bool {
    let joined = format!("{a}{b}");
    !matches!(tokens(&joined).as_slice(), [x, y] if x.text == a && y.text == b)
}

/// Whether `6`, `.` and `1` would become one number without a space between them.
fn decimal(earlier: Option<&Token<'_>>, before: &str, token: &str) -> bool {
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    before == "." && digit(token) && earlier.is_some_and(|earlier| digit(earlier.text))
}

fn gap(earlier: Option<&Token<'_>>, before: Token<'_>, token: Token<'_>) -> bool {
    const WORDS: [&str; 12] =
        ["and", "or", "not", "in", "if", "else", "match", "where", "with", "catch", "when", "because"];
    // Words that begin a statement and are followed by an expression.
    const BEGINNINGS: [&str; 3] = ["expect", "ensure", "key"];
    let (a, b) = (before.text, token.text);
    if a == "(" || a == "[" || b == ")" || b == "]" || b == "," || b == "?" || b == "[*]" {
        return false;
    }
    if a == "." || b == "." || a == ".." || b == ".." {
        return false;
    }
    if b == "(" {
        // A call has no gap; a group after a keyword or an operator has one.
        let begins = earlier.is_none() && BEGINNINGS.contains(&a);
        return !is_word(a) || WORDS.contains(&a) || begins;
    }
    if b == "[" {
        let indexes = is_word(a) && !WORDS.contains(&a) && !token.spaced;
        return !(indexes || (matches!(a, ")" | "]" | "?") && !token.spaced));
    }
    if b == ":" {
        return false;
    }
    if a == "-" {
        // After a value it subtracts, elsewhere it is a sign and stands at its number.
        let sign = match earlier.map(|token| token.text) {
            None => true,
            Some(text) => {
                WORDS.contains(&text)
                    || matches!(
                        text,
                        "(" | "["
                            | ","
                            | "="
                            | "=="
                            | "!="
                            | "<"
                            | ">"
                            | "<="
                            | ">="
                            | "+"
                            | "-"
                            | "*"
                            | "/"
                            | "??"
                            | "=>"
                            | "{"
                    )
            }
        };
        return !sign;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn a_flow_is_laid_out_and_stays_so() {
        let text = "transform  order {\n a=1 # one\n      longer_name = f( x,-2 )[0] ?? $.a[?@.b > 1]\n\n\n\n lines = for i in xs where i.a>0 {\n x = i . y\n }\n}\n";
        let wanted = "transform order {\n  a           = 1  # one\n  longer_name = f(x, -2)[0] ?? $.a[?@.b > 1]\n\n  lines = for i in xs where i.a > 0 {\n    x = i.y\n  }\n}\n";
        assert_eq!(format(text), wanted);
        assert_eq!(format(wanted), wanted);
    }

    #[test]
    fn a_word_that_begins_a_statement_is_no_call() {
        let text = "expect (if a { 1 } else { 2 }) == 1\nensure (a + b) == c because \"x\"\nlet x = key(a)\n";
        assert_eq!(format(text), text);
    }

    #[test]
    fn brackets_that_one_line_opens_indent_once() {
        let text =
            "let a = f(for x in xs {\ng(for y in x {\nb = y\n})\n}\n)\nlet c = if d { 1 } else { {\ne = [\n1\n]\n} }\n";
        let wanted = "let a = f(for x in xs {\n  g(for y in x {\n    b = y\n  })\n}\n)\nlet c = if d { 1 } else { {\n  e = [\n    1\n  ]\n} }\n";
        assert_eq!(format(text), wanted);
        assert_eq!(format(wanted), wanted);
    }
}
