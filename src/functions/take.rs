//! The start of a list.

use super::drop;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "take",
    family: "list",
    summary: "The first so many items of the list, or all where there are fewer.",
    params: &[one("list", Params::LIST), one("count", Params::INT)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "take([1, 2, 3], 2)", gives: "[1,2]" },
        Example { call: "take([1], 5)", gives: "[1]" },
        Example { call: "take([1], -1)", gives: "error: not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let count = drop::how_many(args, 1)?;
    Ok(Value::list(args.list(0)?.iter().take(count).cloned().collect()))
}
