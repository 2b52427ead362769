//! Fills on the right, for records of fixed width.

use super::param::{one, optional};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "pad_right",
    family: "text",
    summary: "The text or whole number, filled on the right to a width.",
    params: &[one("text", Params::TEXT.or(Params::INT)), one("width", Params::INT), optional("with", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"pad_right("ab", 4, ".")"#, gives: r#""ab..""# },
        Example { call: r#"pad_right("ab", 4)"#, gives: r#""ab  ""# },
        Example { call: r#"pad_right("ab", 20000)"#, gives: "error: from 0 to 10000" },
    ],
    eval,
};

use super::pad_left;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (text, fill) = pad_left::filled(args)?;
    Ok(Value::from(text + &fill))
}
