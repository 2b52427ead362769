//! Asks for a field by a name that is data; a field that is null counts as absent.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "has",
    family: "object",
    summary: "Whether the object has a field that is not null.",
    params: &[one("object", Params::OBJECT), one("field", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"has({ a = 1 }, "a")"#, gives: "true" },
        Example { call: r#"has({ a = null }, "a")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    Ok(Value::Bool(args.object(0)?.get(field).is_some_and(|value| !value.is_null())))
}
