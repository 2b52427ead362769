//! What a sale leaves, in percent of its price.

use rust_decimal::Decimal;

use super::amount;
use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "margin",
    family: "money",
    summary: "By how many percent of it a price is above a cost, both without tax, rounded to 2 decimals.",
    params: &[one("price", Params::MONEY), one("cost", Params::MONEY)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"margin(money("20.00", "EUR"), money("15.00", "EUR"))"#, gives: "25.00" },
        Example { call: r#"margin(money("0", "EUR"), money("15.00", "EUR"))"#, gives: "error: division by zero" },
        Example { call: r#"margin(money("1", "EUR"), money("1", "USD"))"#, gives: "error: two currencies" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (price, cost) = (amount::read(args, 0)?, amount::read(args, 1)?);
    if price.currency != cost.currency {
        return Err(FunctionError::new(
            "price and cost are in two currencies; bring them to one with `exchange` first",
        ));
    }
    let left = exact::plus(price.amount, -cost.amount).and_then(|left| exact::times(left, Decimal::ONE_HUNDRED));
    exact::rounded_quotient(left.ok_or_else(exact::too_many_digits)?, price.amount, 2, Rounding::HalfUp)
        .map(Value::Decimal)
}
