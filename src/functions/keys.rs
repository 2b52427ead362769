//! Field names as a list, for objects whose names are data.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "keys",
    family: "object",
    summary: "The names of the fields of the object, in order.",
    params: &[one("object", Params::OBJECT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "keys({ b = 1, a = 2 })", gives: r#"["b","a"]"# },
        Example { call: "keys({ })", gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::list(args.object(0)?.iter().map(|(name, _)| Value::Text(name.clone())).collect()))
}
