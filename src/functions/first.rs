//! The first item, where an empty list is an error unless the author says what to use.

use super::fallback;
use super::param::{DEFAULT, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "first",
    family: "list",
    summary: "The first item of the list; the default if there is none.",
    params: &[one("list", Params::LIST), DEFAULT],
    returns: Returns::Worked(|types| fallback::item_or_default(types, 1)),
    pii: Pii::Follows,
    examples: &[
        Example { call: "first([1, 2])", gives: "1" },
        Example { call: "first([], null)", gives: "null" },
        Example { call: "first([])", gives: "error: the list is empty" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.list(0)?.first() {
        Some(item) => Ok(item.clone()),
        None => fallback::or_error(args, 1, "the list is empty; give a default as second argument"),
    }
}
