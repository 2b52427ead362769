//! The distance of two dates, for ageing lists.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "days_between",
    family: "date",
    summary: "How many days a date is after another; negative if before.",
    params: &[one("from", Params::DATE), one("to", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"days_between(date("2026-02-27"), date("2026-03-01"))"#, gives: "2" },
        Example { call: r#"days_between(date("2026-03-01"), date("2026-02-27"))"#, gives: "-2" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = (calendar::read(args, 0, 2)?, calendar::read(args, 1, 2)?);
    Ok(Value::Int(from.duration_until(to).as_hours() / 24))
}
