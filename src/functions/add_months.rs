//! Counts months on the calendar, for terms of payment.

use jiff::Span;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "add_months",
    family: "date",
    summary: "The date so many months later, or earlier if negative; a day that the month lacks becomes its last.",
    params: &[one("date", Params::DATE), one("months", Params::INT)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"add_months(date("2026-01-31"), 1)"#, gives: r#""2026-02-28""# },
        Example { call: r#"add_months(date("2026-01-15"), -1)"#, gives: r#""2025-12-15""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let span = Span::new().try_months(args.int(1)?).map_err(|_| calendar::outside())?;
    calendar::read(args, 0, 2)?.checked_add(span).map(Value::Date).map_err(|_| calendar::outside())
}
