//! A guard for targets that keep one currency. An amount is never given another label: `exchange` takes a rate.

use super::currency_code;
use super::param::{CURRENCY, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "require_currency",
    family: "money",
    summary: "The money, if it is in a currency; else an error.",
    params: &[one("money", Params::MONEY), CURRENCY],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"require_currency(money("1.00", "EUR"), "EUR")"#,
            gives: r#"{"amount":"1.00","currency":"EUR"}"#,
        },
        Example { call: r#"require_currency(money("1.00", "EUR"), "USD")"#, gives: "error: is in EUR, not USD" },
    ],
    eval,
};

use super::amount;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let money = amount::read(args, 0)?;
    let currency = currency_code::read(args, 1)?;
    if money.currency != currency {
        return Err(FunctionError::new(format!(
            "the money is in {}, not {currency}; change it with `exchange` and a rate",
            money.currency
        )));
    }
    Ok(Value::Money(money))
}
