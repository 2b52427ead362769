//! Numbers and durations as they are written elsewhere.

use super::{Found, Stop, word_end};
use crate::diag::Code;
use crate::lang::parse::Rule;

/// `1,000`: the comma ends the number.
pub(super) fn grouped(stop: &Stop<'_>) -> Found {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    let back = |text: &str| text.chars().rev().take_while(char::is_ascii_digit).count();
    // Stopped at the comma, or behind it where a comma may stand.
    let (head, tail) = match (stop.rest.strip_prefix(','), stop.before.strip_suffix(',')) {
        (Some(tail), _) => (stop.before, tail),
        (None, Some(head)) => (head, stop.rest),
        (None, None) => return None,
    };
    let (left, right) = (back(head), digits(tail));
    if left == 0 || right == 0 {
        return None;
    }
    let start = head.len() - left;
    let whole = stop.text.get(start..start + left + 1 + right)?;
    let help = match right {
        3 => format!("write `{}`; for a decimal point write `.`", whole.replace(',', "")),
        _ => format!("write `{}`", whole.replace(',', ".")),
    };
    stop.say(Code::E152, start, start + whole.len(), format!("`{whole}` is no number"), help)
}

/// `1_000`, `1e3`, `0x1F`, `.5`.
pub(super) fn foreign(stop: &Stop<'_>) -> Found {
    let say = |len: usize, help: String| {
        let written = stop.rest.get(..len).unwrap_or("");
        stop.say(Code::E152, stop.at, stop.at + len, format!("`{written}` is no number"), help)
    };
    if let Some(part) = stop.rest.strip_prefix('.')
        && part.starts_with(|c: char| c.is_ascii_digit())
        && !stop.before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | ']' | '?' | '.'))
    {
        let len = 1 + word_end(part);
        return say(len, format!("write `0{}`", stop.rest.get(..len).unwrap_or("")));
    }
    let word = stop.rest.get(..word_end(stop.rest))?;
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.contains('_') && word.chars().all(|c| c.is_ascii_digit() || c == '_') {
        return say(word.len(), format!("write `{}`: digits stand without separators", word.replace('_', "")));
    }
    let (mantissa, exponent) = word.split_once(['e', 'E'])?;
    let plain = mantissa.chars().all(|c| c.is_ascii_digit()) && exponent.chars().all(|c| c.is_ascii_digit());
    plain.then(|| say(word.len(), "write all its digits: `1000`, `0.001`".to_owned()))?
}

/// `15min`, `2 hours`.
pub(super) fn unit(stop: &Stop<'_>) -> Found {
    let digits = stop.rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
    let (count, after) = stop.rest.split_at(digits);
    let apart = after.len() - after.trim_start_matches(' ').len();
    if apart > 0 && !stop.wants(Rule::duration) {
        return None;
    }
    let unit = after.get(apart..)?;
    let unit = unit.get(..word_end(unit)).filter(|unit| unit.starts_with(|c: char| c.is_alphabetic()))?;
    let near = match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        "ms" | "milliseconds" | "millis" | "msec" => "ms",
        _ => "",
    };
    let help = match near {
        "" => "units are `ms`, `s`, `m`, `h`, `d` and `w`: `15m`".to_owned(),
        near => format!("write `{count}{near}`"),
    };
    let end = stop.at + digits + apart + unit.len();
    let written = stop.text.get(stop.at..end).unwrap_or("");
    stop.say(Code::E146, stop.at, end, format!("`{written}` is no duration"), help)
}
