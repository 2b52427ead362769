//! Puts texts together where some may be absent, as the lines of an address are.

use super::blank;
use super::limit;
use super::param::{many, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "join",
    family: "text",
    summary: "The parts, or the items of lists, with a separator between them; null and blank ones are left out.",
    params: &[one("separator", Params::TEXT), many("parts", Params::ANY)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"join(" ", "Ann", null, "Lee")"#, gives: r#""Ann Lee""# },
        Example { call: r#"join(", ", ["12 High St", "", "Leeds", 7])"#, gives: r#""12 High St, Leeds, 7""# },
        Example { call: r#"join("-", null)"#, gives: r#""""# },
        Example { call: r#"join(", ", { a = 1 })"#, gives: "error: an object cannot be a part" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let separator = args.text(0)?;
    let mut parts = Vec::new();
    for value in args.values.iter().skip(1) {
        match value {
            Value::List(items) => {
                for item in items.iter() {
                    add(&mut parts, item)?;
                }
            }
            other => add(&mut parts, other)?,
        }
    }
    let bytes: usize = parts.iter().map(|part: &String| part.len().saturating_add(separator.len())).sum();
    limit::check(bytes)?;
    limit::text(parts.join(separator))
}

fn add(parts: &mut Vec<String>, value: &Value) -> Result<(), FunctionError> {
    match value {
        Value::Null => {}
        Value::Object(_) => {
            return Err(FunctionError::new("an object cannot be a part; name the field that is meant"));
        }
        Value::List(_) => {
            return Err(FunctionError::new("a list inside a list cannot be a part; make it one list with `flatten`"));
        }
        scalar => {
            let text = scalar.display();
            if !blank::trim(&text).is_empty() {
                parts.push(text);
            }
        }
    }
    Ok(())
}
