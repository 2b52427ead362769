//! Drops what is absent on every level, for targets that take no null.

use super::either;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "compact_deep",
    family: "object",
    summary: "The list or object without null on any level, and without the lists and objects that are empty then.",
    params: &[one("of", Params::LIST.or(Params::OBJECT))],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "compact_deep({ a = null, b = { c = null }, d = [null, 1] })", gives: r#"{"d":[1]}"# },
        Example { call: "compact_deep([])", gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(match kept(args.value(0)) {
        Some(value) => value,
        None if args.value(0).as_list().is_some() => Value::list(Vec::new()),
        None => Value::object(Object::new()),
    })
}

/// A value with what it has; `None` for one that has nothing.
fn kept(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::List(items) => {
            let items: Vec<Value> = items.iter().filter_map(kept).collect();
            (!items.is_empty()).then(|| Value::list(items))
        }
        Value::Object(object) => {
            let fields: Object = object.iter().filter_map(|(name, value)| Some((name.clone(), kept(value)?))).collect();
            (!fields.is_empty()).then(|| Value::object(fields))
        }
        other => Some(other.clone()),
    }
}

fn work(types: &[Type]) -> Type {
    match types.first().map(|ty| &ty.base) {
        Some(Base::List(_)) => either::list(Type::new(Base::Any)),
        Some(Base::Object(_)) => shape::open(),
        _ => Type::new(Base::Any),
    }
}
