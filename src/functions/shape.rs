//! Results that are objects with known fields, and lists of them.

use std::sync::Arc;

use crate::catalog::{Base, Field, ObjectSpec, Type};
use crate::value::{Object, Value};

/// An object with these fields, in this order.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut object = Object::new();
    for (name, value) in fields {
        object.push(Arc::from(name), value);
    }
    Value::object(object)
}

/// The type of such an object.
pub(super) fn of(name: &str, fields: Vec<Field>) -> Type {
    Type::new(Base::Object(Arc::new(ObjectSpec { name: name.to_owned(), fields, open: false })))
}

/// The type of an object of which nothing is known but that it is one.
pub(super) fn open() -> Type {
    Type::new(Base::Object(Arc::new(ObjectSpec { name: String::new(), fields: Vec::new(), open: true })))
}

/// Text, or null where there is none.
pub(super) fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::text(text) }
}

/// The type of a set of words.
pub(super) fn words(name: &str, words: &[&str]) -> Type {
    let values = words.iter().map(|word| (*word).to_owned()).collect();
    Type::new(Base::Enum(Arc::new(crate::catalog::EnumSpec { name: name.to_owned(), values, open: false })))
}
