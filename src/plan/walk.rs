//! Along a path, from a value to what stands at its end: step by step in place, in one step through the row of a flat
//! object, and with words for what is not there.

use super::eval::{EvalError, read_as};
use super::expr::{Access, Node, PathStep};
use crate::catalog::Base;
use crate::diag::{Code, suggest};
use crate::value::Value;

type Outcome = Result<Value, EvalError>;

pub(super) fn reached(node: &Node, found: Reached<'_>, read: Option<&Base>) -> Outcome {
    match (read, &found) {
        (None, _) => Ok(found.value()),
        (_, Reached::There(Value::Null) | Reached::Made(Value::Null)) => Ok(Value::Null),
        (Some(read), Reached::There(value)) => read_as(node, value, read),
        (Some(read), Reached::Made(value)) => read_as(node, value, read),
    }
}

/// What stands at the end of a path: a part of what the path begins at, or something that is put together.
pub(super) enum Reached<'v> {
    There(&'v Value),
    Made(Value),
}

impl Reached<'_> {
    fn value(self) -> Value {
        match self {
            Reached::There(value) => value.clone(),
            Reached::Made(value) => value,
        }
    }
}

/// Goes along the steps of a path.
pub(super) fn walk<'v>(node: &Node, start: &'v Value, steps: &[PathStep]) -> Result<Reached<'v>, EvalError> {
    let mut value = start;
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        let mut taken = 1;
        let next = match (&step.to, value) {
            (Access::Field(_), Value::Object(object)) => {
                step.find(object, steps.get(at..).unwrap_or_default()).map(|(found, steps)| {
                    taken = steps;
                    found
                })
            }
            (Access::Field(name), Value::Money(money)) => {
                let part = match &**name {
                    "amount" => Value::Decimal(money.amount),
                    "currency" => Value::text(money.currency.code()),
                    _ => return Err(absent(node, value, step)),
                };
                return Ok(Reached::Made(walk(node, &part, steps.get(at + 1..).unwrap_or_default())?.value()));
            }
            (Access::Index(index), Value::List(items)) => {
                let at = if *index < 0 { i64::try_from(items.len()).unwrap_or(i64::MAX) + index } else { *index };
                usize::try_from(at).ok().and_then(|at| items.get(at))
            }
            (Access::All, Value::List(_) | Value::Object(_)) => {
                return every(node, value, steps.get(at + 1..).unwrap_or_default()).map(Reached::Made);
            }
            (_, Value::Null) => None,
            (to, other) => return Err(astray(node, to, other)),
        };
        // Of several steps that were taken at once the last one decides: `?` covers all before it.
        let lenient = steps.get(at + taken - 1).is_some_and(|step| step.lenient);
        // In a flat object null may be absence.
        let unsure = taken > 1 || matches!(value, Value::Object(object) if object.is_flat());
        value = match next {
            Some(Value::Null) | None if lenient => return Ok(Reached::Made(Value::Null)),
            Some(Value::Null) if unsure => return Err(absent(node, value, step)),
            Some(next) => next,
            None => return Err(absent(node, value, step)),
        };
        at += taken;
    }
    Ok(Reached::There(value))
}

/// What a path finds in each item.
fn every(node: &Node, list: &Value, rest: &[PathStep]) -> Outcome {
    let mut out = Vec::new();
    for item in parts(list) {
        match walk(node, item, rest)?.value() {
            Value::List(inner) if rest.iter().any(|step| step.to == Access::All) => out.extend(inner.iter().cloned()),
            Value::Null if rest.iter().any(|step| step.lenient) => {}
            found => out.push(found),
        }
    }
    Ok(Value::list(out))
}

#[cold]
fn astray(node: &Node, to: &Access, found: &Value) -> EvalError {
    let wanted = if matches!(to, Access::Field(_)) { "an object" } else { "a list" };
    let what = format!("{} is looked for in {}, which is not {wanted}", describe(to), found.kind());
    EvalError::new(Code::E603, node.at, what)
}

/// The items of a list, or the values of an object's fields.
fn parts(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(object) => Box::new(object.iter().map(|(_, value)| value)),
        other => Box::new(other.as_list().unwrap_or_default().iter()),
    }
}

fn absent(node: &Node, inside: &Value, step: &PathStep) -> EvalError {
    let mut message = format!("{} is not there", describe(&step.to));
    // The names of an object that is listed by buyer data are buyer data.
    if let (Access::Field(name), Some(object), false) = (&step.to, inside.as_object(), node.pii) {
        let names: Vec<&str> = object.iter().map(|(name, _)| &**name).collect();
        if let Some(near) = suggest::nearest(name, names) {
            message.push_str(&format!("; did you mean `{near}`?"));
        }
    }
    EvalError::new(Code::E602, node.at, message)
}

fn describe(to: &Access) -> String {
    match to {
        Access::Field(name) => format!("the field `{name}`"),
        Access::Index(index) => format!("item {index}"),
        Access::All => "every item".to_owned(),
    }
}
