//! Parts that are missing or too many: values, `=`, brackets, quotes, `else`, a verb, a reason.

use super::{Found, Stop, last_word, open_brackets, word_end};
use crate::diag::Code;
use crate::lang::parse::Rule;

/// A quote that nothing closes in its line.
pub(super) fn text_not_closed(stop: &Stop<'_>) -> Found {
    let inner = stop.rest.strip_prefix('"')?;
    if inner.lines().next().unwrap_or("").contains('"') {
        return None;
    }
    let end = stop.at + stop.line_on().trim_end().len();
    stop.say(Code::E126, stop.at, end, "this text is not closed", "close it with `\"` on the same line")
}

/// `name =` with nothing after it, at the end of what it stands in.
pub(super) fn value_missing(stop: &Stop<'_>) -> Found {
    let before = stop.before.trim_end();
    let ends = stop.rest.trim().is_empty() || matches!(stop.seen, "}" | "," | ")");
    (ends && sets(before)).then(|| nothing_after(stop, before.len()))?
}

/// `name =` with nothing after it, so that the next field's name was taken for the value.
pub(super) fn value_missing_above(stop: &Stop<'_>) -> Found {
    let left = stop.line().trim();
    let above = stop.before.get(..stop.at - stop.line().len())?.trim_end();
    let next = stop.rest.starts_with('=') && !stop.rest.starts_with("==");
    (next && !left.is_empty() && word_end(left) == left.len() && sets(above))
        .then(|| nothing_after(stop, above.len()))?
}

fn sets(text: &str) -> bool {
    text.ends_with('=') && !text.ends_with("==") && !text.ends_with("!=")
}

fn nothing_after(stop: &Stop<'_>, end: usize) -> Found {
    stop.say(Code::E132, end - 1, end, "nothing stands after this `=`", "write a value, or `null` for none")
}

/// `transform order = {`.
pub(super) fn transform_with_equals(stop: &Stop<'_>) -> Found {
    let mut words = stop.line().split_whitespace();
    let declares = words.next() == Some("transform") && words.next().is_some() && words.next().is_none();
    let help = "write `transform name { … }`; `let name = …` takes any value";
    (declares && stop.seen == "=").then(|| stop.say_here(Code::E142, "`transform` takes no `=`", help))?
}

/// One `=` where values are compared, or two where a field is set.
pub(super) fn one_equals(stop: &Stop<'_>) -> Found {
    let help = "`==` compares; a value is given with one `=`";
    if stop.rest.starts_with("==") {
        return stop.say(Code::E120, stop.at, stop.at + 2, "`==` does not fit here", help);
    }
    if let Some(from) = stop.pair("=", "=") {
        return stop.say(Code::E120, from, stop.at + 1, "`==` does not fit here", help);
    }
    let compares = stop.wants(Rule::equal);
    (stop.seen == "=" && compares).then(|| stop.say_here(Code::E120, "`=` does not compare", "write `==`"))?
}

/// `name: value`.
pub(super) fn colon(stop: &Stop<'_>) -> Found {
    let quoted = stop.rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).filter(|_| stop.wants(Rule::entry));
    let name = match quoted {
        Some((name, _)) => stop.rest.get(..name.len() + 2)?,
        None => stop.rest.get(..word_end(stop.rest))?,
    };
    let then = stop.rest.get(name.len()..)?;
    let (at, name) = match then.trim_start().strip_prefix(':') {
        Some(_) if !name.is_empty() && stop.wants(Rule::entry) => {
            (stop.at + name.len() + then.find(':').unwrap_or(0), name.trim_matches('"'))
        }
        _ if stop.seen == ":" => (stop.at, last_word(stop.before.trim_end().trim_end_matches('"'))),
        _ => return None,
    };
    let name = if name.is_empty() { "name" } else { name };
    stop.say(Code::E122, at, at + 1, "`:` does not fit here", format!("fields are set with `=`: `{name} = value`"))
}

/// `let x 5`, `let x += 5`, `let x: text = 5`: the parser goes back to the word, and what follows the name tells why.
pub(super) fn head(stop: &Stop<'_>) -> Found {
    let begin = stop.text.get(stop.at..)?;
    let declared = ["let", "lookup", "param"].iter().find_map(|word| {
        let name = begin.strip_prefix(word)?.strip_prefix(char::is_whitespace)?.trim_start();
        Some((*word, name))
    });
    // A field of an object, or a declaration.
    let (declares, rest) = match declared {
        Some((word, rest)) => (word, rest),
        None if stop.wants(Rule::entry) => ("", begin),
        None => return None,
    };
    let name = rest.get(..word_end(rest)).filter(|name| !name.is_empty())?;
    let after = rest.get(name.len()..)?;
    let end = stop.text.len() - after.len();
    let sign = after.trim_start();
    let at = stop.text.len() - sign.len();
    let changes = |op: &&&str| sign.strip_prefix(**op).is_some_and(|rest| rest.trim_start().starts_with('='));
    if let Some(op) = ["+", "-", "*", "/"].iter().find(changes) {
        let help = "nothing is changed once it is set: give the result a name of its own with `let`";
        return stop.say(Code::E121, at, at + 2, format!("`{op}=` means nothing here"), help);
    }
    let takes = if declares == "param" { ":" } else { "=" };
    if sign.starts_with(takes) || declares.is_empty() && sign.starts_with(':') {
        return None;
    }
    if sign.starts_with(':') {
        let help = format!("write `{declares} {name} = …`: what type it has is worked out");
        return stop.say(Code::E122, at, at + 1, "`:` does not fit here", help);
    }
    let value = sign.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '$' | '[' | '{' | '(' | '-'));
    if !value {
        return None;
    }
    let help = match declares {
        "param" => format!("write `param {name}: text`"),
        "" => format!("write `{name} = …`"),
        _ => format!("write `{declares} {name} = …`"),
    };
    stop.say(Code::E141, end - name.len(), end, format!("after `{name}` a `{takes}` is missing"), help)
}

