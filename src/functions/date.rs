//! Makes a date. An instant has a date only in a zone, so one is named where UTC is not meant.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;

use super::calendar;
use super::param::{ZONE, one};
use super::zone;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "date",
    family: "date",
    summary: "The date of an ISO text or of an instant, in a zone; UTC if none is named.",
    params: &[one("value", Params::TEXT.or(Params::DATE).or(Params::INSTANT)), ZONE],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"date("2026-01-31")"#, gives: r#""2026-01-31""# },
        Example { call: r#"date("2026-01-31T23:30:00Z", "Europe/Berlin")"#, gives: r#""2026-02-01""# },
        Example { call: r#"date(instant("2026-01-31T23:30:00Z"))"#, gives: r#""2026-01-31""# },
        Example { call: r#"date("31.01.2026")"#, gives: "error: parse_date" },
        Example { call: r#"date("2026-01-31T10:00:00Z", "Mars/Base")"#, gives: "error: IANA" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let Value::Text(text) = args.value(0) else {
        return calendar::read(args, 0, 1).map(Value::Date);
    };
    if text.len() == 10
        && let Ok(date) = Date::from_str(text)
    {
        return Ok(Value::Date(date));
    }
    let instant = Timestamp::from_str(text).map_err(|_| {
        FunctionError::new(
            "the text is neither an ISO date such as 2026-01-31 nor an instant with its offset; \
             read other forms with `parse_date`",
        )
    })?;
    Ok(Value::Date(instant.to_zoned_datetime(zone::read(args, 1)?).date()))
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn what_is_no_date_is_an_error() {
        for text in ["", "2026-02-30", "2026-1-31", "20260131", "2026-01-31T10:00:00", "2026-01-31 ", "-2026-01-3"] {
            assert!(run(&format!("date({text:?})")).is_err(), "{text}");
        }
        assert_eq!(run(r#"date("2026-01-31T23:30:00-05:00")"#), Ok("\"2026-02-01\"".into()));
        assert_eq!(run(r#"date("2026-01-31T23:30:00-05:00", "America/New_York")"#), Ok("\"2026-01-31\"".into()));
        assert_eq!(run(r#"date(date("2026-01-31"))"#), Ok("\"2026-01-31\"".into()));
    }
}
