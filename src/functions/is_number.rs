//! Asks before a text is read with `decimal`.

use super::param::one;
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_number",
    family: "number",
    summary: "Whether a text is a number in plain notation, such as -12.50.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_number("-12.50")"#, gives: "true" },
        Example { call: r#"is_number("1,50")"#, gives: "false" },
        Example { call: r#"is_number("")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(plain_number::parse(args.text(0)?).is_ok()))
}
