//! The day of the month, for due dates.

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "day",
    family: "date",
    summary: "The day of the month of a date, 1 to 31, or of an instant in a zone; UTC if none is named.",
    params: &[one("date", Params::DATE.or(Params::INSTANT)), ZONE],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"day(date("2026-01-31"))"#, gives: "31" },
        Example { call: r#"day(instant("2026-01-31T23:30:00Z"), "Asia/Tokyo")"#, gives: "1" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from(calendar::read(args, 0, 1)?.day())))
}
