//! Changes currency at a rate that the flow brings, because this program knows no rates.

use super::currency_code;
use super::exact;
use super::param::{CURRENCY, MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "exchange",
    family: "money",
    summary: "Money changed into another currency at a rate, rounded to that currency's smallest unit; ties go by a mode.",
    params: &[one("money", Params::MONEY), one("rate", Params::NUMBER), CURRENCY, MODE],
    returns: Returns::Fixed(Base::Money(None)),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"exchange(money("10.00", "EUR"), 1.0845, "USD")"#,
            gives: r#"{"amount":"10.85","currency":"USD"}"#,
        },
        Example {
            call: r#"exchange(money("10.00", "USD"), 151.37, "JPY")"#,
            gives: r#"{"amount":"1514","currency":"JPY"}"#,
        },
        Example { call: r#"exchange(money("10.00", "USD"), 0, "JPY")"#, gives: "error: above zero" },
    ],
    eval,
};

use super::amount;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let money = amount::read(args, 0)?;
    let rate = args.decimal(1)?;
    if rate.is_zero() || rate.is_sign_negative() {
        return Err(FunctionError::new("the rate must be above zero"));
    }
    let currency = currency_code::read(args, 2)?;
    let rounding = rounding_mode::read(args, 3)?;
    let amount = exact::times(money.amount, rate).ok_or_else(exact::too_many_digits)?;
    Ok(Value::Money(Money { amount, currency }.rounded(rounding)))
}
