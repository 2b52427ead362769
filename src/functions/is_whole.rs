//! Asks before a number is taken as a count.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_whole",
    family: "number",
    summary: "Whether a number has no decimals that are not zero.",
    params: &[one("number", Params::NUMBER)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[Example { call: "is_whole(2.00)", gives: "true" }, Example { call: "is_whole(2.5)", gives: "false" }],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(args.decimal(0)?.fract().is_zero()))
}
