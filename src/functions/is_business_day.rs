//! Asks whether people work on a day.

use jiff::civil::Date;
use std::collections::HashSet;

use super::calendar;
use super::param::{HOLIDAYS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_business_day",
    family: "date",
    summary: "Whether a date is no Saturday, no Sunday and none of the holidays.",
    params: &[one("date", Params::DATE), HOLIDAYS],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_business_day(date("2026-01-30"))"#, gives: "true" },
        Example { call: r#"is_business_day(date("2026-01-31"))"#, gives: "false" },
        Example { call: r#"is_business_day(date("2026-12-25"), ["2026-12-25"])"#, gives: "error: dates only" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(holds(calendar::read(args, 0, 2)?, &holidays(args, 1)?)))
}

/// The dates in the list at `index`; none if it was left out.
pub(super) fn holidays(args: &Args<'_>, index: usize) -> Result<HashSet<Date>, FunctionError> {
    if !args.given(index) {
        return Ok(HashSet::new());
    }
    args.list(index)?
        .iter()
        .map(|item| match item {
            Value::Date(date) => Ok(*date),
            other => Err(FunctionError::new(format!(
                "the holidays must be dates only, and one of them is {}; make dates with `date`",
                other.kind()
            ))),
        })
        .collect()
}

/// Whether people work on a day.
pub(super) fn holds(date: Date, holidays: &HashSet<Date>) -> bool {
    date.weekday().to_monday_zero_offset() < 5 && !holidays.contains(&date)
}
