//! Sizes, which a target's field widths are checked against.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "length",
    family: "text",
    summary: "How many characters a text has, or how many items a list.",
    params: &[one("of", Params::TEXT.or(Params::LIST))],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"length("größe")"#, gives: "5" },
        Example { call: "length([1, 2, 3])", gives: "3" },
        Example { call: "length(12)", gives: "error: must be text or list" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let length = match args.value(0) {
        Value::List(items) => items.len(),
        _ => args.text(0)?.chars().count(),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}
