//! An item by its place, where a place outside the list is an error unless the author says what to use.

use super::fallback;
use super::param::{DEFAULT, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "nth",
    family: "list",
    summary: "The item at a place, counted from 0, or from the end if negative; the default if there is none.",
    params: &[one("list", Params::LIST), one("place", Params::INT), DEFAULT],
    returns: Returns::Worked(|types| fallback::item_or_default(types, 2)),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"nth(["a", "b"], 1)"#, gives: r#""b""# },
        Example { call: r#"nth(["a", "b"], -1)"#, gives: r#""b""# },
        Example { call: r#"nth(["a"], 5, null)"#, gives: "null" },
        Example { call: r#"nth(["a"], 1)"#, gives: "error: no item at that place" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let items = args.list(0)?;
    let place = args.int(1)?;
    let size = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
    let place = if place < 0 { items.len().checked_sub(size) } else { Some(size) };
    match place.and_then(|place| items.get(place)) {
        Some(item) => Ok(item.clone()),
        None => fallback::or_error(args, 2, "the list has no item at that place; give a default as third argument"),
    }
}
