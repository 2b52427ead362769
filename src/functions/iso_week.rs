//! Weeks as ISO 8601 numbers them; the first days of January may be in the last week of the year before.

use super::calendar;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "iso_week",
    family: "date",
    summary: "The week of a date as { year, week } by ISO 8601.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"iso_week(date("2026-01-01"))"#, gives: r#"{"year":2026,"week":1}"# },
        Example { call: r#"iso_week(date("2027-01-01"))"#, gives: r#"{"year":2026,"week":53}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let week = calendar::read(args, 0, 1)?.iso_week_date();
    Ok(shape::object([("year", Value::Int(i64::from(week.year()))), ("week", Value::Int(i64::from(week.week())))]))
}

fn work(_: &[Type]) -> Type {
    let fields = vec![
        Field::required("year", Type::new(Base::Int)).doc("the year to which the week belongs"),
        Field::required("week", Type::new(Base::Int)).doc("1 to 53"),
    ];
    shape::of("week", fields)
}
