//! Hides a value of any kind, absent ones too, so that not even its presence is told.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "redact",
    family: "hash",
    summary: "The word `[redacted]`, whatever the value is.",
    params: &[one("value", Params::ANY)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"redact("John Smith")"#, gives: r#""[redacted]""# },
        Example { call: "redact(null)", gives: r#""[redacted]""# },
    ],
    eval,
};

fn eval(_: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text("[redacted]"))
}
