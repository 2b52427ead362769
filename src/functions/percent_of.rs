//! A percentage with all its digits; round it where the business rule says so.

use rust_decimal::Decimal;

use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "percent_of",
    family: "number",
    summary: "So many percent of a number or of money, exactly.",
    params: &[one("percent", Params::NUMBER), one("of", Params::NUMBER.or(Params::MONEY))],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "percent_of(15, 200)", gives: "30" },
        Example { call: r#"percent_of(7.5, money("10.00", "EUR"))"#, gives: r#"{"amount":"0.75","currency":"EUR"}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let percent = args.decimal(0)?;
    match args.value(1) {
        Value::Money(money) => {
            Ok(Value::Money(Money { amount: part(percent, money.amount)?, currency: money.currency }))
        }
        _ => part(percent, args.decimal(1)?).map(Value::Decimal),
    }
}

/// So many percent of an amount, with at least the amount's decimals.
pub(super) fn part(percent: Decimal, amount: Decimal) -> Result<Decimal, FunctionError> {
    let product = exact::times(percent, amount).ok_or_else(exact::too_many_digits)?;
    let mut part = Decimal::try_from_i128_with_scale(product.mantissa(), product.scale() + 2)
        .map_err(|_| exact::too_many_digits())?
        .normalize();
    part.rescale(part.scale().max(amount.scale()));
    Ok(part)
}

fn work(types: &[Type]) -> Type {
    match types.get(1).map(|ty| &ty.base) {
        Some(Base::Money(currency)) => Type::new(Base::Money(*currency)),
        Some(Base::Int | Base::Decimal) => Type::new(Base::Decimal),
        _ => Type::new(Base::Any),
    }
}
