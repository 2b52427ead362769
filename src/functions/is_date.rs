//! Asks before a text is read with `date`.

use jiff::civil::Date;
use std::str::FromStr;

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_date",
    family: "date",
    summary: "Whether a text is an ISO date such as 2026-01-31.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_date("2026-01-31")"#, gives: "true" },
        Example { call: r#"is_date("31.01.2026")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    Ok(Value::Bool(text.len() == 10 && Date::from_str(text).is_ok()))
}
