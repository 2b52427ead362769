//! An object out of names and values that are data, as attributes arrive.

use std::sync::Arc;

use super::fields;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "from_entries",
    family: "object",
    summary: "An object of a list of { name, value }; a name that is there twice is an error.",
    params: &[one("list", Params::LIST)],
    returns: Returns::Worked(|_| shape::open()),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"from_entries([{ name = "a", value = 1 }, { name = "b", value = 2 }])"#,
            gives: r#"{"a":1,"b":2}"#,
        },
        Example { call: "from_entries([])", gives: "{}" },
        Example {
            call: r#"from_entries([{ name = "a", value = 1 }, { name = "a", value = 2 }])"#,
            gives: "error: twice",
        },
        Example { call: r#"from_entries([{ key = "a", value = 1 }])"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut pairs: Vec<(&str, &Value)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in args.list(0)? {
        let name = fields::of(item, "name")?;
        let name = name.as_text().ok_or_else(|| {
            FunctionError::new(format!("a name must be text, not {}; make it with `text`", name.kind()))
        })?;
        if !seen.insert(name) {
            return Err(FunctionError::new("a name is there twice; choose one first, with `unique_by` for example"));
        }
        pairs.push((name, fields::of(item, "value")?));
    }
    Ok(Value::object(pairs.into_iter().map(|(name, value)| (Arc::from(name), value.clone())).collect()))
}
