//! Keeps only what is named, so that nothing else can reach a target.

use std::sync::Arc;

use super::fields;
use super::param::{many, one};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Object, Value};

pub(super) static FUNCTION: Function = Function {
    name: "pick",
    family: "object",
    summary: "The object with only some of its fields; a name that it does not have is an error.",
    params: &[one("object", Params::OBJECT), many("fields", Params::TEXT).names(0)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"pick({ a = 1, b = 2, c = 3 }, "a", "c")"#, gives: r#"{"a":1,"c":3}"# },
        Example { call: r#"pick({ a = 1 }, "a")"#, gives: r#"{"a":1}"# },
        Example { call: r#"pick(parse_json("{\"a\": 1}"), "x")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let object = args.object(0)?;
    let mut out = Object::new();
    for index in 1..args.values.len() {
        let name = args.text(index)?;
        let value = object.get(name).ok_or_else(|| {
            FunctionError::new("the object does not have the field of one of the names; take the fields that it has")
        })?;
        out.set(Arc::from(name), value.clone());
    }
    Ok(Value::object(out))
}

fn work(types: &[Type]) -> Type {
    let whole = types.first();
    let labelled = whole.is_some_and(Type::carries_pii);
    let unknown = || shape::open().with_pii(labelled);
    let Some(Base::Object(spec)) = whole.map(|ty| &ty.base) else { return unknown() };
    let mut fields: Vec<Field> = Vec::new();
    for index in 1..types.len() {
        let Some(name) = fields::word(types.get(index)) else { return unknown() };
        let field = match spec.field(name) {
            Some(field) => field.clone(),
            None => Field::optional(name, Type::new(Base::Any).with_pii(labelled)),
        };
        if fields.iter().all(|known| known.name != field.name) {
            fields.push(field);
        }
    }
    shape::of("", fields).with_pii(whole.is_some_and(|ty| ty.pii))
}
