//! Leaves fields out, so that what a target must not see is not sent.

use std::sync::Arc;

use super::param::{many, one};
use super::shape;
use crate::catalog::{Args, Base, Example, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "without",
    family: "object",
    summary: "The object without some of its fields; names that it does not have are no error.",
    params: &[one("object", Params::OBJECT), many("fields", Params::TEXT)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"without({ a = 1, b = 2, c = 3 }, "a", "c")"#, gives: r#"{"b":2}"# },
        Example { call: r#"without({ a = 1 }, "x")"#, gives: r#"{"a":1}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut object = args.object(0)?.clone();
    for index in 1..args.values.len() {
        object.remove(args.text(index)?);
    }
    Ok(Value::object(object))
}

fn work(types: &[Type]) -> Type {
    // Which fields are left depends on the names, which are values; each may be gone.
    let Some(Base::Object(spec)) = types.first().map(|ty| &ty.base) else {
        return shape::open().with_pii(types.first().is_some_and(Type::carries_pii));
    };
    let mut fields = spec.fields.clone();
    for field in &mut fields {
        field.ty.nullable = true;
    }
    Type::new(Base::Object(Arc::new(ObjectSpec { name: String::new(), fields, open: spec.open })))
        .with_pii(types.first().is_some_and(|ty| ty.pii))
}
