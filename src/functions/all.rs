//! One question over a list of answers, as `for … { condition }` gives them.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "all",
    family: "list",
    summary: "Whether every item of a list of true and false is true; true for an empty list.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "all([true, false])", gives: "false" },
        Example { call: "all([])", gives: "true" },
        Example { call: "all([1])", gives: "error: true or false only" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(answers(args)?.iter().all(|answer| *answer)))
}

/// The list of true and false that is the first argument.
pub(super) fn answers(args: &Args<'_>) -> Result<Vec<bool>, FunctionError> {
    args.list(0)?
        .iter()
        .map(|item| match item {
            Value::Bool(bool) => Ok(*bool),
            other => Err(FunctionError::new(format!(
                "the list must have true or false only, and an item of it is {}; ask with `for … in … {{ condition }}`",
                other.kind()
            ))),
        })
        .collect()
}
