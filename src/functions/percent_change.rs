//! How much something grew, for alerts about prices.

use rust_decimal::Decimal;

use super::exact;
use super::param::{DECIMALS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "percent_change",
    family: "number",
    summary: "By how many percent a number or money differs from another, rounded to 2 decimals or so many; nothing can be compared with 0.",
    params: &[one("from", Params::NUMBER.or(Params::MONEY)), one("to", Params::NUMBER.or(Params::MONEY)), DECIMALS],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "percent_change(80, 100)", gives: "25.00" },
        Example { call: r#"percent_change(money("10.00", "EUR"), money("9.50", "EUR"), 1)"#, gives: "-5.0" },
        Example { call: "percent_change(0, 5)", gives: "error: division by zero" },
        Example { call: r#"percent_change(1, money(1, "EUR"))"#, gives: "error: both" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = match (args.value(0), args.value(1)) {
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => (a.amount, b.amount),
        (Value::Money(_), _) | (_, Value::Money(_)) => {
            return Err(FunctionError::new("both must be numbers, or both money in one currency"));
        }
        _ => (args.decimal(0)?, args.decimal(1)?),
    };
    let decimals = if args.given(2) { exact::decimals(args.int(2)?)? } else { 2 };
    let change = exact::plus(to, -from).and_then(|change| exact::times(change, Decimal::ONE_HUNDRED));
    let change = change.ok_or_else(exact::too_many_digits)?;
    exact::rounded_quotient(change, from.abs(), decimals, Rounding::HalfUp).map(Value::Decimal)
}
