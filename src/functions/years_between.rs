//! Ages, and years of a contract.

use super::months_between;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "years_between",
    family: "date",
    summary: "How many whole years a date is after another; negative if before. For ages: years_between(born, day).",
    params: &[one("from", Params::DATE), one("to", Params::DATE)],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"years_between(date("2008-02-29"), date("2026-02-28"))"#, gives: "17" },
        Example { call: r#"years_between(date("2008-02-28"), date("2026-02-28"))"#, gives: "18" },
        Example { call: r#"years_between(date("2026-06-01"), date("2025-06-02"))"#, gives: "0" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Int(months_between::whole(args)? / 12))
}
