//! Fields that a text names: their values in objects, and what is known of them where the name is written down.

use crate::catalog::{Base, FunctionError, Type};
use crate::value::Value;

use super::either;

/// A field of an item of a list.
pub(super) fn of<'a>(item: &'a Value, name: &str) -> Result<&'a Value, FunctionError> {
    let object = item
        .as_object()
        .ok_or_else(|| FunctionError::new("an item of the list is not an object, so it has no fields"))?;
    object.get(name).ok_or_else(|| {
        FunctionError::new(
            "an object of the list does not have the field; use `for … in … where` to choose those that do",
        )
    })
}

/// The word that an argument is, where it is written down.
pub(super) fn word(ty: Option<&Type>) -> Option<&str> {
    match &ty?.base {
        Base::Enum(spec) if spec.name == "text" => match spec.values.as_slice() {
            [word] => Some(word),
            _ => None,
        },
        _ => None,
    }
}

/// The type of the field that the argument at `field` names, in the items of the list at `list`.
pub(super) fn in_items(types: &[Type], list: usize, field: usize) -> Type {
    let item = either::item(types.get(list));
    let known = match &item.base {
        Base::Object(spec) => word(types.get(field)).and_then(|name| spec.field(name)),
        _ => None,
    };
    match known {
        Some(field) => field.ty.clone().with_pii(item.pii),
        None => Type::new(Base::Any).with_pii(item.carries_pii()),
    }
}
