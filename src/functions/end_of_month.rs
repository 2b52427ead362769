//! The last of a month, because accounts are split at month ends.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "end_of_month",
    family: "date",
    summary: "The last day of the month of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"end_of_month(date("2028-02-17"))"#, gives: r#""2028-02-29""# },
        Example { call: r#"end_of_month("2026-02-17")"#, gives: "error: must be date" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Date(calendar::read(args, 0, 1)?.last_of_month()))
}
