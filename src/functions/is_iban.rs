//! Tells whether a bank account was typed right.

use super::normalize_iban;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_iban",
    family: "codes",
    summary: "Whether a text is an IBAN of the length of its country with right check digits; spaces do not count.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_iban("DE89 3704 0044 0532 0130 00")"#, gives: "true" },
        Example { call: r#"is_iban("DE89 3704 0044 0532 0130 01")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(normalize_iban::read(args.text(0)?).is_ok()))
}
