//! Sorts without guessing: null and mixed kinds have no order and are errors. Equal items keep their order.

use super::order;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sort",
    family: "list",
    summary: "The list from small to large; its items must be of one kind that has an order.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "sort([3, 1, 2.5])", gives: "[1,2.5,3]" },
        Example { call: r#"sort(["b", "a"])"#, gives: r#"["a","b"]"# },
        Example { call: r#"sort([1, "a"])"#, gives: "error: no order between them" },
        Example { call: "sort([1, null])", gives: "error: compact" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    order::sorted(args.list(0)?.iter().collect(), |item| item)
        .map(|items| Value::list(items.into_iter().cloned().collect()))
}
