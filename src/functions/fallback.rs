//! What a function gives where it finds nothing: the default that the author wrote, or else an error; never null by
//! itself.

use super::either;
use crate::catalog::{Args, Base, FunctionError, Type};
use crate::value::Value;

/// The argument at `index` if it was given, else an error.
pub(super) fn or_error(args: &Args<'_>, index: usize, message: &str) -> Result<Value, FunctionError> {
    if args.given(index) { Ok(args.value(index).clone()) } else { Err(FunctionError::new(message)) }
}

/// The type of an item of the first argument, or of the default at `index`.
pub(super) fn item_or_default(types: &[Type], index: usize) -> Type {
    let item = either::item(types.first());
    match types.get(index) {
        Some(default) => either::of(&item, default),
        None => item,
    }
}

/// The type of a value of which only the default at `index` is known.
pub(super) fn any_or_default(types: &[Type], index: usize) -> Type {
    let any = Type::new(Base::Any);
    match types.get(index) {
        Some(default) => either::of(&any, default),
        None => any,
    }
}
