//! Text to [`File`]. The only module that knows pest. A slip in one declaration does not hide those in others: what
//! does not parse is parsed again by itself, and its own field lines again by themselves, for the exact error of each.

mod expression;
mod item;
mod literal;
mod lookup;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::ast::{Expr, ExprKind, File, Item, ItemKind, Name, SourceItem, Step};
use super::{MAX_DEPTH, MAX_SOURCE};
use crate::diag::{Code, Diagnostic, Span, suggest};

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

/// Parses a flow file. What cannot be parsed is left out and said.
pub(super) fn parse(text: &str, found: &mut Vec<Diagnostic>) -> File {
    let mut file = File::default();
    if !acceptable(text, found) {
        return file;
    }
    let text = &masked(text);
    let pairs = match Grammar::parse(Rule::file, text) {
        Ok(pairs) => pairs,
        Err(error) => {
            found.push(syntax(&error, 0, text));
            return file;
        }
    };
    let mut builder = Builder { base: 0, depth: 0, found };
    for pair in pairs.flat_map(Pair::into_inner) {
        match pair.as_rule() {
            Rule::item => file.items.extend(builder.item(pair)),
            Rule::junk => recover(pair.as_str(), pair.as_span().start(), &mut file, builder.found),
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
        Some("let" | "transform" | "lookup" | "param") => words.next(),
        Some("target") => words.skip_while(|word| *word != "as").nth(1),
        _ => None,
    };
    file.broken.extend(declared.map(|name| Name { text: name.to_owned(), span: Span::new(start, start) }));
    let first = syntax(&error, start, trimmed);
    let at = first.span.start as usize - start;
    found.push(first);
    file.items.extend(source_of(trimmed, start));
    fields(trimmed, start, at, file, found);
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
    let source = SourceItem { connector, entity, triggers: Vec::new(), filter: None, since: None };
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

fn balance(text: &str) -> i32 {
    text.chars().fold(0, |depth, char| match char {
        '(' | '[' | '{' => depth + 1,
        ')' | ']' | '}' => depth - 1,
        _ => depth,
    })
}

/// A pest error in the author's words.
fn syntax(error: &pest::error::Error<Rule>, base: usize, text: &str) -> Diagnostic {
    let (start, end) = match error.location {
        InputLocation::Pos(at) => (at, at),
        InputLocation::Span((start, end)) => (start, end),
    };
    let rest = text.get(start..).unwrap_or("");
    let width = match rest.chars().next() {
        Some(c) if c.is_alphanumeric() || c == '_' => {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        }
        Some(c) => c.len_utf8(),
        None => 0,
    };
    let span = Span::new(base + start, base + end.max(start + width));
    let seen = rest.get(..width).unwrap_or("").trim();
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => {
            if let Some(found) = habit(text, start, base, positives) {
                return found;
            }
            let expected = expected(positives);
            let message = match seen {
                "" if start >= text.trim_end().len() => "the text ends here too early".to_owned(),
                "" => "this line ends too early".to_owned(),
                seen => format!("`{seen}` does not fit here"),
            };
            let diagnostic = Diagnostic::new(Code::E101, span, message);
            match slip(seen, rest, positives) {
                Some(help) => diagnostic.help(help),
                None if expected.is_empty() => diagnostic,
                None => diagnostic.help(format!("expected {expected}")),
            }
        }
        ErrorVariant::CustomError { message } if message.contains("limit") => {
            Diagnostic::new(Code::E102, span, "this is nested too deep to be parsed")
                .help("give inner parts names with `let`")
        }
        ErrorVariant::CustomError { message } => Diagnostic::new(Code::E101, span, message.clone()),
    }
}

/// Slips whose place is not where the parser stopped.
fn habit(text: &str, at: usize, base: usize, positives: &[Rule]) -> Option<Diagnostic> {
    let before = text.get(..at)?;
    let rest = text.get(at..)?;
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let word = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let say = |from: usize, to: usize, message: String, help: String| {
        Some(Diagnostic::new(Code::E101, Span::new(base + from, base + to), message).help(help))
    };
    // `name =` and nothing more, so that the next field's name was taken for the value.
    let left = before.get(line..)?.trim();
    let above = before.get(..line)?.trim_end();
    let sets = |text: &str| text.ends_with('=') && !text.ends_with("==");
    if rest.starts_with('=') && !rest.starts_with("==") && !left.is_empty() && word(left) == left.len() && sets(above) {
        let help = "write a value, or `null` for none".to_owned();
        return say(above.len() - 1, above.len(), "nothing stands after this `=`".to_owned(), help);
    }
    if rest.starts_with('"') && !rest.get(1..)?.lines().next().unwrap_or("").contains('"') {
        let end = at + rest.lines().next().unwrap_or("").trim_end().len();
        return say(at, end, "this text is not closed".to_owned(), "close it with `\"` on the same line".to_owned());
    }
    if rest.starts_with('|') && before.ends_with('|') {
        let help = "write `or`, or `??` for a default".to_owned();
        return say(at - 1, at + 1, "`||` means nothing here".to_owned(), help);
    }
    let name = rest.get(..word(rest))?;
    let then = rest.get(name.len()..)?;
    if !name.is_empty() && then.trim_start().starts_with(':') && positives.contains(&Rule::entry) {
        let colon = at + name.len() + then.find(':').unwrap_or(0);
        let help = format!("fields are set with `=`: `{name} = value`");
        return say(colon, colon + 1, "`:` does not fit here".to_owned(), help);
    }
    if !name.is_empty() && at == line && base + at > 0 && positives.contains(&Rule::EOI) {
        let help = match suggest::nearest(name, DECLARATIONS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("in the first column stand {}", DECLARATIONS.join(", ")),
        };
        return say(at, at + name.len(), format!("`{name}` begins no declaration"), help);
    }
    if positives.contains(&Rule::ident) && RESERVED.contains(&name) {
        let help = "choose another name".to_owned();
        return say(at, at + name.len(), format!("`{name}` is a word of the language and no name"), help);
    }
    if rest.trim().is_empty()
        && let Some(open) = unclosed(text)
    {
        let close = match text.get(open..=open) {
            Some("{") => "}",
            Some("[") => "]",
            _ => ")",
        };
        return say(open, open + 1, "this is never closed".to_owned(), format!("add the `{close}`"));
    }
    None
}

/// The words that begin declarations.
const DECLARATIONS: [&str; 15] = [
    "flow",
    "source",
    "key",
    "lookup",
    "param",
    "skip",
    "reject",
    "ensure",
    "let",
    "transform",
    "target",
    "when",
    "on",
    "alert",
    "test",
];

/// The words that cannot be names.
const RESERVED: [&str; 15] =
    ["and", "or", "not", "in", "if", "else", "match", "for", "where", "with", "let", "catch", "null", "true", "false"];

/// Where the innermost bracket stands that nothing closes.
fn unclosed(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut quoted = false;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if quoted => drop(chars.next()),
            '"' => quoted = !quoted,
            '\n' => quoted = false,
            '(' | '[' | '{' if !quoted => open.push(at),
            ')' | ']' | '}' if !quoted => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// What integrators write by habit from other languages, and what it is here.
fn slip(seen: &str, rest: &str, positives: &[Rule]) -> Option<&'static str> {
    Some(match seen {
        "=" if rest.starts_with("==") => "`==` compares; a field is set with one `=`",
        "=" if positives.contains(&Rule::equal) => "to compare write `==`",
        "&" => "write `and`",
        "!" => "write `not`, or `!=` to compare",
        ":" => "fields are set with `=`: `name = value`",
        "'" => "text stands in double quotes: \"…\"",
        ";" => "no semicolons: a new line is enough",
        "/" if rest.starts_with("//") => "comments begin with `#`",
        _ => return None,
    })
}

fn expected(positives: &[Rule]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for rule in positives {
        let name = match rule {
            Rule::expr
            | Rule::unary
            | Rule::postfix
            | Rule::pattern_expr
            | Rule::path
            | Rule::call
            | Rule::variable
            | Rule::group
            | Rule::if_
            | Rule::match_
            | Rule::for_
            | Rule::not
            | Rule::negate
            | Rule::null
            | Rule::true_
            | Rule::false_
            | Rule::list
            | Rule::literal => "a value",
            Rule::ident | Rule::name => "a name",
            Rule::string => "text in double quotes",
            Rule::number | Rule::integer => "a number",
            Rule::duration => "a duration such as 15m",
            Rule::object | Rule::block => "`{`",
            Rule::entry | Rule::binding => "a field `name = value`",
            Rule::arm | Rule::else_arm | Rule::pattern | Rule::comparison => "a case `pattern => value`",
            Rule::entity => "`connector.entity`",
            Rule::item => "a declaration such as `source`, `let` or `target`",
            Rule::type_name | Rule::type_ | Rule::type_path | Rule::type_list => "a type",
            Rule::EOI => "the end",
            Rule::because => "`because`",
            Rule::retry => "`retry`",
            Rule::otherwise | Rule::kw_else => "`else`",
            Rule::kw_by | Rule::by => "`by`",
            Rule::kw_give | Rule::give => "`give`",
            Rule::kw_rules => "`rules`",
            Rule::kw_reverse => "`reverse`",
            Rule::kw_ignoring | Rule::ignoring => "`ignoring`",
            Rule::kw_in => "`in`",
            Rule::kw_when => "`when`",
            Rule::kw_because => "`because`",
            Rule::kw_table => "`table`",
            Rule::kw_error => "`error`",
            Rule::kw_retry => "`retry`",
            Rule::kw_target => "`target`",
            Rule::given | Rule::with | Rule::expect => "`given`, `with` or `expect`",
            Rule::trigger_on | Rule::where_ | Rule::since => "`on`, `where` or `since`",
            Rule::trigger => "`event NAME`, `every 15m`, `cron \"…\"` or `manual`",
            Rule::inner => "a step such as `target` or `let`",
            Rule::verb => "`create`, `upsert`, `update`, `delete` or `call NAME`",
            Rule::or
            | Rule::and
            | Rule::coalesce
            | Rule::catch
            | Rule::in_
            | Rule::not_in
            | Rule::equal
            | Rule::unequal
            | Rule::at_most
            | Rule::at_least
            | Rule::below
            | Rule::above
            | Rule::add
            | Rule::subtract
            | Rule::multiply
            | Rule::divide
            | Rule::remainder
            | Rule::pipe => "an operator",
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Operators can follow nearly everywhere, so naming them helps only where nothing else can.
    if names.len() > 1 {
        names.retain(|name| *name != "an operator" && *name != "`in`");
    }
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
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
        let file = parse(text, &mut found);
        assert!(found.is_empty(), "{found:?}");
        let ItemKind::Test(test) = &file.items[0].kind else { panic!("{:?}", file.items[0].kind) };
        assert!(matches!(
            test.expect.as_slice(),
            [Expect::Target(_, None), Expect::NoTarget(_), Expect::Target(_, None)]
        ));
    }
}
