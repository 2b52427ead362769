//! Asks for Saturdays and Sundays.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_weekend",
    family: "date",
    summary: "Whether a date is a Saturday or Sunday.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_weekend(date("2026-01-31"))"#, gives: "true" },
        Example { call: r#"is_weekend(date("2026-01-30"))"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(calendar::read(args, 0, 1)?.weekday().to_monday_zero_offset() >= 5))
}
