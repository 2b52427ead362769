//! Takes away what surrounds a text, invisible marks too, because they break lookups by key.

use super::blank;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "trim",
    family: "text",
    summary: "The text without white space around it.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"trim("  a b\t")"#, gives: r#""a b""# },
        Example { call: r#"trim("\u200bSKU-1\u00a0")"#, gives: r#""SKU-1""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(blank::trim(args.text(0)?)))
}
