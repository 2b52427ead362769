//! Periods of subscriptions and warranties.

use jiff::civil::Date;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "months_between",
    family: "date",
    summary: "How many whole months a date is after another; negative if before.",
    params: &[one("from", Params::DATE), one("to", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"months_between(date("2026-01-15"), date("2026-03-14"))"#, gives: "1" },
        Example { call: r#"months_between(date("2026-03-15"), date("2026-01-15"))"#, gives: "-2" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    whole(args).map(Value::Int)
}

/// The whole months from one date to another.
pub(super) fn whole(args: &Args<'_>) -> Result<i64, FunctionError> {
    let (from, to) = (calendar::read(args, 0, 2)?, calendar::read(args, 1, 2)?);
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let count = months(to) - months(from);
    Ok(match count.signum() {
        1 if to.day() < from.day() => count - 1,
        -1 if to.day() > from.day() => count + 1,
        _ => count,
    })
}
