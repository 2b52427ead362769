//! Text to [`File`]. The only module that knows pest. A slip in one declaration does not hide those in others: what
//! does not parse is parsed again by itself, and its own field lines again by themselves, for the exact error of each.

mod expression;
mod group;
mod item;
mod literal;
mod lookup;
mod shared;
mod slip;
mod test;

use pest::Parser;
use pest::iterators::Pair;

use super::ast::{Expr, ExprKind, File, Item, ItemKind, Name, SourceItem, Step};
use super::{MAX_DEPTH, MAX_SOURCE};
use crate::diag::{Code, Diagnostic, Span};
use slip::syntax;

/// What pest makes of the grammar.
#[allow(missing_docs, unreachable_pub, reason = "generated: the grammar file documents its rules")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/flow.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

/// How many rule calls pest may make for one process-wide parse; generous for 1 MiB, an end for hostile text.
const CALLS: usize = 50_000_000;

/// Parses a file whose places begin at `base`. What cannot be parsed is left out and said.
pub(super) fn parse(text: &str, base: usize, found: &mut Vec<Diagnostic>) -> File {
    let mut file = File::default();
    let said = found.len();
    if !acceptable(text, found) {
        for found in found.iter_mut().skip(said) {
            found.span = Span::new(base + found.span.start as usize, base + found.span.end as usize);
        }
        return file;
    }
    let text = &masked(text);
    let pairs = match Grammar::parse(Rule::file, text) {
        Ok(pairs) => pairs,
        Err(error) => {
            found.push(syntax(&error, base, text));
            return file;
        }
    };
    let mut builder = Builder { base, depth: 0, found };
    for pair in pairs.flat_map(Pair::into_inner) {
        match pair.as_rule() {
            Rule::item => file.items.extend(builder.item(pair)),
            Rule::junk => recover(pair.as_str(), base + pair.as_span().start(), &mut file, builder.found),
            _ => {}
        }
    }
    file
}

/// Parses one expression.
pub(super) fn expression(text: &str, found: &mut Vec<Diagnostic>) -> Option<Expr> {
    if !acceptable(text, found) {
        return None;
    }
    expression_at(text, 0, found)
}

/// Parses an expression that stands at a byte of a larger text.
fn expression_at(text: &str, base: usize, found: &mut Vec<Diagnostic>) -> Option<Expr> {
    match Grammar::parse(Rule::only_expr, text) {
        Ok(pairs) => {
            let mut builder = Builder { base, depth: 0, found };
            let pair = pairs.flat_map(Pair::into_inner).find(|pair| pair.as_rule() == Rule::expr)?;
            builder.expr(pair)
        }
        Err(error) => {
            found.push(syntax(&error, base, text));
            None
        }
    }
}

/// Turns pairs into the tree.
struct Builder<'f> {
    /// Where the parsed text stands in the file.
    base: usize,
    /// How deep the tree is that is being built.
    depth: usize,
    found: &'f mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        // A pair may end in white space that belonged to a repetition; the underline should not.
        let end = span.start() + pair.as_str().trim_end().len();
        Span::new(self.base + span.start(), self.base + end)
    }
}

/// Text that cannot hurt the parser: not too large, and not nested beyond what the later stages walk.
fn acceptable(text: &str, found: &mut Vec<Diagnostic>) -> bool {
    static LIMIT: std::sync::Once = std::sync::Once::new();
    LIMIT.call_once(|| pest::set_call_limit(std::num::NonZeroUsize::new(CALLS)));
    if text.len() > MAX_SOURCE {
        found.push(
            Diagnostic::new(Code::E103, Span::new(0, 0), format!("the file is larger than {MAX_SOURCE} bytes"))
                .help("split it into several flows"),
        );
        return false;
    }
    let mut depth = 0_usize;
    let mut operators = 0_usize;
    let mut chars = text.char_indices();
    let mut before = ' ';
    while let Some((at, char)) = chars.next() {
        match char {
            '"' | '\'' => {
                // Brackets inside text do not nest. Text ends with its line at the latest, as it does for `masked`.
                while let Some((_, inner)) = chars.next() {
                    match inner {
                        '\\' => drop(chars.next()),
                        inner if inner == char || inner == '\n' => break,
                        _ => {}
                    }
                }
            }
            '#' => drop(chars.by_ref().find(|(_, c)| *c == '\n')),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                operators = 0;
            }
            '-' => operators += 1,
            't' if before == 'o' => operators += 1,
            c if c.is_whitespace() || c == 'n' || c == 'o' => {}
            _ => operators = 0,
        }
        before = char;
        if depth > MAX_DEPTH || operators > MAX_DEPTH {
            found.push(
                Diagnostic::new(
                    Code::E102,
                    Span::new(at, at + char.len_utf8()),
                    format!("nested deeper than {MAX_DEPTH} levels"),
                )
                .help("give inner parts names with `let`"),
            );
            return false;
        }
    }
    true
}

/// The text with comments blanked out byte for byte. pest skips comments by itself, but `junk` and the keyword at a
/// line's start must not see what stands in them.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote that the text being read began with.
    let mut in_text: Option<char> = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '#' if in_text.is_none() => {
                out.push(' ');
                for char in chars.by_ref() {
                    if char == '\n' {
                        out.push('\n');
                        break;
                    }
                    out.extend(std::iter::repeat_n(' ', char.len_utf8()));
                }
            }
            '\\' if in_text.is_some() => {
                out.push(char);
                out.extend(chars.next());
            }
            '"' | '\'' => {
                in_text = match in_text {
                    None => Some(char),
                    Some(quote) if quote == char => None,
                    other => other,
                };
                out.push(char);
            }
            // Text does not run over a line's end; a quote that was forgotten must not swallow the file.
            '\n' => {
                in_text = None;
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out
}

