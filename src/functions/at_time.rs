//! An instant on a day, for cut-off times.

use jiff::civil::Time;
use std::str::FromStr;

use super::calendar;
use super::instant;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "at_time",
    family: "date",
    summary: "The instant of a time of the day such as \"14:30\" on a date, in a zone.",
    params: &[
        one("date", Params::DATE),
        one("time", Params::TEXT).doc("Hours and minutes, and seconds if need be"),
        one("zone", Params::TEXT).doc("A zone of the IANA table such as \"Europe/Berlin\""),
    ],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"at_time(date("2026-01-31"), "14:30", "Europe/Berlin")"#,
            gives: r#""2026-01-31T13:30:00Z""#,
        },
        Example { call: r#"at_time(date("2026-07-01"), "00:00:01", "UTC")"#, gives: r#""2026-07-01T00:00:01Z""# },
        Example { call: r#"at_time(date("2026-01-31"), "25:00", "UTC")"#, gives: "error: no time of the day" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let time = Time::from_str(args.text(1)?)
        .map_err(|_| FunctionError::new("the text is no time of the day such as 14:30 or 14:30:59"))?;
    instant::at(args, calendar::read(args, 0, 3)?.to_datetime(time), 2)
}
