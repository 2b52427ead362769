//! The object with the largest of something, as the newest of several versions.

use std::cmp::Ordering;

use super::min_by;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "max_by",
    family: "list",
    summary: "The first object of the list whose field is the largest.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Item(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"max_by([{ q = 1 }, { q = 3 }, { q = 2 }], "q")"#, gives: r#"{"q":3}"# },
        Example { call: r#"max_by([], "q")"#, gives: "error: the list is empty" },
        Example { call: r#"max_by([{ q = 1 }, { q = "a" }], "q")"#, gives: "error: no order" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    min_by::outermost(args, Ordering::Greater)
}
