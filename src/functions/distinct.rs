//! Drops repeats; numbers are the same by amount, so 1 and 1.00 are one.

use std::collections::HashSet;

use super::identity;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "distinct",
    family: "list",
    summary: "The list with each value once, at its first place.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"distinct(["a", "b", "a"])"#, gives: r#"["a","b"]"# },
        Example { call: "distinct([1, 1.00, { a = 1 }, { a = 1.0 }])", gives: r#"[1,{"a":1}]"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut seen = HashSet::new();
    let items = args.list(0)?.iter().filter(|item| seen.insert(identity::of(item))).cloned().collect();
    Ok(Value::list(items))
}
