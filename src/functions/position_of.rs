//! Where something is in a list.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "position_of",
    family: "list",
    summary: "The place of the first item that is the same as a value, counted from 0; null if there is none.",
    params: &[one("list", Params::LIST), one("value", Params::ANY)],
    returns: Returns::Nullable(Base::Int),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"position_of(["a", "b"], "b")"#, gives: "1" },
        Example { call: r#"position_of(["a", "b"], "c")"#, gives: "null" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let place = args.list(0)?.iter().position(|item| item.same(args.value(1)));
    Ok(place.and_then(|place| i64::try_from(place).ok()).map_or(Value::Null, Value::Int))
}
