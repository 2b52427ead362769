//! The rest of a list.

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "drop",
    family: "list",
    summary: "The list without its first so many items.",
    params: &[one("list", Params::LIST), one("count", Params::INT)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "drop([1, 2, 3], 1)", gives: "[2,3]" },
        Example { call: "drop([1], 5)", gives: "[]" },
        Example { call: "drop([1], -1)", gives: "error: not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let count = how_many(args, 1)?;
    Ok(Value::list(args.list(0)?.iter().skip(count).cloned().collect()))
}

/// The number at `index`, which must not be negative.
pub(super) fn how_many(args: &Args<'_>, index: usize) -> Result<usize, FunctionError> {
    usize::try_from(args.int(index)?).map_err(|_| FunctionError::new("the number must not be negative"))
}
