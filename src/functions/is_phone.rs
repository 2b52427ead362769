//! Asks before a telephone number is used.

use super::countries;
use super::dialling;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_phone",
    family: "names",
    summary: "Whether a text can be a telephone number; one without `+` or 00 is of the country.",
    params: &[one("text", Params::TEXT), COUNTRY],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_phone("030 1234567", "DE")"#, gives: "true" },
        Example { call: r#"is_phone("12", "DE")"#, gives: "false" },
        Example { call: r#"is_phone("12", "Germany")"#, gives: "error: two capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(dialling::read(args.text(0)?, countries::read(args, 1)?.code).is_ok()))
}
