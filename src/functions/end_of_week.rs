//! The Sunday of a week, for reports by week.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "end_of_week",
    family: "date",
    summary: "The Sunday of the week of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"end_of_week(date("2026-01-26"))"#, gives: r#""2026-02-01""# },
        Example { call: r#"end_of_week(date("2026-02-01"))"#, gives: r#""2026-02-01""# },
        Example { call: r#"end_of_week(date("9999-12-31"))"#, gives: "error: calendar" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let date = calendar::read(args, 0, 1)?;
    calendar::later(date, 6 - i64::from(date.weekday().to_monday_zero_offset())).map(Value::Date)
}
