//! The Monday of a week, for reports by week.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "start_of_week",
    family: "date",
    summary: "The Monday of the week of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"start_of_week(date("2026-02-01"))"#, gives: r#""2026-01-26""# },
        Example { call: r#"start_of_week(date("2026-01-26"))"#, gives: r#""2026-01-26""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let date = calendar::read(args, 0, 1)?;
    calendar::later(date, -i64::from(date.weekday().to_monday_zero_offset())).map(Value::Date)
}
