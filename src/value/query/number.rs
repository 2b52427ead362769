//! The numbers of a query's filters, with all their digits. jsonpath-rust's parser reads `1.10` as binary floating point
//! and refuses whole numbers above 2^53, so each number literal is taken out of the text before it gets there: a `0` of
//! the same width stands in its place, and the literals wait here in their order.

use super::{MAX_DEPTH, MAX_LENGTH, QueryError};
use crate::value::{Value, json};

/// A query's text without its number literals, and these.
pub(super) struct Taken {
    /// The text for the parser.
    pub(super) text: String,
    /// The literals in their order.
    pub(super) numbers: Vec<Value>,
}

/// What the innermost bracket holds: numbers in selectors are indexes, and stay where they are.
#[derive(PartialEq)]
enum Inside {
    Selectors,
    Filter,
    Group,
}

/// Takes the number literals out of a query. Also refuses what is too long or nests too deep for the parser.
pub(super) fn take(text: &str) -> Result<Taken, QueryError> {
    let fail = |at: usize, message: String| Err(QueryError { message, at });
    if text.len() > MAX_LENGTH {
        return fail(0, format!("the query is longer than {MAX_LENGTH} bytes"));
    }
    let mut taken = Taken { text: String::with_capacity(text.len()), numbers: Vec::new() };
    let mut open: Vec<Inside> = Vec::new();
    let mut at = 0;
    // Whether the last thing but white space was a word or a number. jsonpath-rust's grammar skips white space inside
    // names, so that `@.a in` would be the field "a in".
    let mut word = false;
    while let Some((rest, first)) = text.get(at..).and_then(|rest| rest.chars().next().map(|first| (rest, first))) {
        let filter = matches!(open.last(), Some(Inside::Filter | Inside::Group));
        if matches!(first, ' ' | '\t' | '\n' | '\r') {
            taken.text.push(first);
            at += 1;
            continue;
        }
        let after_word = std::mem::replace(&mut word, first.is_alphanumeric() || first == '_');
        if after_word && word {
            return fail(at, "two words stand beside each other".to_owned());
        }
        let length = match first {
            '\'' | '"' => quoted(rest, first),
            '0'..='9' if filter => {
                let length = number(rest);
                let negative = taken.text.ends_with('-');
                let start = if negative { at - 1 } else { at };
                let literal = text.get(start..at + length).unwrap_or("");
                let before = text.get(..start).and_then(|before| before.chars().next_back());
                let after = text.get(at + length..).and_then(|after| after.chars().next());
                let joined =
                    |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '+' | '_'));
                if joined(before) || joined(after) || (literal.len() > 1 && leading_zero(literal)) {
                    return fail(at, "this is no number as JSON writes it".to_owned());
                }
                taken.numbers.push(match value(literal) {
                    Some(value) => value,
                    None => return fail(start, format!("{literal} has more than the 28 digits that are kept exactly")),
                });
                taken.text.truncate(start);
                taken.text.push('0');
                taken.text.extend(std::iter::repeat_n(' ', at + length - start - 1));
                at += length;
                continue;
            }
            c if c.is_alphabetic() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            '0'..='9' => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            _ => {
                nest(first, &mut open);
                if open.len() > MAX_DEPTH {
                    return fail(at, format!("brackets stand in each other deeper than {MAX_DEPTH} levels"));
                }
                first.len_utf8()
            }
        };
        taken.text.push_str(rest.get(..length).unwrap_or(rest));
        at += length;
    }
    Ok(taken)
}

/// Keeps count of the brackets that are open, and of what is in them.
fn nest(char: char, open: &mut Vec<Inside>) {
    match char {
        '[' => open.push(Inside::Selectors),
        '(' => open.push(Inside::Group),
        ']' | ')' => drop(open.pop()),
        '?' => {
            if let Some(inside) = open.last_mut() {
                *inside = Inside::Filter;
            }
        }
        ',' => {
            if let Some(inside) = open.last_mut().filter(|inside| **inside == Inside::Filter) {
                *inside = Inside::Selectors;
            }
        }
        _ => {}
    }
}

/// The length of a quoted text, with its quotes.
pub(crate) fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of the number that a text begins with.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(end + 1 + sign) > 0 {
            end += 1 + sign + digits(end + 1 + sign);
        }
    }
    end
}

fn leading_zero(literal: &str) -> bool {
    let digits = literal.trim_start_matches('-').as_bytes();
    digits.first() == Some(&b'0') && digits.get(1).is_some_and(u8::is_ascii_digit)
}

fn value(literal: &str) -> Option<Value> {
    match literal.parse::<i64>() {
        Ok(int) => Some(Value::Int(int)),
        Err(_) => json::decimal(literal).map(Value::Decimal),
    }
}
