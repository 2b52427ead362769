//! Words in a place where they mean nothing: of other languages, misspelt, or kept by this one.

use super::{Found, Stop, word_end};
use crate::diag::{Code, suggest};
use crate::lang::parse::Rule;

/// The words that begin declarations.
const DECLARATIONS: [&str; 20] = [
    "flow",
    "source",
    "key",
    "lookup",
    "param",
    "skip",
    "reject",
    "wait",
    "ensure",
    "let",
    "transform",
    "target",
    "when",
    "each",
    "group",
    "on",
    "alert",
    "test",
    "use",
    "function",
];

/// The words that cannot be names.
const RESERVED: [&str; 15] =
    ["and", "or", "not", "in", "if", "else", "match", "for", "where", "with", "let", "catch", "null", "true", "false"];

/// `$orderId`.
pub(super) fn no_dot_after_dollar(stop: &Stop<'_>) -> Found {
    let word = stop.rest.get(..word_end(stop.rest)).filter(|word| !word.is_empty())?;
    if !stop.before.ends_with('$') {
        return None;
    }
    let message = format!("`${word}` is no path");
    stop.say(Code::E143, stop.at - 1, stop.at + word.len(), message, format!("write `$.{word}`"))
}

/// `elif`, `elsif`, `elseif`.
pub(super) fn elif(stop: &Stop<'_>) -> Found {
    if !matches!(stop.seen, "elif" | "elsif" | "elseif") {
        return None;
    }
    stop.say_here(Code::E139, format!("`{}` means nothing here", stop.seen), "write `else if`")
}

/// A word of the language where a name is wanted.
pub(super) fn reserved(stop: &Stop<'_>) -> Found {
    let name = stop.rest.get(..word_end(stop.rest))?;
    if !stop.wants(Rule::ident) || !RESERVED.contains(&name) {
        return None;
    }
    let message = format!("`{name}` is a word of the language and no name");
    stop.say(Code::E131, stop.at, stop.at + name.len(), message, format!("choose another name, such as `the_{name}`"))
}

/// A word in the first column that begins no declaration.
pub(super) fn declaration(stop: &Stop<'_>) -> Found {
    let name = stop.rest.get(..word_end(stop.rest)).filter(|name| !name.is_empty())?;
    if !stop.line().is_empty() || stop.base + stop.at == 0 || !stop.wants(Rule::EOI) && !stop.wants(Rule::item) {
        return None;
    }
    let help = match name {
        "if" => "steps under a condition stand in `when condition { … }`".to_owned(),
        "for" | "foreach" | "while" => "`for` gives a list: `let lines = for item in $.items { … }`".to_owned(),
        "var" | "const" | "val" | "set" | "def" => format!("write `let`: `{name}` is not a word of the language"),
        "map" | "mapping" | "output" => "what is written is built with `transform name { … }`".to_owned(),
        "filter" => "write `skip when condition`, or `where` inside the source".to_owned(),
        "assert" => "write `ensure condition`".to_owned(),
        "throw" | "raise" | "abort" | "error" => "write `reject when condition because \"…\"`".to_owned(),
        _ => match suggest::nearest(name, DECLARATIONS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("in the first column stand {}", DECLARATIONS.join(", ")),
        },
    };
    stop.say(Code::E133, stop.at, stop.at + name.len(), format!("`{name}` begins no declaration"), help)
}

/// `on evry 15m`.
pub(super) fn trigger(stop: &Stop<'_>) -> Found {
    if !stop.wants(Rule::trigger) {
        return None;
    }
    let help = match suggest::nearest(stop.seen, ["event", "every", "cron", "webhook", "manual"]) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `event NAME`, `every 15m`, `cron \"0 6 * * *\"` or `manual`".to_owned(),
    };
    stop.say_here(Code::E137, format!("`{}` is nothing that starts a run", stop.seen), help)
}

#[cfg(test)]
mod tests {
    use super::{DECLARATIONS, RESERVED};

    /// The quoted words of a rule of the grammar.
    fn words(rule: &str) -> Vec<&'static str> {
        let grammar = include_str!("../../../../grammar/flow.pest");
        let (_, body) = grammar.split_once(&format!("\n{rule} ")).unwrap();
        body.split_once('}').unwrap().0.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn the_words_are_those_of_the_grammar() {
        assert_eq!(words("word"), DECLARATIONS);
        assert_eq!(words("reserved"), RESERVED);
    }

    #[test]
    fn no_reserved_word_begins_with_a_letter_of_which_the_grammar_says_so() {
        let grammar = include_str!("../../../../grammar/flow.pest");
        let (_, body) = grammar.split_once("\nfree ").unwrap();
        let free = body.split_once('}').unwrap().0;
        let begins = |letter: char| {
            free.split('|').map(|part| part.trim_matches(|c: char| !c.is_alphanumeric())).any(|part| {
                let (first, last) = (part.chars().next().unwrap_or(' '), part.chars().last().unwrap_or(' '));
                (first..=last).contains(&letter)
            })
        };
        assert!(begins('b') && begins('q'));
        assert_eq!(RESERVED.iter().find(|word| word.starts_with(begins)), None);
    }
}
