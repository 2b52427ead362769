//! Answers of targets: what is kept of one, and what one would look like where nothing is written: in `map`, dry runs
//! and tests of a flow.

use super::TargetPlan;
use crate::catalog::{Base, ObjectSpec};
use crate::value::{Object, Value};

/// The fields of an answer that later steps read; what the answer does not have is null. Only this is handed on and
/// kept, so that a flow sees the same whether the answer is fresh or remembered, and no buyer data is kept by the way.
#[must_use]
pub fn keep(target: &TargetPlan, document: &Value) -> Value {
    let field = |name: &String| (name.clone(), document.get(name).cloned().unwrap_or_default());
    Value::object(target.keeps.iter().map(field).collect::<Object>())
}

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
        out.set(field.name.as_str(), value);
    }
    Value::object(out)
}
