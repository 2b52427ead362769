//! Reads what may be no whole number, where that is no error.

use super::param::one;
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "try_int",
    family: "number",
    summary: "A text as a whole number; null if it is none.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Nullable(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"try_int("12")"#, gives: "12" },
        Example { call: r#"try_int("12.5")"#, gives: "null" },
        Example { call: r#"try_int("")"#, gives: "null" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let number = plain_number::parse(args.text(0)?).ok().filter(|number| number.fract().is_zero());
    Ok(number.and_then(|number| i64::try_from(number).ok()).map_or(Value::Null, Value::Int))
}
