//! The first day of a year.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "start_of_year",
    family: "date",
    summary: "The first day of the year of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"start_of_year(date("2026-05-17"))"#, gives: r#""2026-01-01""# },
        Example { call: r#"start_of_year(date("2026-01-01"))"#, gives: r#""2026-01-01""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Date(calendar::read(args, 0, 1)?.first_of_year()))
}
