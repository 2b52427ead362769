//! Line totals become unit prices only where that loses nothing, because a rounded price times the quantity is another
//! total. The result has at least the decimals of the currency.

use rust_decimal::Decimal;

use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "unit_price",
    family: "money",
    summary: "The price of one, from the total of a line and its quantity; an error where it has no end within 6 decimals.",
    params: &[one("total", Params::NUMBER.or(Params::MONEY)), one("quantity", Params::NUMBER)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"unit_price(money("25.00", "USD"), 2)"#, gives: r#"{"amount":"12.50","currency":"USD"}"# },
        Example { call: r#"unit_price(money("1.00", "EUR"), 8)"#, gives: r#"{"amount":"0.125","currency":"EUR"}"# },
        Example { call: r#"unit_price(money("10.00", "USD"), 3)"#, gives: "error: use the line's total" },
        Example { call: r#"unit_price(money("10.00", "USD"), 0)"#, gives: "error: quantity is zero" },
    ],
    eval,
};

/// The most decimals that a unit price may have.
const DECIMALS: u32 = 6;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let quantity = args.decimal(1)?;
    if quantity.is_zero() {
        return Err(FunctionError::new("the quantity is zero; leave such lines out with `where`"));
    }
    let inexact = || {
        FunctionError::new(
            "the total does not divide into a unit price of at most 6 decimals; use the line's total as it is, \
             or round visibly with `divide`",
        )
    };
    let (total, currency) = match args.value(0) {
        Value::Money(money) => (money.amount, Some(money.currency)),
        _ => (args.decimal(0)?, None),
    };
    let mut price = exactly(total, quantity).ok_or_else(inexact)?;
    let shown = currency.map_or_else(|| total.scale().min(DECIMALS), |currency| currency.decimals());
    price.rescale(price.scale().max(shown));
    Ok(match currency {
        Some(currency) => Value::Money(Money { amount: price, currency }),
        None => Value::Decimal(price),
    })
}

/// The quotient, where it has no more decimals than a unit price may have.
pub(super) fn exactly(total: Decimal, quantity: Decimal) -> Option<Decimal> {
    exact::quotient(total, quantity).filter(|price| price.scale() <= DECIMALS)
}

fn work(types: &[Type]) -> Type {
    match types.first().map(|ty| &ty.base) {
        Some(Base::Money(currency)) => Type::new(Base::Money(*currency)),
        Some(Base::Int | Base::Decimal) => Type::new(Base::Decimal),
        _ => Type::new(Base::Any),
    }
}
