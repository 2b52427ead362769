//! Cuts a list for targets that take only so many at once.

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "chunk",
    family: "list",
    summary: "The list in parts of so many items, the last of them with what is left.",
    params: &[one("list", Params::LIST), one("size", Params::INT)],
    returns: Returns::ListOf(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "chunk([1, 2, 3], 2)", gives: "[[1,2],[3]]" },
        Example { call: "chunk([], 2)", gives: "[]" },
        Example { call: "chunk([1], 0)", gives: "error: at least 1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let size = length(args, 1)?;
    Ok(Value::list(args.list(0)?.chunks(size).map(|part| Value::list(part.to_vec())).collect()))
}

/// The number at `index`, which must be at least 1.
pub(super) fn length(args: &Args<'_>, index: usize) -> Result<usize, FunctionError> {
    usize::try_from(args.int(index)?)
        .ok()
        .filter(|size| *size > 0)
        .ok_or_else(|| FunctionError::new("the number of items must be at least 1"))
}
