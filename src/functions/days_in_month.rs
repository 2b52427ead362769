//! The length of a month, to spread fees over its days.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "days_in_month",
    family: "date",
    summary: "How many days the month of a date has.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"days_in_month(date("2024-02-10"))"#, gives: "29" },
        Example { call: r#"days_in_month(date("2026-02-10"))"#, gives: "28" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from(calendar::read(args, 0, 1)?.days_in_month())))
}
