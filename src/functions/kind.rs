//! What a value is, for fields that arrive in several kinds.

use std::sync::Arc;

use super::param::one;
use crate::catalog::{Args, Base, EnumSpec, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "kind",
    family: "object",
    summary: "The kind of a value in the words of the language, such as `text`, `int` or `list`.",
    params: &[one("value", Params::ANY)],
    returns: Returns::Worked(work),
    pii: Pii::Clears,
    examples: &[
        Example { call: "kind(1.50)", gives: r#""decimal""# },
        Example { call: "kind(null)", gives: r#""null""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(args.value(0).kind()))
}

fn work(_: &[Type]) -> Type {
    let values = ["null", "bool", "int", "decimal", "text", "date", "instant", "duration", "money", "list", "object"];
    let values = values.map(str::to_owned).to_vec();
    Type::new(Base::Enum(Arc::new(EnumSpec { name: "kind".to_owned(), values, open: false })))
}
