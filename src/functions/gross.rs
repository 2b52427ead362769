//! Prices with tax out of prices without.

use rust_decimal::Decimal;

use super::amount;
use super::exact;
use super::param::{MODE, one};
use super::rounding_mode;
use super::tax_in;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "gross",
    family: "money",
    summary: "A net amount with its tax at a percentage, rounded to the smallest unit; ties go by a mode.",
    params: &[one("net", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"gross(money("100.00", "EUR"), 19)"#, gives: r#"{"amount":"119.00","currency":"EUR"}"# },
        Example { call: r#"gross(money("9.99", "GBP"), 20)"#, gives: r#"{"amount":"11.99","currency":"GBP"}"# },
        Example { call: r#"gross(money("1.00", "EUR"), -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let over = exact::plus(tax_in::rate(args, 1)?, Decimal::ONE_HUNDRED).ok_or_else(exact::too_many_digits)?;
    times(amount::read(args, 0)?, over, Decimal::ONE_HUNDRED, rounding_mode::read(args, 2)?)
}

/// Money times a fraction, rounded once to the smallest unit.
pub(super) fn times(money: Money, over: Decimal, under: Decimal, mode: Rounding) -> Result<Value, FunctionError> {
    let over = exact::times(money.amount, over).ok_or_else(exact::too_many_digits)?;
    let amount = exact::rounded_quotient(over, under, money.currency.decimals(), mode)?;
    Ok(Value::Money(Money { amount, currency: money.currency }))
}
