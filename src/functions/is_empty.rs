//! Asks for nothing in all its forms, because remotes send null, "" and [] for the same; white space is not nothing.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_empty",
    family: "object",
    summary: "Whether a value is null, or a text, list or object with nothing in it.",
    params: &[one("value", Params::NULL.or(Params::TEXT).or(Params::LIST).or(Params::OBJECT))],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"is_empty("")"#, gives: "true" },
        Example { call: "is_empty(null)", gives: "true" },
        Example { call: "is_empty([0])", gives: "false" },
        Example { call: "is_empty(0)", gives: "error: must be" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(match args.value(0) {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => args.text(0)?.is_empty(),
    }))
}
