//! The year, for periods and document numbers.

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "year",
    family: "date",
    summary: "The year of a date, or of an instant in a zone; UTC if none is named.",
    params: &[one("date", Params::DATE.or(Params::INSTANT)), ZONE],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"year(date("2026-01-31"))"#, gives: "2026" },
        Example { call: r#"year(instant("2025-12-31T23:30:00Z"), "Europe/Berlin")"#, gives: "2026" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from(calendar::read(args, 0, 1)?.year())))
}
