//! Instants on a grid, as readings of every quarter of an hour.

use jiff::Timestamp;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "floor_instant",
    family: "date",
    summary: "The latest instant that is not after another and a multiple of a length of time since 1970-01-01T00:00:00Z.",
    params: &[one("instant", Params::INSTANT), one("step", Params::DURATION)],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"floor_instant(instant("2026-01-31T10:14:59Z"), duration("15m"))"#,
            gives: r#""2026-01-31T10:00:00Z""#,
        },
        Example {
            call: r#"floor_instant(instant("2026-01-31T10:15:00Z"), duration("15m"))"#,
            gives: r#""2026-01-31T10:15:00Z""#,
        },
        Example {
            call: r#"floor_instant(instant("2026-01-31T10:15:00Z"), duration("0s"))"#,
            gives: "error: longer than nothing",
        },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (Value::Instant(instant), Value::Duration(step)) = (args.value(0), args.value(1)) else {
        return Err(FunctionError::new(
            "an instant and a duration are needed; make them with `instant` and `duration`",
        ));
    };
    let step = step.as_nanos();
    if step <= 0 {
        return Err(FunctionError::new("the step must be longer than nothing, such as 15m"));
    }
    let at = instant.as_nanosecond().div_euclid(step) * step;
    Timestamp::from_nanosecond(at).map(Value::Instant).map_err(|_| calendar::outside())
}
