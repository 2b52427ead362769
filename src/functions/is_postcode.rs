//! Asks before a postcode is used.

use super::countries;
use super::normalize_postcode;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_postcode",
    family: "codes",
    summary: "Whether a text can be a postcode of a country.",
    params: &[one("text", Params::TEXT), COUNTRY],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_postcode("10115", "DE")"#, gives: "true" },
        Example { call: r#"is_postcode("1011", "DE")"#, gives: "false" },
        Example { call: r#"is_postcode("1011", "XX")"#, gives: "error: two capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    countries::read(args, 1)?;
    Ok(Value::Bool(normalize_postcode::read(args).is_ok()))
}
