//! Unix time, for targets that count it.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "epoch_seconds",
    family: "date",
    summary: "The seconds from 1970-01-01T00:00:00Z to an instant; parts of a second are cut off.",
    params: &[one("instant", Params::INSTANT)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"epoch_seconds(instant("2026-01-31T10:00:00Z"))"#, gives: "1769853600" },
        Example { call: r#"epoch_seconds(instant("1969-12-31T23:59:59.5Z"))"#, gives: "-1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::Instant(instant) => Ok(Value::Int(instant.as_millisecond().div_euclid(1000))),
        other => Err(FunctionError::new(format!("argument 1 must be an instant, not {}", other.kind()))),
    }
}
