//! The length of a duration as a number.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "seconds",
    family: "date",
    summary: "A length of time in seconds; parts of one are cut off.",
    params: &[one("duration", Params::DURATION)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"seconds(duration("1h30m"))"#, gives: "5400" },
        Example { call: r#"seconds(duration("-1500ms"))"#, gives: "-1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::Duration(duration) => Ok(Value::Int(duration.as_secs())),
        _ => Err(FunctionError::new("argument 1 must be a duration; make one with `duration`")),
    }
}
