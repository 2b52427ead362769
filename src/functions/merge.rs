//! Lays one object over another, field by field and not deeper.

use std::sync::Arc;

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "merge",
    family: "object",
    summary: "An object with the fields of both; where both have a field, that of the second.",
    params: &[one("object", Params::OBJECT), one("over", Params::OBJECT)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "merge({ a = 1, b = 2 }, { b = 3, c = 4 })", gives: r#"{"a":1,"b":3,"c":4}"# },
        Example { call: "merge({ a = { x = 1 } }, { a = { y = 2 } })", gives: r#"{"a":{"y":2}}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut merged = args.object(0)?.clone();
    for (name, value) in args.object(1)?.iter() {
        merged.set(name.clone(), value.clone());
    }
    Ok(Value::object(merged))
}

fn work(types: &[Type]) -> Type {
    let (Some(Base::Object(under)), Some(Base::Object(over))) =
        (types.first().map(|ty| &ty.base), types.get(1).map(|ty| &ty.base))
    else {
        return Type::new(Base::Any).with_pii(types.iter().any(Type::carries_pii));
    };
    let mut fields = under.fields.clone();
    for field in &over.fields {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) if field.ty.nullable => known.ty = either::of(&known.ty, &field.ty),
            Some(known) => *known = field.clone(),
            None => fields.push(field.clone()),
        }
    }
    if over.open {
        // A field that is not listed may lie over any of the first.
        for field in fields.iter_mut().filter(|field| over.field(&field.name).is_none()) {
            let pii = field.ty.carries_pii() || types.iter().any(|ty| ty.pii);
            field.ty = Type::new(Base::Any).or_null().with_pii(pii);
        }
    }
    Type::new(Base::Object(Arc::new(ObjectSpec { name: String::new(), fields, open: under.open || over.open })))
        .with_pii(types.iter().any(|ty| ty.pii))
}
