//! Makes an instant. Where clocks go back, a local time that is there twice is the first of the two; one that is left
//! out is moved on by the gap.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::calendar;
use super::param::{ZONE, one};
use super::zone;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "instant",
    family: "date",
    summary: "The instant of an ISO text with its offset; a text or date without one needs a zone.",
    params: &[one("value", Params::TEXT.or(Params::DATE).or(Params::INSTANT)), ZONE],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"instant("2026-01-31T10:00:00+01:00")"#, gives: r#""2026-01-31T09:00:00Z""# },
        Example { call: r#"instant("2026-01-31T10:00:00", "America/New_York")"#, gives: r#""2026-01-31T15:00:00Z""# },
        Example { call: r#"instant(date("2026-07-01"), "Europe/Berlin")"#, gives: r#""2026-06-30T22:00:00Z""# },
        Example { call: r#"instant("2026-01-31T10:00:00")"#, gives: "error: name the zone" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let local = match args.value(0) {
        Value::Instant(instant) => return Ok(Value::Instant(*instant)),
        Value::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
        _ => {
            let text = args.text(0)?;
            if let Ok(instant) = Timestamp::from_str(text) {
                return Ok(Value::Instant(instant));
            }
            // A zone in brackets would be passed over without a word.
            DateTime::from_str(text).ok().filter(|_| !text.contains('[')).ok_or_else(|| {
                FunctionError::new(
                    "the text is no ISO instant such as 2026-01-31T10:00:00Z; read other forms with `parse_instant`",
                )
            })?
        }
    };
    at(args, local, 1)
}

/// The instant of a local time in the zone that must be named at `index`.
pub(super) fn at(args: &Args<'_>, local: DateTime, index: usize) -> Result<Value, FunctionError> {
    if !args.given(index) {
        return Err(FunctionError::new("the time has no offset; name the zone in which it is meant, such as \"UTC\""));
    }
    local
        .to_zoned_datetime(zone::read(args, index)?)
        .map(|zoned| Value::Instant(zoned.timestamp()))
        .map_err(|_| calendar::outside())
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn clock_changes_are_settled() {
        let twice = run(r#"instant("2026-10-25T02:30:00", "Europe/Berlin")"#);
        assert_eq!(twice, Ok("\"2026-10-25T00:30:00Z\"".into()));
        let left_out = run(r#"instant("2026-03-29T02:30:00", "Europe/Berlin")"#);
        assert_eq!(left_out, Ok("\"2026-03-29T01:30:00Z\"".into()));
    }

    #[test]
    fn a_zone_in_the_text_is_not_passed_over() {
        assert!(run(r#"instant("2026-01-31T10:00:00[Europe/Berlin]", "UTC")"#).is_err());
        assert!(run(r#"instant("31.01.2026 10:00", "UTC")"#).is_err());
    }
}
