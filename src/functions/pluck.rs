//! Takes one field out of each object, for totals; a field that is not there is an error.

use super::either;
use super::fields;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "pluck",
    family: "list",
    summary: "The values of a field of all objects in the list.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(|types| either::list(fields::in_items(types, 0, 1))),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"pluck([{ q = 1 }, { q = 2 }], "q")"#, gives: "[1,2]" },
        Example { call: r#"pluck([{ q = 1 }, { r = 2 }], "q")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let name = args.text(1)?;
    let values: Result<Vec<Value>, FunctionError> =
        args.list(0)?.iter().map(|item| fields::of(item, name).cloned()).collect();
    values.map(Value::list)
}
