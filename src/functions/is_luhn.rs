//! Tells whether a number with a check digit by Luhn was typed right, such as an IMEI.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_luhn",
    family: "codes",
    summary: "Whether a text has at least two digits and nothing else, and its last one is the check digit by Luhn (ISO 7812).",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_luhn("79927398713")"#, gives: "true" },
        Example { call: r#"is_luhn("79927398710")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(check_digits::luhn(args.text(0)?)))
}
