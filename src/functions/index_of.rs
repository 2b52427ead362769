//! Where a part of a text begins.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "index_of",
    family: "text",
    summary: "The place of the first occurrence of a part, counted in characters from 0; null if there is none.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT)],
    returns: Returns::Nullable(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"index_of("größe", "e")"#, gives: "4" },
        Example { call: r#"index_of("abc", "x")"#, gives: "null" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    let before = text.find(args.text(1)?).and_then(|at| text.get(..at));
    Ok(before.and_then(|before| i64::try_from(before.chars().count()).ok()).map_or(Value::Null, Value::Int))
}
