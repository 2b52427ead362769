//! Prices without tax out of prices with it.

use rust_decimal::Decimal;

use super::amount;
use super::exact;
use super::gross;
use super::param::{MODE, one};
use super::rounding_mode;
use super::tax_in;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "net",
    family: "money",
    summary: "A gross amount without the tax that it contains at a percentage, rounded to the smallest unit; ties go by a mode.",
    params: &[one("gross", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"net(money("119.00", "EUR"), 19)"#, gives: r#"{"amount":"100.00","currency":"EUR"}"# },
        Example { call: r#"net(money("10.00", "GBP"), 20)"#, gives: r#"{"amount":"8.33","currency":"GBP"}"# },
        Example { call: r#"net(money("1.00", "EUR"), -1)"#, gives: "error: must not be negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let under = exact::plus(tax_in::rate(args, 1)?, Decimal::ONE_HUNDRED).ok_or_else(exact::too_many_digits)?;
    gross::times(amount::read(args, 0)?, Decimal::ONE_HUNDRED, under, rounding_mode::read(args, 2)?)
}
