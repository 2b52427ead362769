//! Answers of targets: what is kept of one, and what one would look like where nothing is written.

use super::TargetPlan;
use crate::catalog::Base;
use crate::value::{Object, Value};

/// The fields of an answer that later steps read; what the answer does not have is null. Only this is handed on and
/// kept, so that a flow sees the same whether the answer is fresh or remembered, and no buyer data is kept by the way.
#[must_use]
pub fn keep(target: &TargetPlan, document: &Value) -> Value {
    let field = |name: &String| (name.as_str().into(), document.get(name).cloned().unwrap_or_default());
    Value::object(target.keeps.iter().map(field).collect::<Object>())
}

/// What a target would answer, where it is not asked: the fields of the payload that it gives back, and in place of
/// other text, such as an id, the name of what it would be: `<sales.id>`.
#[must_use]
pub fn echo(target: &TargetPlan, payload: &Value) -> Value {
    let mut object = Object::new();
    for field in &target.output.fields {
        let value = match (payload.get(&field.name), &field.ty.base) {
            (Some(value), _) => value.clone(),
            (None, Base::Text) => Value::from(format!("<{}.{}>", target.name, field.name)),
            (None, _) => Value::Null,
        };
        object.set(field.name.as_str(), value);
    }
    Value::object(object)
}
