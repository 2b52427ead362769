//! The day of the week as a word, so that rules about weekends read as such; a match on it can be checked for gaps.

use std::sync::Arc;

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, EnumSpec, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "weekday",
    family: "date",
    summary: "The day of the week of a date, `monday` to `sunday`, or of an instant in a zone; UTC if none is named.",
    params: &[one("date", Params::DATE.or(Params::INSTANT)), ZONE],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"weekday(date("2026-01-31"))"#, gives: r#""saturday""# },
        Example { call: r#"weekday(instant("2026-01-31T23:30:00Z"), "Europe/Berlin")"#, gives: r#""sunday""# },
    ],
    eval,
};

/// The days of the week.
pub(super) const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let days = calendar::read(args, 0, 1)?.weekday().to_monday_zero_offset();
    let day = usize::try_from(days).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or_default();
    Ok(Value::text(day))
}

fn work(_: &[Type]) -> Type {
    let values = DAYS.iter().map(|day| (*day).to_owned()).collect();
    Type::new(Base::Enum(Arc::new(EnumSpec { name: "weekday".to_owned(), values, open: false })))
}
