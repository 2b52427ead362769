//! The order of many values, which is an error where two of them have none.

use std::cmp::Ordering;

use crate::catalog::{Args, FunctionError};
use crate::value::Value;

/// Sorts by what `key` gives, and keeps the order of equals.
pub(super) fn sorted<T>(items: Vec<T>, key: impl Fn(&T) -> &Value) -> Result<Vec<T>, FunctionError> {
    if let Some(first) = items.first() {
        // Comparable with the first is not enough for kinds that have no order at all, so each is compared.
        for item in &items {
            compare(key(first), key(item))?;
        }
    }
    let mut items = items;
    items.sort_by(|a, b| key(a).order(key(b)).unwrap_or(Ordering::Equal));
    Ok(items)
}

/// The outermost of the arguments, or of the items of the only one: the first that is `wanted` against all others.
pub(super) fn outermost(args: &Args<'_>, wanted: Ordering) -> Result<Value, FunctionError> {
    let values = match args.values {
        [Value::List(items)] => items.as_slice(),
        values => values,
    };
    let mut values = values.iter();
    let mut best =
        values.next().ok_or_else(|| FunctionError::new("the list is empty; test it with `is_empty` first"))?;
    compare(best, best)?;
    for value in values {
        if compare(value, best)? == wanted {
            best = value;
        }
    }
    Ok(best.clone())
}

fn compare(a: &Value, b: &Value) -> Result<Ordering, FunctionError> {
    a.order(b).ok_or_else(|| {
        FunctionError::new(match (a, b) {
            (Value::Null, _) | (_, Value::Null) => {
                "null has no order; take absent values away with `compact` first".to_owned()
            }
            (Value::Money(_), Value::Money(_)) => {
                "amounts of two currencies have no order; bring them to one with `exchange` first".to_owned()
            }
            _ if a.kind() == b.kind() => format!("values of kind {} have no order", a.kind()),
            _ => format!("{} and {} have no order between them; make them one kind first", a.kind(), b.kind()),
        })
    })
}
