//! Completes the number of a label.

use super::check_digits;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "gtin_check_digit",
    family: "codes",
    summary: "The check digit of a GTIN (EAN, UPC) whose other 7, 11, 12 or 13 digits are given, as text.",
    params: &[one("digits", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"gtin_check_digit("400638133393")"#, gives: r#""1""# },
        Example { call: r#"gtin_check_digit("03600029145")"#, gives: r#""2""# },
        Example { call: r#"gtin_check_digit("123")"#, gives: "error: 7, 11, 12 or 13 digits" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let digits = args.text(0)?;
    let digit = check_digits::of_gtin(digits).filter(|_| matches!(digits.len(), 7 | 11 | 12 | 13));
    digit
        .map(|digit| Value::from(digit.to_string()))
        .ok_or_else(|| FunctionError::new("a GTIN without its check digit has 7, 11, 12 or 13 digits and nothing else"))
}
