//! What a target would answer, for everything that does not call it: `map`, dry runs and tests of a flow.

use std::sync::Arc;

use super::TargetPlan;
use crate::catalog::{Base, ObjectSpec};
use crate::value::{Object, Value};

/// An answer made of the payload: fields that the answer has too are echoed, and text that only the remote knows is a
/// placeholder such as `<sale.id>`.
#[must_use]
pub fn echo(target: &TargetPlan, payload: &Value) -> Value {
    placeholder(&target.name, &target.output, payload)
}

/// An object of a schema with the fields of another one and placeholders for the rest of its text.
#[must_use]
pub fn placeholder(name: &str, spec: &ObjectSpec, known: &Value) -> Value {
    let mut out = Object::new();
    for field in &spec.fields {
        let value = match (known.get(&field.name), &field.ty.base) {
            (Some(value), _) => value.clone(),
            (None, Base::Text) => Value::from(format!("<{name}.{}>", field.name)),
            (None, Base::Enum(words)) if !field.ty.nullable => words.values.first().map_or(Value::Null, Value::text),
            (None, Base::Int) if !field.ty.nullable => Value::Int(1),
            (None, Base::List(_)) if !field.ty.nullable => Value::list(Vec::new()),
            _ => continue,
        };
        out.set(Arc::from(field.name.as_str()), value);
    }
    Value::object(out)
}
