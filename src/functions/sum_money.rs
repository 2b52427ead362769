//! Totals money where the list may be empty. Objects with an amount and a currency count as money.

use super::currency_code;
use super::param::{CURRENCY, one};
use super::total;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sum_money",
    family: "money",
    summary: "The total of a list of money in a currency; nothing of that currency for an empty list.",
    params: &[one("list", Params::LIST), CURRENCY],
    returns: Returns::Fixed(Base::Money(None)),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"sum_money([], "EUR")"#, gives: r#"{"amount":"0.00","currency":"EUR"}"# },
        Example {
            call: r#"sum_money([money("1.10", "USD"), { amount = "2", currencyCode = "USD" }], "USD")"#,
            gives: r#"{"amount":"3.10","currency":"USD"}"#,
        },
        Example { call: r#"sum_money([money(1, "EUR")], "USD")"#, gives: "error: two currencies" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    total::of_money(args.list(0)?, currency_code::read(args, 1)?).map(Value::Money)
}
