//! Writes one value as text, with all its digits; dates and instants in their ISO form.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "text",
    family: "text",
    summary: "A number, date, money or other single value as text.",
    params: &[one("value", Params::SCALAR)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "text(12.50)", gives: r#""12.50""# },
        Example { call: r#"text(date("2026-01-31"))"#, gives: r#""2026-01-31""# },
        Example { call: r#"text(money(5, "JPY"))"#, gives: r#""5 JPY""# },
        Example { call: "text([1])", gives: "error: must be" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(write(args.value(0))?))
}

/// A single value as text.
pub(super) fn write(value: &Value) -> Result<String, FunctionError> {
    match value {
        Value::Null => Err(FunctionError::new("null cannot be written as text; say with `??` what to use instead")),
        Value::List(_) => Err(FunctionError::new("a list cannot be written as text; use `join` or `to_json`")),
        Value::Object(_) => Err(FunctionError::new("an object cannot be written as text; use a field or `to_json`")),
        single => Ok(single.display()),
    }
}
