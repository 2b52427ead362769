//! Takes the tax out of tax-inclusive prices, as marketplaces with VAT send them; gross less tax is net.

use rust_decimal::Decimal;

use super::exact;
use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "tax_in",
    family: "money",
    summary: "The tax that is contained in a gross amount at a percentage, rounded to the smallest unit; ties go by a mode.",
    params: &[one("gross", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"tax_in(money("119.00", "EUR"), 19)"#, gives: r#"{"amount":"19.00","currency":"EUR"}"# },
        Example { call: r#"tax_in(money("10.00", "GBP"), 20)"#, gives: r#"{"amount":"1.67","currency":"GBP"}"# },
        Example { call: r#"tax_in(money("10.00", "GBP"), -5)"#, gives: "error: must not be negative" },
    ],
    eval,
};

use super::amount;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    contained(args).map(Value::Money)
}

/// The tax in the gross amount that is the first argument.
pub(super) fn contained(args: &Args<'_>) -> Result<Money, FunctionError> {
    let gross = amount::read(args, 0)?;
    let percent = rate(args, 1)?;
    let over = exact::times(gross.amount, percent).ok_or_else(exact::too_many_digits)?;
    let under = exact::plus(percent, Decimal::ONE_HUNDRED).ok_or_else(exact::too_many_digits)?;
    let amount = exact::rounded_quotient(over, under, gross.currency.decimals(), rounding_mode::read(args, 2)?)?;
    Ok(Money { amount, currency: gross.currency })
}

/// The percentage at `index`.
pub(super) fn rate(args: &Args<'_>, index: usize) -> Result<Decimal, FunctionError> {
    let percent = args.decimal(index)?;
    if percent.is_sign_negative() && !percent.is_zero() {
        return Err(FunctionError::new("the percentage must not be negative; a refund has a negative amount instead"));
    }
    Ok(percent)
}
