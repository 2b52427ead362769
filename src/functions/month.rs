//! The month, for accounting periods.

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "month",
    family: "date",
    summary: "The month of a date, 1 to 12, or of an instant in a zone; UTC if none is named.",
    params: &[one("date", Params::DATE.or(Params::INSTANT)), ZONE],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"month(date("2026-01-31"))"#, gives: "1" },
        Example { call: r#"month(instant("2026-01-31T23:30:00Z"), "Europe/Berlin")"#, gives: "2" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from(calendar::read(args, 0, 1)?.month())))
}
