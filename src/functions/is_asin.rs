//! Tells ASINs from other codes. A book's ASIN is its ISBN-10.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_asin",
    family: "codes",
    summary: "Whether a text has the shape of an ASIN: ten capital letters and digits, and B0 or the check digit of an ISBN.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_asin("B07H8Q3JFK")"#, gives: "true" },
        Example { call: r#"is_asin("0306406152")"#, gives: "true" },
        Example { call: r#"is_asin("A07H8Q3JFK")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    let letters = text.len() == 10 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    Ok(Value::Bool(letters && (text.starts_with("B0") || check_digits::isbn10(text))))
}
