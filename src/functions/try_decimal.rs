//! Reads what may be no number, where that is no error.

use super::param::one;
use super::plain_number;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "try_decimal",
    family: "number",
    summary: "A text as an exact decimal in plain notation; null if it is none.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Nullable(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"try_decimal("12.50")"#, gives: "12.50" },
        Example { call: r#"try_decimal("n/a")"#, gives: "null" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(plain_number::parse(args.text(0)?).map_or(Value::Null, Value::Decimal))
}
