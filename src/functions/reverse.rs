//! Turns a list round, which after `sort` gives the largest first.

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "reverse",
    family: "list",
    summary: "The list from its end to its start.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "reverse([1, 2, 3])", gives: "[3,2,1]" },
        Example { call: r#"reverse("abc")"#, gives: "error: must be list" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::list(args.list(0)?.iter().rev().cloned().collect()))
}
