//! Words to write schemas with, so that a connector's schema reads like the table in its remote's documentation.

use std::sync::Arc;

use super::types::{Base, EnumSpec, Field, ObjectSpec, Type};

/// A field that is always there.
#[must_use]
pub fn must(name: &str, base: Base, doc: &'static str) -> Field {
    Field::required(name, Type::new(base)).doc(doc)
}

/// A field that may be absent.
#[must_use]
pub fn may(name: &str, base: Base, doc: &'static str) -> Field {
    Field::optional(name, Type::new(base)).doc(doc)
}

/// An object with these fields and no others.
#[must_use]
pub fn object(name: &str, fields: Vec<Field>) -> ObjectSpec {
    ObjectSpec { name: name.to_owned(), fields, open: false }
}

/// An object as the type of a field.
#[must_use]
pub fn nested(name: &str, fields: Vec<Field>) -> Base {
    Base::Object(Arc::new(object(name, fields)))
}

/// A list.
#[must_use]
pub fn list(item: Base) -> Base {
    Base::List(Box::new(Type::new(item)))
}

/// Words to which the remote may add.
#[must_use]
pub fn open(name: &str, values: &[&str]) -> Base {
    words(name, values, true)
}

/// Words that are all there are.
#[must_use]
pub fn closed(name: &str, values: &[&str]) -> Base {
    words(name, values, false)
}

fn words(name: &str, values: &[&str], open: bool) -> Base {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Base::Enum(Arc::new(EnumSpec { name: name.to_owned(), values, open }))
}