/// A declaration that did not parse: its error, and further ones in its lines.
fn recover(junk: &str, start: usize, file: &mut File, found: &mut Vec<Diagnostic>) {
    let trimmed = junk.trim();
    if trimmed.is_empty() {
        return;
    }
    let start = start + junk.find(trimmed).unwrap_or(0);
    let error = match Grammar::parse(Rule::only_item, trimmed) {
        Ok(pairs) => {
            let mut builder = Builder { base: start, depth: 0, found };
            for pair in pairs.flat_map(Pair::into_inner).filter(|pair| pair.as_rule() == Rule::item) {
                file.items.extend(builder.item(pair));
            }
            return;
        }
        Err(error) => error,
    };
    let mut words = trimmed.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let declared = match words.next() {
        Some("let" | "transform" | "lookup" | "param" | "function") => words.next(),
        Some("target") => words.skip_while(|word| *word != "as").nth(1),
        _ => None,
    };
    // Of a `use` all names before the file are meant.
    let used = trimmed.strip_prefix("use ").map_or("", |rest| rest.split('"').next().unwrap_or_default());
    let used = used.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let broken = |name: &str| Name { text: name.to_owned(), span: Span::new(start, start) };
    file.broken.extend(declared.into_iter().chain(used).map(broken));
    let first = syntax(&error, start, trimmed);
    let at = first.span.start as usize - start;
    found.push(first);
    file.items.extend(source_of(trimmed, start));
    // The lines of a function name its parameters, which nobody knows without it.
    if !trimmed.starts_with("function") {
        fields(trimmed, start, at, file, found);
    }
}

/// The source that a declaration with an error in it names: with it, the paths of the rest can be checked.
fn source_of(text: &str, start: usize) -> Option<Item> {
    let mut words = text
        .match_indices(|c: char| c.is_ascii_alphanumeric() || c == '_')
        .map(|(at, _)| at)
        .filter(|at| !text.get(..*at).unwrap_or("").ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
    let mut name = || {
        let at = words.next()?;
        let rest = text.get(at..)?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        Some(Name { text: rest.get(..end)?.to_owned(), span: Span::new(start + at, start + at + end) })
    };
    if name()?.text != "source" {
        return None;
    }
    let (connector, entity) = (name()?, name()?);
    let span = Span::new(start, entity.span.end as usize);
    let source = SourceItem { connector, entity, ..SourceItem::default() };
    Some(Item { kind: ItemKind::Source(source), span })
}

/// The lines of a broken declaration that are whole fields of their own: those after the error are tried for further
/// errors, and what parses is checked under a name that no author can write.
fn fields(text: &str, start: usize, error: usize, file: &mut File, found: &mut Vec<Diagnostic>) {
    let word = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let (mut offset, mut depth) = (0, 0);
    for line in text.split_inclusive('\n') {
        let (begin, level) = (offset, depth);
        offset += line.len();
        depth += balance(line);
        if (begin..offset).contains(&error) {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let local = name.trim().strip_prefix("let ").map(str::trim);
        if !word(local.unwrap_or(name.trim())) || value.starts_with('=') || balance(value) != 0 || begin == 0 {
            continue;
        }
        let value_at = begin + name.len() + 1;
        let value = value.trim_end().trim_end_matches(',');
        let lead = value.len() - value.trim_start().len();
        let value_at = start + value_at + lead;
        if value.trim().is_empty() {
            continue;
        }
        let before = found.len();
        let parsed = expression_at(value.trim(), value_at, found);
        if begin < error {
            // It did parse in its place; what is said here is an effect of taking it alone.
            found.truncate(before);
        }
        if let Some(local) = local {
            let at = Span::new(value_at, value_at);
            file.broken.push(Name { text: local.to_owned(), span: at });
        }
        // Deeper fields may name variables of a `for` around them.
        if let Some(value) = parsed.filter(|_| level == 1) {
            let name = Name { text: format!("_ {begin}:{start}"), span: Span::new(value_at - 1, value_at - 1) };
            let span = value.span;
            let value = Expr { kind: ExprKind::List(vec![value]), span };
            file.items.push(Item { kind: ItemKind::Step(Step::Let { name, value }), span });
        }
    }
}

/// How many more brackets a line opens than it closes, outside text.
fn balance(text: &str) -> i32 {
    let mut depth = 0;
    let mut quoted = false;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' if quoted => drop(chars.next()),
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::lang::ast::{Expect, ItemKind};

    #[test]
    fn a_written_target_without_payload_may_be_followed_by_more() {
        let text =
            "test \"t\" {\n  given {}\n  expect target a\n  expect no target b\n  expect target c\n  with c = 1\n}\n";
        let mut found = Vec::new();
        let file = parse(text, 0, &mut found);
        assert!(found.is_empty(), "{found:?}");
        let ItemKind::Test(test) = &file.items[0].kind else { panic!("{:?}", file.items[0].kind) };
        assert!(matches!(
            test.expect.as_slice(),
            [Expect::Target(_, _, None), Expect::NoTarget(_), Expect::Target(_, _, None)]
        ));
    }
}
