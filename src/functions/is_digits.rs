//! Asks before a text is read as a number.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_digits",
    family: "text",
    summary: "Whether the text has digits 0 to 9 only, and at least one.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_digits("0123")"#, gives: "true" },
        Example { call: r#"is_digits("")"#, gives: "false" },
        Example { call: r#"is_digits("1.5")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    Ok(Value::Bool(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())))
}
