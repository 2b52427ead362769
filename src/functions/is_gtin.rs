//! Tells whether a number from a label was typed right.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_gtin",
    family: "codes",
    summary: "Whether a text is a GTIN (EAN, UPC) of 8, 12, 13 or 14 digits whose check digit is right.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_gtin("4006381333931")"#, gives: "true" },
        Example { call: r#"is_gtin("036000291452")"#, gives: "true" },
        Example { call: r#"is_gtin("4006381333932")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(check_digits::gtin(args.text(0)?)))
}
