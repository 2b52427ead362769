//! Instants for systems that count milliseconds.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "epoch_millis",
    family: "date",
    summary: "The milliseconds from 1970-01-01T00:00:00Z to an instant; parts of one are cut off.",
    params: &[one("instant", Params::INSTANT)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"epoch_millis(instant("2026-01-31T09:00:00.5Z"))"#, gives: "1769850000500" },
        Example { call: r#"epoch_millis(instant("1969-12-31T23:59:59Z"))"#, gives: "-1000" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::Instant(instant) => Ok(Value::Int(instant.as_millisecond())),
        _ => Err(FunctionError::new("argument 1 must be an instant; make one with `instant`")),
    }
}
