//! Reads whole numbers exactly: 12.00 is one, 12.50 is not, and nothing is cut off.

use rust_decimal::Decimal;

use super::param::one;
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "int",
    family: "number",
    summary: "A text or number as a whole number; anything that is not whole is an error.",
    params: &[one("value", Params::TEXT.or(Params::NUMBER))],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"int("12")"#, gives: "12" },
        Example { call: "int(12.00)", gives: "12" },
        Example { call: r#"int("12.50")"#, gives: "error: not whole" },
        Example { call: r#"int("1,000")"#, gives: "error: comma" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let number = match args.value(0) {
        Value::Int(int) => return Ok(Value::Int(*int)),
        Value::Decimal(decimal) => *decimal,
        _ => plain_number::parse(args.text(0)?)?,
    };
    if !number.fract().is_zero() {
        return Err(FunctionError::new(
            "the number is not whole; use `round`, `floor` or `ceil` to say how it becomes so",
        ));
    }
    whole(number)
}

/// A whole number as such.
pub(super) fn whole(number: Decimal) -> Result<Value, FunctionError> {
    i64::try_from(number)
        .map(Value::Int)
        .map_err(|_| FunctionError::new("the number is too large for a whole number; keep it a decimal"))
}

#[cfg(test)]
mod tests {
    use crate::functions::examples::run;

    #[test]
    fn only_plain_notation_is_read() {
        for text in ["", " 1", "1e3", "0x1", "1_000", "--1", "1.", ".5", "１"] {
            assert!(run(&format!("int({text:?})")).is_err(), "{text}");
        }
        assert_eq!(run("int(\"+7\")"), Ok("7".into()));
        assert!(run("int(\"9223372036854775808\")").unwrap_err().contains("too large"));
    }
}