/// `if … { }` alone.
pub(super) fn else_missing(stop: &Stop<'_>) -> Found {
    let only = stop.wants(Rule::kw_else) && !stop.wants(Rule::EOI) && !stop.wants(Rule::inner);
    if !only || !stop.before.trim_end().ends_with('}') {
        return None;
    }
    let end = stop.before.trim_end().len();
    let help = "say what it is otherwise: `if … { … } else { null }`";
    stop.say(Code::E129, end - 1, end, "this `if` has no `else`", help)
}

/// `target tims.sales_orders { … }`.
pub(super) fn verb_missing(stop: &Stop<'_>) -> Found {
    if !stop.wants(Rule::verb) {
        return None;
    }
    let help = "say what is done: `create`, `upsert`, `update`, `delete` or `call NAME`";
    stop.say_here(Code::E134, "this target has no verb", help)
}

/// `wait when …` that says no time.
pub(super) fn time_missing(stop: &Stop<'_>) -> Found {
    let from = stop.before.rfind("wait").filter(|_| stop.wants(Rule::kw_for))?;
    let help = "say how long at most, after which it becomes a dead letter: `wait when … for 14d because \"…\"`";
    stop.say(Code::E153, from, stop.before.trim_end().len(), "this `wait` does not say for how long", help)
}

/// `reject when …` and `wait when …` without `because`.
pub(super) fn reason_missing(stop: &Stop<'_>) -> Found {
    let wanted = (stop.wants(Rule::because) || stop.wants(Rule::kw_because))
        && !stop.wants(Rule::EOI)
        && !stop.wants(Rule::inner);
    if !wanted {
        return None;
    }
    let end = stop.before.trim_end().len();
    let said = ["reject", "wait"].into_iter().filter_map(|word| Some((stop.before.rfind(word)?, word))).max();
    let (from, word) = said.unwrap_or((end.saturating_sub(1), "reject"));
    let help = "whoever deals with the dead letter needs it: `… because \"the order has no lines\"`";
    stop.say(Code::E135, from, end, format!("this `{word}` gives no reason"), help)
}

/// A lookup without `by` or `give`.
pub(super) fn columns_missing(stop: &Stop<'_>) -> Found {
    let (word, help) = if stop.wants(Rule::kw_by) {
        ("by", "say what it is found by: `table \"file.csv\" by column give column`, `connector.entity by field`")
    } else if stop.wants(Rule::kw_give) {
        ("give", "say which column it gives: `table \"file.csv\" by column give column`")
    } else {
        return None;
    };
    let end = stop.before.trim_end().len();
    stop.say(Code::E144, end.saturating_sub(1), end, format!("this lookup has no `{word}`"), help)
}

/// A round or square bracket that is still open where the next line begins a field or a declaration of its own.
pub(super) fn not_closed_in_line(stop: &Stop<'_>) -> Found {
    let open = open_brackets(stop.before).pop()?;
    let bracket = stop.text.get(open..=open)?;
    let between = stop.text.get(open..stop.at)?;
    let next = stop.rest.starts_with('=') && !stop.rest.starts_with("==");
    let begun = stop.line().trim();
    let fields = next && word_end(begun) == begun.len() || begun.is_empty();
    let close = if bracket == "[" { "]" } else { ")" };
    (bracket != "{" && between.contains('\n') && fields && stop.seen != close)
        .then(|| stop.say(Code::E127, open, open + 1, "this is never closed", format!("add the `{close}`")))?
}

/// A closing bracket that nothing has opened.
pub(super) fn closed_twice(stop: &Stop<'_>) -> Found {
    let opens = match stop.seen {
        ")" => "(",
        "]" => "[",
        "}" => "{",
        _ => return None,
    };
    let open = open_brackets(stop.before).pop();
    match open.and_then(|at| stop.text.get(at..=at)) {
        None => {
            let help = format!("remove it, or add the `{opens}` that it closes");
            stop.say_here(Code::E128, format!("this `{}` closes nothing", stop.seen), help)
        }
        Some(other) if other != opens => {
            let close = match other {
                "(" => ")",
                "[" => "]",
                _ => "}",
            };
            let mut found = stop.say_here(
                Code::E128,
                format!("this `{}` closes no `{other}`", stop.seen),
                format!("write `{close}`"),
            )?;
            if let Some(at) = open {
                found = found.label(crate::diag::Span::new(stop.base + at, stop.base + at + 1), "this is open");
            }
            Some(found)
        }
        Some(_) => None,
    }
}

/// A bracket that nothing closes.
pub(super) fn not_closed(stop: &Stop<'_>) -> Found {
    if !stop.rest.trim().is_empty() {
        return None;
    }
    let open = open_brackets(stop.text).pop()?;
    let close = match stop.text.get(open..=open) {
        Some("{") => "}",
        Some("[") => "]",
        _ => ")",
    };
    stop.say(Code::E127, open, open + 1, "this is never closed", format!("add the `{close}`"))
}
