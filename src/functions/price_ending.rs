//! Prices that end as a shop wants them, such as .99.

use rust_decimal::Decimal;

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "price_ending",
    family: "money",
    summary: "The nearest price that ends in a part of 1, such as 0.99; of two that are as near the higher one.",
    params: &[
        one("price", Params::MONEY.or(Params::NUMBER)),
        one("ending", Params::NUMBER).doc("The decimals that a price ends in, from 0 to below 1"),
    ],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"price_ending(money("12.30", "EUR"), 0.99)"#,
            gives: r#"{"amount":"11.99","currency":"EUR"}"#,
        },
        Example {
            call: r#"price_ending(money("12.60", "EUR"), 0.99)"#,
            gives: r#"{"amount":"12.99","currency":"EUR"}"#,
        },
        Example { call: "price_ending(5.45, 0.95)", gives: "5.95" },
        Example { call: "price_ending(5, 1.5)", gives: "error: below 1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let ending = args.decimal(1)?;
    if ending < Decimal::ZERO || ending >= Decimal::ONE {
        return Err(FunctionError::new("the ending must be from 0 to below 1, such as 0.99"));
    }
    let price = match args.value(0) {
        Value::Money(money) => money.amount,
        _ => args.decimal(0)?,
    };
    let near = nearest(price, ending).ok_or_else(|| FunctionError::new("the price is too large to be changed"))?;
    // A price is never below nothing.
    let near = if near < Decimal::ZERO && price >= Decimal::ZERO { ending } else { near };
    Ok(match args.value(0) {
        Value::Money(money) => Value::Money(Money { amount: near, currency: money.currency }),
        _ => Value::Decimal(near),
    })
}

/// The price nearest to another that has this ending; `None` beyond the largest decimal.
fn nearest(price: Decimal, ending: Decimal) -> Option<Decimal> {
    let low = price.floor().checked_add(ending)?;
    let low = if low > price { low.checked_sub(Decimal::ONE)? } else { low };
    let high = low.checked_add(Decimal::ONE)?;
    Some(if price.checked_sub(low)? < high.checked_sub(price)? { low } else { high })
}
