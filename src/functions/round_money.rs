//! Rounds as the currency asks: two decimals for dollars, none for yen, three for dinars.

use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "round_money",
    family: "money",
    summary: "Money rounded to the smallest unit of its currency; ties go by a mode, half_up if not said.",
    params: &[one("money", Params::MONEY), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"round_money(money("2.345", "USD"))"#, gives: r#"{"amount":"2.35","currency":"USD"}"# },
        Example {
            call: r#"round_money(money("2.5", "JPY"), "half_even")"#,
            gives: r#"{"amount":"2","currency":"JPY"}"#,
        },
        Example { call: r#"round_money(money(1, "KWD"))"#, gives: r#"{"amount":"1.000","currency":"KWD"}"# },
    ],
    eval,
};

use super::amount;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Money(amount::read(args, 0)?.rounded(rounding_mode::read(args, 1)?)))
}
