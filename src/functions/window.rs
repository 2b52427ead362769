//! Neighbours in a list, to compare each with the one before.

use super::chunk;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "window",
    family: "list",
    summary: "Each run of so many items that stand together in the list; none where it is shorter. At most 100000 items in all.",
    params: &[one("list", Params::LIST), one("size", Params::INT)],
    returns: Returns::ListOf(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "window([1, 2, 3], 2)", gives: "[[1,2],[2,3]]" },
        Example { call: "window([1], 2)", gives: "[]" },
        Example { call: "window([1], 0)", gives: "error: at least 1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (items, size) = (args.list(0)?, chunk::length(args, 1)?);
    if items.len().saturating_sub(size).saturating_mul(size) > 100_000 {
        return Err(FunctionError::new("the runs have more than 100000 items in all; take a shorter list or runs"));
    }
    Ok(Value::list(items.windows(size).map(|run| Value::list(run.to_vec())).collect()))
}
