//! What two lists have in common.

use super::difference;
use super::identity;
use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "intersection",
    family: "list",
    summary: "The items of the first list that are in the second too, each once.",
    params: &[one("list", Params::LIST), one("other", Params::LIST)],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "intersection([1, 2, 2, 3], [2, 3, 4])", gives: "[2,3]" },
        Example { call: r#"intersection(["a"], ["b"])"#, gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let other = difference::known(args, 1)?;
    let mut seen = std::collections::HashSet::new();
    let common = args.list(0)?.iter().filter(|item| {
        let identity = identity::of(item);
        other.contains(&identity) && seen.insert(identity)
    });
    Ok(Value::list(common.cloned().collect()))
}
