//! Tells kinds of codes apart by how they end, as SKU suffixes do.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "ends_with",
    family: "text",
    summary: "Whether the text ends with a part.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"ends_with("SKU-1-FBA", "-FBA")"#, gives: "true" },
        Example { call: r#"ends_with("abc", "ab")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(args.text(0)?.ends_with(args.text(1)?)))
}
