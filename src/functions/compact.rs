//! Drops absent items and fields, one level deep, so that totals and targets do not meet them.

use std::sync::Arc;

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "compact",
    family: "object",
    summary: "The list or object without what is null in it.",
    params: &[one("of", Params::LIST.or(Params::OBJECT))],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "compact([1, null, 2])", gives: "[1,2]" },
        Example { call: "compact({ a = null, b = 1 })", gives: r#"{"b":1}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::List(items) => Ok(Value::list(items.iter().filter(|item| !item.is_null()).cloned().collect())),
        _ => {
            let mut kept = Object::new();
            for (name, value) in args.object(0)?.iter().filter(|(_, value)| !value.is_null()) {
                kept.push(name.clone(), value.clone());
            }
            Ok(Value::object(kept))
        }
    }
}

fn work(types: &[Type]) -> Type {
    match types.first().map(|ty| &ty.base) {
        Some(Base::List(_)) => {
            let mut item = either::item(types.first());
            item.nullable = false;
            either::list(if item.base == Base::Null { Type::new(Base::Any) } else { item })
        }
        Some(Base::Object(spec)) => {
            let mut fields = spec.fields.clone();
            for field in &mut fields {
                field.ty.nullable |= field.ty.base == Base::Null;
            }
            Type::new(Base::Object(Arc::new(ObjectSpec { name: spec.name.clone(), fields, open: spec.open })))
                .with_pii(types.first().is_some_and(|ty| ty.pii))
        }
        _ => Type::new(Base::Any).with_pii(types.iter().any(Type::carries_pii)),
    }
}
