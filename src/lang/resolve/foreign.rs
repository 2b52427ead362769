//! Words that other languages have, and what they are called here.

/// What to write instead of a word of another language.
pub(super) fn meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "None" | "nil" | "NULL" | "Null" | "undefined" | "NaN" => "nothing is written `null`",
        "True" | "TRUE" => "write `true`",
        "False" | "FALSE" => "write `false`",
        "this" | "self" | "it" | "record" | "payload" | "root" | "input" | "msg" | "message" | "event" => {
            "the record is `$`, and its fields are `$.name`"
        }
        "item" | "row" | "element" => "an item has the name that its loop gives it: `for item in $.items { … }`",
        "now" | "today" | "timestamp" => {
            "there is no clock in a flow, so that a record gives the same result at any time: take a time of the record"
        }
        "secrets" | "config" | "vars" => {
            "values of the environment are parameters: `param name: text`, then `env.name`"
        }
        _ => return None,
    })
}
