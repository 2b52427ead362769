//! Makes columns of what is nested, for reports.

use std::sync::Arc;

use super::param::one;
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "flatten_object",
    family: "object",
    summary: "The object with the fields of objects in it as fields of its own, named by their path: `a.b`; lists stay as they are.",
    params: &[one("object", Params::OBJECT)],
    returns: Returns::Worked(|_| shape::open()),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: "flatten_object({ a = { b = 1, c = { d = 2 } }, e = [1] })",
            gives: r#"{"a.b":1,"a.c.d":2,"e":[1]}"#,
        },
        Example { call: "flatten_object({})", gives: "{}" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut out = Object::new();
    fill(&mut out, "", args.object(0)?);
    Ok(Value::object(out))
}

fn fill(out: &mut Object, path: &str, object: &Object) {
    for (name, value) in object.iter() {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value.as_object() {
            Some(inner) if !inner.is_empty() => fill(out, &path, inner),
            _ => out.set(Arc::from(path), value.clone()),
        }
    }
}
