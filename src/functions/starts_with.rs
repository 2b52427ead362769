//! Tells kinds of ids apart by how they begin, as order ids of other channels do.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "starts_with",
    family: "text",
    summary: "Whether the text begins with a part.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"starts_with("S01-1234567", "S01-")"#, gives: "true" },
        Example { call: r#"starts_with("abc", "B")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(args.text(0)?.starts_with(args.text(1)?)))
}
