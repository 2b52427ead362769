//! Quarters, for periods of tax.

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "quarter",
    family: "date",
    summary: "The quarter of a date, 1 to 4.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"quarter(date("2026-05-17"))"#, gives: "2" },
        Example { call: r#"quarter(date("2026-12-31"))"#, gives: "4" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(i64::from((calendar::read(args, 0, 1)?.month() - 1) / 3 + 1)))
}
