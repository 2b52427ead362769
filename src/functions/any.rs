//! One question over a list of answers, as `for … { condition }` gives them.

use super::all;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "any",
    family: "list",
    summary: "Whether an item of a list of true and false is true; false for an empty list.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "any([true, false])", gives: "true" },
        Example { call: "any([])", gives: "false" },
        Example { call: r#"any(["x"])"#, gives: "error: true or false only" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(all::answers(args)?.contains(&true)))
}
