//! Growth over periods.

use rust_decimal::Decimal;

use super::drop;
use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "power",
    family: "number",
    summary: "A number multiplied with itself so many times, exactly; 0 times is 1.",
    params: &[one("number", Params::NUMBER), one("times", Params::INT)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "power(1.05, 2)", gives: "1.1025" },
        Example { call: "power(2, 10)", gives: "1024" },
        Example { call: "power(10, 40)", gives: "error: more digits" },
        Example { call: "power(2, -1)", gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (number, times) = (args.decimal(0)?, drop::how_many(args, 1)?);
    if times > 1000 {
        return Err(FunctionError::new("a number is multiplied with itself at most 1000 times"));
    }
    let mut power = Decimal::ONE;
    for _ in 0..times {
        power = exact::times(power, number).ok_or_else(exact::too_many_digits)?;
        if power.is_zero() || number == Decimal::ONE {
            break;
        }
    }
    Ok(Value::Decimal(power))
}
