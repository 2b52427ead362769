//! Counts a list; absent items count too, because they are there.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "count",
    family: "number",
    summary: "How many items the list has.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Clears,
    examples: &[Example { call: "count([1, null, 3])", gives: "3" }, Example { call: "count([])", gives: "0" }],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::try_from(args.list(0)?.len()).unwrap_or(i64::MAX)))
}
