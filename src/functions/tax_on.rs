//! Adds tax to prices without it, as US marketplaces send them.

use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "tax_on",
    family: "money",
    summary: "The tax on a net amount at a percentage, rounded to the smallest unit; ties go by a mode.",
    params: &[one("net", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"tax_on(money("100.00", "EUR"), 19)"#, gives: r#"{"amount":"19.00","currency":"EUR"}"# },
        Example { call: r#"tax_on(money("-9.99", "USD"), 8.25)"#, gives: r#"{"amount":"-0.82","currency":"USD"}"# },
    ],
    eval,
};

use super::{amount, percent_of, tax_in};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let net = amount::read(args, 0)?;
    let amount = percent_of::part(tax_in::rate(args, 1)?, net.amount)?;
    Ok(Value::Money(Money { amount, currency: net.currency }.rounded(rounding_mode::read(args, 2)?)))
}
