//! Field values as a list, for objects whose names are data.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "values",
    family: "object",
    summary: "The values of the fields of the object, in order.",
    params: &[one("object", Params::OBJECT)],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "values({ b = 1, a = 2 })", gives: "[1,2]" },
        Example { call: "values([1])", gives: "error: must be object" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::list(args.object(0)?.iter().map(|(_, value)| value.clone()).collect()))
}

fn work(types: &[Type]) -> Type {
    let item = match types.first().map(|ty| &ty.base) {
        Some(Base::Object(spec)) if !spec.open => {
            spec.fields.iter().map(|field| field.ty.clone()).reduce(|a, b| either::of(&a, &b))
        }
        _ => None,
    };
    either::list(item.unwrap_or(Type::new(Base::Any)))
}
