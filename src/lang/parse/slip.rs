//! A place where the grammar does not go on, in the author's words: which slip it is, and what to type instead. The
//! parser stops where no rule fits; what was meant is read from the text around that place. Each slip is one function
//! in [`operator`], [`number`], [`shape`], [`shaping`] or [`word`], with what tells it, its wording and its cure.

mod number;
mod operator;
mod shape;
mod shaping;
mod word;

use pest::error::{ErrorVariant, InputLocation};

use super::Rule;
use crate::diag::{Code, Diagnostic, Span};

/// Where the parser stopped, and what is around that place.
struct Stop<'t> {
    /// The text that was parsed: a declaration, or one expression.
    text: &'t str,
    /// Where that text stands in the file.
    base: usize,
    /// The byte where the parser stopped.
    at: usize,
    /// What stands before it.
    before: &'t str,
    /// What stands from there on.
    rest: &'t str,
    /// The word or sign there.
    seen: &'t str,
    /// The rules that would have fitted.
    positives: &'t [Rule],
}

impl Stop<'_> {
    /// Whether a rule would have fitted here.
    fn wants(&self, rule: Rule) -> bool {
        self.positives.contains(&rule)
    }

    /// What stands before the place in its own line.
    fn line(&self) -> &str {
        self.before.rsplit('\n').next().unwrap_or("")
    }

    /// The rest of the line.
    fn line_on(&self) -> &str {
        self.rest.lines().next().unwrap_or("")
    }

    /// Where a sign of two parts begins, of which the first was taken for another one: `||`, which may stand apart.
    fn pair(&self, first: &str, second: &str) -> Option<usize> {
        let left = self.before.trim_end_matches(' ').strip_suffix(first)?;
        self.rest.starts_with(second).then_some(left.len())
    }

    /// A finding from one byte of the text to another.
    fn say(&self, code: Code, from: usize, to: usize, message: impl Into<String>, help: impl Into<String>) -> Found {
        Some(Diagnostic::new(code, Span::new(self.base + from, self.base + to), message).help(help))
    }

    /// A finding at what was seen.
    fn say_here(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Found {
        // Where nothing was seen the next character stands for it; at the end of the text there is none.
        let width =
            if self.seen.is_empty() { self.rest.chars().next().map_or(0, char::len_utf8) } else { self.seen.len() };
        self.say(code, self.at, self.at + width, message, help)
    }
}

type Found = Option<Diagnostic>;

/// The slips in the order in which they are told apart: the more particular first.
const SLIPS: [fn(&Stop<'_>) -> Found; 30] = [
    shape::text_not_closed,
    operator::comment,
    operator::arrow,
    operator::ternary,
    operator::foreign,
    number::grouped,
    number::foreign,
    number::unit,
    word::no_dot_after_dollar,
    word::elif,
    word::reserved,
    shape::head,
    word::declaration,
    word::trigger,
    shape::value_missing,
    shape::value_missing_above,
    shape::transform_with_equals,
    shape::one_equals,
    shape::colon,
    shape::else_missing,
    shape::verb_missing,
    shape::time_missing,
    shape::reason_missing,
    shape::columns_missing,
    shaping::item_without_key,
    shape::not_closed_in_line,
    shape::closed_twice,
    operator::semicolon,
    operator::single_quote,
    shape::not_closed,
];

/// A pest error in the author's words.
pub(super) fn syntax(error: &pest::error::Error<Rule>, base: usize, text: &str) -> Diagnostic {
    let (at, end) = match error.location {
        InputLocation::Pos(at) => (at, at),
        InputLocation::Span((start, end)) => (start, end),
    };
    let rest = text.get(at..).unwrap_or("");
    let width = match rest.chars().next() {
        Some(c) if c.is_alphanumeric() || c == '_' => word_end(rest),
        Some(c) => c.len_utf8(),
        None => 0,
    };
    let span = Span::new(base + at, base + end.max(at + width));
    let positives = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { message } if message.contains("limit") => {
            return Diagnostic::new(Code::E102, span, "this is nested too deep to be parsed")
                .help("give inner parts names with `let`");
        }
        ErrorVariant::CustomError { message } => return Diagnostic::new(Code::E101, span, message.clone()),
    };
    let seen = rest.get(..width).unwrap_or("").trim();
    let stop = Stop { text, base, at, before: text.get(..at).unwrap_or(""), rest, seen, positives };
    SLIPS.iter().find_map(|slip| slip(&stop)).unwrap_or_else(|| other(&stop, span))
}

/// What no slip explains: what is there, and what could be.
fn other(stop: &Stop<'_>, span: Span) -> Diagnostic {
    let message = match stop.seen {
        "" if stop.at >= stop.text.trim_end().len() => "the text ends here too early".to_owned(),
        "" => "this line ends too early".to_owned(),
        seen => format!("`{seen}` does not fit here"),
    };
    let diagnostic = Diagnostic::new(Code::E101, span, message);
    let expected = expected(stop.positives);
    if expected.is_empty() { diagnostic } else { diagnostic.help(format!("expected {expected}")) }
}

/// Where the word ends that a text begins with.
fn word_end(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The word that a text ends with.
fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |at| at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or("")
}

/// The brackets that are open at the end of a text, innermost last.
fn open_brackets(text: &str) -> Vec<usize> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match (char, quote) {
            ('\\', Some(_)) => drop(chars.next()),
            ('\n', _) => quote = None,
            (c, Some(q)) if c == q => quote = None,
            ('"' | '\'', None) => quote = Some(char),
            ('(' | '[' | '{', None) => open.push(at),
            (')' | ']' | '}', None) => drop(open.pop()),
            _ => {}
        }
    }
    open
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
            Rule::kw_from => "`from`",
            Rule::parameter => "a parameter `name: type`",
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
            Rule::rows => "`for row in …`",
            Rule::from_file => "`file \"…\"`",
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
