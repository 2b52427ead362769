//! What is in one list and not in another, as lines that are not shipped yet.

use std::collections::HashSet;

use super::identity;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "difference",
    family: "list",
    summary: "The items of the first list that are not in the second.",
    params: &[one("list", Params::LIST), one("other", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "difference([1, 2, 2, 3], [2])", gives: "[1,3]" },
        Example { call: r#"difference(["a"], [])"#, gives: r#"["a"]"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let other = known(args, 1)?;
    Ok(Value::list(args.list(0)?.iter().filter(|item| !other.contains(&identity::of(item))).cloned().collect()))
}

/// The items of the list at `index`, to look others up in.
pub(super) fn known(args: &Args<'_>, index: usize) -> Result<HashSet<String>, FunctionError> {
    Ok(args.list(index)?.iter().map(identity::of).collect())
}
