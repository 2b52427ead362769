//! What is known of a value that is one of two.

use crate::catalog::{Base, EnumSpec, Type};

/// The type of a value that is of one of two types.
pub(super) fn of(a: &Type, b: &Type) -> Type {
    let base = match (&a.base, &b.base) {
        (a, b) if a == b => a.clone(),
        (Base::Null, other) | (other, Base::Null) => other.clone(),
        (Base::Int, Base::Decimal) | (Base::Decimal, Base::Int) => Base::Decimal,
        (Base::Money(_), Base::Money(_)) => Base::Money(None),
        (Base::Enum(a), Base::Enum(b)) if a.name == b.name => {
            let mut words = EnumSpec::clone(a);
            words.values.extend(b.values.iter().filter(|word| !a.values.contains(word)).cloned());
            words.open |= b.open;
            Base::Enum(words.into())
        }
        (Base::Text | Base::Enum(_), Base::Text | Base::Enum(_)) => Base::Text,
        (Base::List(a), Base::List(b)) => Base::List(Box::new(of(a, b))),
        _ => Base::Any,
    };
    let absent = |ty: &Type| ty.nullable || ty.base == Base::Null;
    // What is not known any more cannot say which of its parts are buyer data.
    let pii = if base == Base::Any { a.carries_pii() || b.carries_pii() } else { a.pii || b.pii };
    Type { base, nullable: absent(a) || absent(b), pii }
}

/// The type of the items, where a type is that of a list.
pub(super) fn item(list: Option<&Type>) -> Type {
    match list.map(|ty| &ty.base) {
        Some(Base::List(item)) => {
            let pii = list.is_some_and(|ty| ty.pii);
            item.as_ref().clone().with_pii(pii)
        }
        _ => Type::new(Base::Any),
    }
}

/// The type of a list of such items.
pub(super) fn list(item: Type) -> Type {
    Type::new(Base::List(Box::new(item)))
}

/// The type of an item that cannot be null, because null among the items is an error.
pub(super) fn present_item(list: Option<&Type>) -> Type {
    Type { nullable: false, ..item(list) }
}

/// The type of the smallest or largest of the arguments, or of the items of the only one.
pub(super) fn any_of(types: &[Type]) -> Type {
    if let [only] = types
        && matches!(only.base, Base::List(_) | Base::Any)
    {
        return present_item(Some(only));
    }
    let ty = types.iter().cloned().reduce(|a, b| of(&a, &b)).unwrap_or(Type::new(Base::Any));
    Type { nullable: false, ..ty }
}
