//! Numbers in text, in plain notation only: `1234.50`. Whether a comma is a decimal mark or groups thousands is for the
//! author to say, never for a guess.

use rust_decimal::Decimal;

use crate::catalog::FunctionError;

/// The number that a text writes in plain notation.
pub(super) fn parse(text: &str) -> Result<Decimal, FunctionError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if plain(whole) && plain(fraction) {
        return Decimal::from_str_exact(text).map_err(|_| {
            FunctionError::new("the text is a number with more digits than the 28 that are kept exactly")
        });
    }
    Err(FunctionError::new(if text.is_empty() {
        "the text is empty and no number; give what to use instead, such as `null` or 0, with `if` or `catch`"
    } else if text.contains(',') {
        "the text has a comma, and a number is written with a dot; where the comma is the decimal mark, \
         write decimal(x, \",\")"
    } else if text.trim() != text {
        "the text has white space around the number; take it away with `trim`"
    } else {
        "the text is no number in plain notation such as 1234.50"
    }))
}

/// The number that a text writes with this decimal mark. The other marks may group thousands, three digits each.
pub(super) fn parse_with_mark(text: &str, mark: char) -> Result<Decimal, FunctionError> {
    let wrong = || {
        FunctionError::new(
            "the text is no number with that decimal mark; groups of thousands must have three digits and one kind of mark",
        )
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match digits.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let group_mark = whole.chars().find(|c| !c.is_ascii_digit());
    let whole = match group_mark {
        None => whole.to_owned(),
        Some(group) if matches!(group, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}') => {
            let mut groups = whole.split(group);
            let first = groups.next().unwrap_or_default();
            if first.is_empty() || first.len() > 3 || groups.any(|part| part.len() != 3) {
                return Err(wrong());
            }
            whole.replace(group, "")
        }
        Some(_) => return Err(wrong()),
    };
    if fraction.is_some_and(|fraction| fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit())) {
        return Err(wrong());
    }
    let plain = format!("{sign}{whole}{}{}", if fraction.is_some() { "." } else { "" }, fraction.unwrap_or_default());
    parse(&plain).map_err(|_| wrong())
}
