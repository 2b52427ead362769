//! A list as an object by a field, to look items up with `get`.

use std::sync::Arc;

use super::group_by;
use super::param::{FIELD, one};
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "index_by",
    family: "list",
    summary: "The objects of the list as the fields of one object, each under the text that a field of it has; a text that is there twice is an error.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"index_by([{ id = "x", q = 1 }, { id = "y", q = 2 }], "id")"#,
            gives: r#"{"x":{"id":"x","q":1},"y":{"id":"y","q":2}}"#,
        },
        Example { call: r#"get(index_by([{ id = "x", q = 1 }], "id"), "x")"#, gives: r#"{"id":"x","q":1}"# },
        Example { call: r#"index_by([{ id = "x" }, { id = "x" }], "id")"#, gives: "error: twice" },
        Example { call: r#"index_by([{ id = 1 }], "id")"#, gives: "error: must be text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut out = Object::new();
    for (key, items) in group_by::groups(args)? {
        let key = key.as_text().ok_or_else(|| {
            FunctionError::new(format!("the field must be text in all objects, and in one it is {}", key.kind()))
        })?;
        match items.as_slice() {
            [item] => out.push(Arc::from(key), Value::clone(item)),
            _ => {
                return Err(FunctionError::new(
                    "two objects of the list have the same text there twice; use `group_by`",
                ));
            }
        }
    }
    Ok(Value::object(out))
}

fn work(_: &[Type]) -> Type {
    shape::open()
}
