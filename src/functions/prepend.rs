//! Adds to the front of a list, as a heading is put before rows.

use super::append;
use super::param::{many, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "prepend",
    family: "list",
    summary: "The list with more items at its start.",
    params: &[one("list", Params::LIST), many("items", Params::ANY)],
    returns: Returns::Worked(append::work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "prepend([3], 1, 2)", gives: "[1,2,3]" },
        Example { call: r#"prepend([], "a")"#, gives: r#"["a"]"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut items: Vec<Value> = args.values.iter().skip(1).cloned().collect();
    items.extend(args.list(0)?.iter().cloned());
    Ok(Value::list(items))
}
