//! Notes and addresses that arrive in one field.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "lines",
    family: "text",
    summary: "The lines of the text, without their ends; an empty text has none.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"lines("a\nb\r\nc")"#, gives: r#"["a","b","c"]"# },
        Example { call: r#"lines("")"#, gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::list(args.text(0)?.lines().map(Value::text).collect()))
}
