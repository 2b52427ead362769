//! How far numbers lie apart, to find what is out of line.

use rust_decimal::Decimal;

use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "variance",
    family: "number",
    summary: "The average of the squared distances of numbers from their average, rounded to so many decimals.",
    params: &[one("list", Params::LIST), one("decimals", Params::INT)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "variance([2, 4, 4, 4, 5, 5, 7, 9], 2)", gives: "4.00" },
        Example { call: "variance([1], 0)", gives: "0" },
        Example { call: "variance([], 2)", gives: "error: empty" },
        Example { call: r#"variance([1, "2"], 2)"#, gives: "error: is text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let items = args.list(0)?;
    let decimals = exact::decimals(args.int(1)?)?;
    let (mut sum, mut squares) = (Decimal::ZERO, Decimal::ZERO);
    let exactly = |number: Option<Decimal>| number.ok_or_else(exact::too_many_digits);
    for item in items {
        let number = item.as_decimal().filter(|_| !matches!(item, Value::Money(_))).ok_or_else(|| {
            FunctionError::new(format!("an item of the list is {}, and only numbers have a variance", item.kind()))
        })?;
        sum = exactly(exact::plus(sum, number))?;
        squares = exactly(exact::times(number, number).and_then(|square| exact::plus(squares, square)))?;
    }
    if items.is_empty() {
        return Err(FunctionError::new("an empty list has no variance; test it with `is_empty` first"));
    }
    // n·Σx² − (Σx)² over n²: one division, rounded once.
    let count = Decimal::from(items.len());
    let over = exactly(exact::times(count, squares))?;
    let over = exactly(exact::times(sum, sum).and_then(|square| exact::plus(over, -square)))?;
    exact::rounded_quotient(over, count * count, decimals, Rounding::HalfUp).map(Value::Decimal)
}
