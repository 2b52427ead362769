//! The type of what may be one thing or another, and whether one type can stand for another.

use std::sync::Arc;

use crate::catalog::{Base, EnumSpec, Field, ObjectSpec, Type};

/// The type of a value that has one of two types; `None` where nothing sensible covers both.
pub(super) fn join(a: &Type, b: &Type) -> Option<Type> {
    let base = match (&a.base, &b.base) {
        (Base::Null, other) | (other, Base::Null) => other.clone(),
        (Base::Any, _) | (_, Base::Any) => Base::Any,
        (x, y) if x == y => x.clone(),
        (Base::Int | Base::Decimal, Base::Int | Base::Decimal) => Base::Decimal,
        (Base::Money(_), Base::Money(_)) => Base::Money(None),
        (Base::Enum(x), Base::Enum(y)) => Base::Enum(Arc::new(union(x, y))),
        (Base::Text, Base::Enum(_)) | (Base::Enum(_), Base::Text) => Base::Text,
        (Base::List(x), Base::List(y)) => Base::List(Box::new(join(x, y)?)),
        (Base::Object(x), Base::Object(y)) => Base::Object(Arc::new(merge(x, y))),
        _ => return None,
    };
    // A null that is not nullable is the type of an empty list's items: of nothing at all.
    let nullable = a.nullable || b.nullable;
    // What is not known any more cannot say which of its parts are buyer data.
    let pii = if base == Base::Any { a.carries_pii() || b.carries_pii() } else { a.pii || b.pii };
    Some(Type { base, nullable, pii })
}

/// The type of a value that has one of two types, of which nothing is known where nothing sensible covers both.
pub(super) fn either(a: &Type, b: &Type) -> Type {
    join(a, b).unwrap_or_else(|| Type::new(Base::Any).with_pii(a.carries_pii() || b.carries_pii()))
}

/// A type with null taken out, for what `??` gives when its first part is there.
pub(super) fn present(ty: &Type) -> Type {
    Type { nullable: false, ..ty.clone() }
}

fn union(x: &EnumSpec, y: &EnumSpec) -> EnumSpec {
    let within = |inner: &EnumSpec, outer: &EnumSpec| inner.values.iter().all(|value| outer.values.contains(value));
    if within(y, x) && x.name != "text" {
        return x.clone();
    }
    if within(x, y) && y.name != "text" {
        return y.clone();
    }
    let mut values = x.values.clone();
    values.extend(y.values.iter().filter(|value| !x.values.contains(value)).cloned());
    let name = if x.name == y.name { x.name.clone() } else { "text".to_owned() };
    EnumSpec { name, values, open: x.open || y.open }
}

fn merge(x: &ObjectSpec, y: &ObjectSpec) -> ObjectSpec {
    let mut fields: Vec<Field> = Vec::new();
    for field in &x.fields {
        let mut merged = field.clone();
        match y.field(&field.name) {
            Some(other) => merged.ty = either(&field.ty, &other.ty),
            None => merged.ty.nullable = true,
        }
        fields.push(merged);
    }
    for field in y.fields.iter().filter(|field| x.field(&field.name).is_none()) {
        let mut merged = field.clone();
        merged.ty.nullable = true;
        fields.push(merged);
    }
    ObjectSpec { name: String::new(), fields, open: x.open || y.open }
}
