//! Signs of other languages: operators, arrows, comments, semicolons and quotes.

use super::{Found, Stop, open_brackets};
use crate::diag::Code;

/// `//`, `/* */` and `--` begin no comment.
pub(super) fn comment(stop: &Stop<'_>) -> Found {
    let help = "comments begin with `#` and end with their line";
    let say = |from: usize, sign: &str| {
        stop.say(Code::E125, from, from + sign.len(), format!("`{sign}` begins no comment"), help)
    };
    for sign in ["//", "/*"] {
        if stop.rest.starts_with(sign) {
            return say(stop.at, sign);
        }
        // The first sign was taken for a division.
        let (first, second) = sign.split_at(1);
        if let Some(from) = stop.pair(first, second) {
            return say(from, sign);
        }
    }
    let line_start = stop.at - stop.line().len();
    match stop.line().find("--") {
        Some(0) => say(line_start, "--"),
        Some(at) if stop.line().get(..at).is_some_and(|before| before.ends_with(' ')) => say(line_start + at, "--"),
        _ if stop.rest.starts_with("--") => say(stop.at, "--"),
        _ => None,
    }
}

/// `->`, `:` and `=` between a pattern and its result.
pub(super) fn arrow(stop: &Stop<'_>) -> Found {
    let help = "between a pattern and its result stands `=>`: `\"OPEN\" => 1,`";
    if let Some(from) = stop.pair("-", ">") {
        return stop.say(Code::E140, from, stop.at + 1, "`->` means nothing here", help);
    }
    let arms = open_brackets(stop.before).last().and_then(|open| stop.before.get(..*open)).is_some_and(|before| {
        let head = before.rsplit(['{', '}', '\n']).next().unwrap_or("");
        head.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "match")
    });
    match stop.seen {
        ":" | "=" if arms && !stop.rest.starts_with("=>") => {
            stop.say_here(Code::E140, format!("`{}` does not fit here", stop.seen), help)
        }
        _ => None,
    }
}

/// `condition ? a : b`.
pub(super) fn ternary(stop: &Stop<'_>) -> Found {
    let help = "write `if condition { a } else { b }`";
    let mark = stop.line().rfind('?')?;
    let from = stop.at - stop.line().len() + mark;
    let (left, right) = stop.line().split_at(mark);
    let spaced = left.ends_with(' ') && !right.starts_with("??");
    let colon = stop.seen == ":" || right.trim_end() == "?" && stop.line_on().contains(" : ");
    (spaced && colon).then(|| stop.say(Code::E138, from, from + 1, "`? :` is not how to choose here", help)).flatten()
}

/// What to say of an operator that changes a value.
const CHANGED: &str = "nothing is changed once it is set: give the result a name of its own with `let`";

/// Operators that other languages have.
pub(super) fn foreign(stop: &Stop<'_>) -> Found {
    for (first, second, help) in [
        ("|", "|", "write `or`, or `??` for a default"),
        ("==", "=", "write `==`: values are never converted to be compared"),
        ("!=", "=", "write `!=`: values are never converted to be compared"),
        ("<", ">", "write `!=`"),
        ("*", "*", "write the product: `n * n`"),
        ("+", "=", CHANGED),
    ] {
        if let Some(from) = stop.pair(first, second) {
            return stop.say(
                Code::E121,
                from,
                stop.at + second.len(),
                format!("`{first}{second}` means nothing here"),
                help,
            );
        }
    }
    for (sign, help) in [
        ("&&", "write `and`"),
        ("&", "put text together with \"{{ a }}{{ b }}\"; both conditions with `and`"),
        ("=~", "write `matches(text, \"pattern\")`"),
        ("+=", CHANGED),
        ("~", "write `matches(text, \"pattern\")`"),
        ("!", "write `not`, or `!=` to compare"),
        ("%}", "write `{{ value }}` for a value; statements stand inside text"),
    ] {
        if stop.rest.starts_with(sign) {
            return stop.say(Code::E121, stop.at, stop.at + sign.len(), format!("`{sign}` means nothing here"), help);
        }
    }
    None
}

/// `;`.
pub(super) fn semicolon(stop: &Stop<'_>) -> Found {
    (stop.seen == ";").then(|| stop.say_here(Code::E123, "`;` does not fit here", "remove it: a new line is enough"))?
}

/// `'text'`.
pub(super) fn single_quote(stop: &Stop<'_>) -> Found {
    if stop.seen != "'" {
        return None;
    }
    let inner = stop.rest.get(1..).unwrap_or("");
    let end = inner.find(['\'', '\n']).map_or(1, |end| end + 2);
    let written = stop.rest.get(..end).unwrap_or("'");
    let help = format!("text stands in double quotes: \"{}\"", written.trim_matches('\''));
    stop.say(Code::E124, stop.at, stop.at + written.len(), "text does not stand in single quotes", help)
}
