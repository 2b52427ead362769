//! The first of a month, because accounts are split at month ends.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "start_of_month",
    family: "date",
    summary: "The first day of the month of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"start_of_month(date("2026-02-17"))"#, gives: r#""2026-02-01""# },
        Example { call: r#"start_of_month(date("2026-02-01"))"#, gives: r#""2026-02-01""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Date(calendar::read(args, 0, 1)?.first_of_month()))
}
