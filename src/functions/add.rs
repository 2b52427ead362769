//! Moves along the line of time; days on the calendar are counted with `add_days`.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "add",
    family: "date",
    summary: "The instant a length of time later, or earlier if it is negative.",
    params: &[one("instant", Params::INSTANT), one("duration", Params::DURATION)],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"add(instant("2026-01-31T23:50:00Z"), duration("15m"))"#,
            gives: r#""2026-02-01T00:05:00Z""#,
        },
        Example {
            call: r#"add(instant("2026-01-31T00:00:00Z"), duration("-1s"))"#,
            gives: r#""2026-01-30T23:59:59Z""#,
        },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match (args.value(0), args.value(1)) {
        (Value::Instant(instant), Value::Duration(duration)) => {
            instant.checked_add(*duration).map(Value::Instant).map_err(|_| calendar::outside())
        }
        (a, b) => Err(FunctionError::new(format!(
            "`add` takes an instant and a duration, not {} and {}; for dates use `add_days`",
            a.kind(),
            b.kind()
        ))),
    }
}
