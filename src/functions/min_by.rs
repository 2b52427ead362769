//! The object with the smallest of something, as the cheapest offer.

use std::cmp::Ordering;

use super::fields;
use super::order;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "min_by",
    family: "list",
    summary: "The first object of the list whose field is the smallest.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Item(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"min_by([{ q = 2 }, { q = 1 }], "q")"#, gives: r#"{"q":1}"# },
        Example { call: r#"min_by([], "q")"#, gives: "error: the list is empty" },
        Example { call: r#"min_by([{ q = null }], "q")"#, gives: "error: null has no order" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    outermost(args, Ordering::Less)
}

/// The first object whose field is `wanted` against those of all others.
pub(super) fn outermost(args: &Args<'_>, wanted: Ordering) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    let items = args.list(0)?;
    let keys: Result<Vec<Value>, FunctionError> = items.iter().map(|item| fields::of(item, field).cloned()).collect();
    let keys = keys?;
    let best = order::outermost(&Args { values: &[Value::list(keys.clone())] }, wanted)?;
    let place = keys.iter().position(|key| key.same(&best)).unwrap_or_default();
    Ok(items.get(place).cloned().unwrap_or_default())
}
