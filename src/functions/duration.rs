//! Reads lengths of time. Months and years have none, so they are not read: `add_months` counts them on the calendar.

use std::str::FromStr;

use jiff::SignedDuration;

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "duration",
    family: "date",
    summary: "A length of time from a text such as `15m`, `1h30m`, `2d` or `PT15M`; a day has 24 hours.",
    params: &[one("text", Params::TEXT.or(Params::DURATION))],
    returns: Returns::Fixed(Base::Duration),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"duration("1h30m")"#, gives: r#""PT1H30M""# },
        Example { call: r#"duration("PT15M")"#, gives: r#""PT15M""# },
        Example { call: r#"duration("2d")"#, gives: r#""PT48H""# },
        Example { call: r#"duration("soon")"#, gives: "error: no length of time" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    if let Value::Duration(duration) = args.value(0) {
        return Ok(Value::Duration(*duration));
    }
    let text = args.text(0)?;
    short(text)
        .or_else(|| text.contains('P').then(|| SignedDuration::from_str(text).ok()).flatten())
        .map(Value::Duration)
        .ok_or_else(|| FunctionError::new("the text is no length of time; write it as 15m, 1h30m, 2d, 30s or PT15M"))
}

fn short(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total = SignedDuration::ZERO;
    // Units must come from large to small, each once, so that a slip is not read as something else.
    let mut last = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = rest.split_at(digits);
        let letters = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, next) = unit.split_at(letters);
        let milliseconds = match unit {
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        if milliseconds >= last {
            return None;
        }
        last = milliseconds;
        let part = number.parse::<i64>().ok()?.checked_mul(milliseconds)?;
        total = total.checked_add(SignedDuration::from_millis(part))?;
        rest = next;
    }
    (last < i64::MAX).then_some(if negative { total.checked_neg()? } else { total })
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn slips_are_not_read_as_something_else() {
        for text in ["", "-", "15", "m", "30m1h", "1h1h", "1.5h", "1 h", "P1M", "1w", "99999999999999999999d"] {
            assert!(run(&format!("duration({text:?})")).is_err(), "{text}");
        }
        assert_eq!(run(r#"duration("-1h")"#), Ok("\"-PT1H\"".into()));
        assert_eq!(run(r#"duration("1s500ms")"#), Ok("\"PT1.5S\"".into()));
    }
}
