//! Masks a telephone number so that its owner knows it again and nobody else.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "mask_phone",
    family: "hash",
    summary: "A telephone number of which only the last two digits are shown.",
    params: &[one("phone", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"mask_phone("+49 30 1234567")"#, gives: r#""********67""# },
        Example { call: r#"mask_phone("12")"#, gives: "error: four digits" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let digits: String = args.text(0)?.chars().filter(char::is_ascii_digit).collect();
    let Some(end) = digits.len().checked_sub(2).filter(|end| *end >= 2).and_then(|at| digits.get(at..)) else {
        return Err(FunctionError::new("the text has fewer than four digits, so all of it would be shown; use `mask`"));
    };
    Ok(Value::from(format!("********{end}")))
}
