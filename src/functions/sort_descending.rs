//! Sorts from large to small.

use super::order;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sort_descending",
    family: "list",
    summary: "The list from large to small; its items must be of one kind that has an order.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "sort_descending([1, 3, 2])", gives: "[3,2,1]" },
        Example { call: r#"sort_descending(["b", "c", "a"])"#, gives: r#"["c","b","a"]"# },
        Example { call: r#"sort_descending([1, "a"])"#, gives: "error: no order" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let sorted = order::sorted(args.list(0)?.to_vec(), |item| item)?;
    Ok(Value::list(sorted.into_iter().rev().collect()))
}
