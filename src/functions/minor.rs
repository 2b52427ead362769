//! Cents, as payment providers count.

use super::amount;
use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "minor",
    family: "money",
    summary: "Money as a whole number of the smallest units of its currency; an error where it has parts of one.",
    params: &[one("money", Params::MONEY)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"minor(money("12.50", "EUR"))"#, gives: "1250" },
        Example { call: r#"minor(money("100", "JPY"))"#, gives: "100" },
        Example { call: r#"minor(money("0.005", "EUR"))"#, gives: "error: round_money" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let money = amount::read(args, 0)?;
    let units = exact::units(money.amount, money.currency.decimals()).ok_or_else(|| {
        FunctionError::new("the money has parts of the smallest unit; round it first with `round_money`")
    })?;
    i64::try_from(units).map(Value::Int).map_err(|_| exact::too_many_digits())
}
