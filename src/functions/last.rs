//! The last item, where an empty list is an error unless the author says what to use.

use super::fallback;
use super::param::{DEFAULT, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "last",
    family: "list",
    summary: "The last item of the list; the default if there is none.",
    params: &[one("list", Params::LIST), DEFAULT],
    returns: Returns::Worked(|types| fallback::item_or_default(types, 1)),
    pii: Pii::Follows,
    examples: &[
        Example { call: "last([1, 2])", gives: "2" },
        Example { call: r#"last([], "none")"#, gives: r#""none""# },
        Example { call: "last([])", gives: "error: the list is empty" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.list(0)?.last() {
        Some(item) => Ok(item.clone()),
        None => fallback::or_error(args, 1, "the list is empty; give a default as second argument"),
    }
}
