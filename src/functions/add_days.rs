//! Counts days on the calendar, where a day is a day whatever the clocks do.

use jiff::Span;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "add_days",
    family: "date",
    summary: "The date so many days later, or earlier if negative.",
    params: &[one("date", Params::DATE), one("days", Params::INT)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"add_days(date("2026-02-27"), 2)"#, gives: r#""2026-03-01""# },
        Example { call: r#"add_days(date("2026-01-01"), -1)"#, gives: r#""2025-12-31""# },
        Example { call: r#"add_days(date("9999-12-31"), 1)"#, gives: "error: outside the calendar" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let span = Span::new().try_days(args.int(1)?).map_err(|_| calendar::outside())?;
    calendar::read(args, 0, 2)?.checked_add(span).map(Value::Date).map_err(|_| calendar::outside())
}
