//! The last day of a year.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "end_of_year",
    family: "date",
    summary: "The last day of the year of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"end_of_year(date("2026-05-17"))"#, gives: r#""2026-12-31""# },
        Example { call: r#"end_of_year(date("2026-12-31"))"#, gives: r#""2026-12-31""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Date(calendar::read(args, 0, 1)?.last_of_year()))
}
