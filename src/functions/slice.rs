//! A part of a list by places.

use super::param::{one, optional};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "slice",
    family: "list",
    summary: "The items of the list from a place up to and without another, counted from 0, or from the end if negative.",
    params: &[
        one("list", Params::LIST),
        one("from", Params::INT),
        optional("to", Params::INT).doc("The place before which it ends; the end if left out"),
    ],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "slice([1, 2, 3, 4], 1, 3)", gives: "[2,3]" },
        Example { call: "slice([1, 2, 3, 4], -2)", gives: "[3,4]" },
        Example { call: "slice([1], 3)", gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let items = args.list(0)?;
    let place = |at: i64| {
        let at = if at < 0 { at.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX)) } else { at };
        usize::try_from(at).unwrap_or_default().min(items.len())
    };
    let from = place(args.int(1)?);
    let to = if args.given(2) { place(args.int(2)?) } else { items.len() };
    Ok(Value::list(items.get(from..to).unwrap_or_default().to_vec()))
}
