//! Days counted through the year.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "day_of_year",
    family: "date",
    summary: "The day of the year of a date, 1 to 366.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"day_of_year(date("2026-02-01"))"#, gives: "32" },
        Example { call: r#"day_of_year(date("2024-12-31"))"#, gives: "366" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from(calendar::read(args, 0, 1)?.day_of_year())))
}
