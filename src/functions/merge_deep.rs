//! Lays settings over defaults, however deep they are.

use std::sync::Arc;

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "merge_deep",
    family: "object",
    summary: "An object with the fields of both; where both have an object, that is merged in the same way, and else the second counts.",
    params: &[one("object", Params::OBJECT), one("over", Params::OBJECT)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: "merge_deep({ a = { x = 1, y = 2 } }, { a = { y = 3 } })", gives: r#"{"a":{"x":1,"y":3}}"# },
        Example { call: "merge_deep({ a = { x = 1 } }, { a = null })", gives: r#"{"a":null}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::object(merged(args.object(0)?, args.object(1)?)))
}

fn merged(under: &Object, over: &Object) -> Object {
    let mut out = under.clone();
    for (name, value) in over.iter() {
        let value = match (under.get(name).and_then(Value::as_object), value.as_object()) {
            (Some(under), Some(over)) => Value::object(merged(under, over)),
            _ => value.clone(),
        };
        out.set(name.clone(), value);
    }
    out
}

fn work(types: &[Type]) -> Type {
    match types {
        [under, over] => of(under, over),
        _ => Type::new(Base::Any),
    }
}

fn of(under: &Type, over: &Type) -> Type {
    let pii = under.pii || over.pii;
    let (Base::Object(a), Base::Object(b)) = (&under.base, &over.base) else {
        return Type::new(Base::Any).with_pii(under.carries_pii() || over.carries_pii());
    };
    let mut fields = a.fields.clone();
    for field in &b.fields {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) if matches!((&known.ty.base, &field.ty.base), (Base::Object(_), Base::Object(_))) => {
                let nullable = field.ty.nullable;
                known.ty = of(&known.ty, &field.ty);
                known.ty.nullable = nullable;
            }
            // A field that may be absent may leave the first one's value.
            Some(known) if field.ty.nullable => known.ty = either::of(&known.ty, &field.ty),
            Some(known) => *known = field.clone(),
            None => fields.push(field.clone()),
        }
    }
    if b.open {
        // A field that is not listed may lie over any of the first.
        for field in fields.iter_mut().filter(|field| b.field(&field.name).is_none()) {
            field.ty = Type::new(Base::Any).or_null().with_pii(field.ty.carries_pii() || over.carries_pii());
        }
    }
    Type::new(Base::Object(Arc::new(ObjectSpec { name: String::new(), fields, open: a.open || b.open }))).with_pii(pii)
}
