//! The bounds of a day in a zone, which may have 23 or 25 hours.

use super::calendar;
use super::param::one;
use super::zone;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "start_of_day",
    family: "date",
    summary: "The instant at which a date begins in a zone.",
    params: &[
        one("date", Params::DATE),
        one("zone", Params::TEXT).doc("A zone of the IANA table such as \"Europe/Berlin\""),
    ],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"start_of_day(date("2026-07-01"), "Europe/Berlin")"#, gives: r#""2026-06-30T22:00:00Z""# },
        Example { call: r#"start_of_day(date("2026-07-01"), "UTC")"#, gives: r#""2026-07-01T00:00:00Z""# },
        Example { call: r#"start_of_day(date("2026-07-01"), "Berlin")"#, gives: "error: time zone" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let begins = calendar::read(args, 0, 2)?.to_zoned_datetime(zone::read(args, 1)?);
    begins.map(|zoned| Value::Instant(zoned.timestamp())).map_err(|_| calendar::outside())
}
