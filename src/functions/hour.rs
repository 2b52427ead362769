//! The hour, for rules about cut-off times.

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "hour",
    family: "date",
    summary: "The hour of an instant in a zone, 0 to 23.",
    params: &[one("instant", Params::INSTANT), ZONE],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"hour(instant("2026-01-31T23:30:00Z"), "Europe/Berlin")"#, gives: "0" },
        Example { call: r#"hour(instant("2026-01-31T23:30:00Z"))"#, gives: "23" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    calendar::local(args, 0, 1).map(|local| Value::Int(i64::from(local.hour())))
}
