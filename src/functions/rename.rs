//! Gives a field another name and leaves it where it is.

use std::sync::Arc;

use super::fields;
use super::param::one;
use super::shape;
use crate::catalog::{Args, Base, Example, Function, FunctionError, ObjectSpec, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "rename",
    family: "object",
    summary: "The object with one of its fields under another name; the old name must be there and the new one not.",
    params: &[one("object", Params::OBJECT), one("field", Params::TEXT).names(0), one("name", Params::TEXT)],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"rename({ a = 1, b = 2 }, "a", "x")"#, gives: r#"{"x":1,"b":2}"# },
        Example { call: r#"rename(parse_json("{\"a\": 1}"), "b", "x")"#, gives: "error: does not have the field" },
        Example { call: r#"rename({ a = 1, b = 2 }, "a", "b")"#, gives: "error: already has" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (object, old, new) = (args.object(0)?, args.text(1)?, args.text(2)?);
    if object.get(old).is_none() {
        return Err(FunctionError::new("the object does not have the field that is to be renamed"));
    }
    if object.get(new).is_some() {
        return Err(FunctionError::new(
            "the object already has a field of the new name; leave it out with `without` first",
        ));
    }
    let renamed =
        object.iter().map(|(name, value)| (if **name == *old { new.into() } else { name.clone() }, value.clone()));
    Ok(Value::object(renamed.collect()))
}

fn work(types: &[Type]) -> Type {
    let whole = types.first();
    let known = (whole.map(|ty| &ty.base), fields::word(types.get(1)), fields::word(types.get(2)));
    let (Some(Base::Object(spec)), Some(old), Some(new)) = known else {
        return shape::open().with_pii(whole.is_some_and(Type::carries_pii));
    };
    let mut fields = spec.fields.clone();
    for field in fields.iter_mut().filter(|field| field.name == old) {
        field.name = new.to_owned();
    }
    let spec = ObjectSpec { name: String::new(), fields, open: spec.open };
    Type::new(Base::Object(Arc::new(spec))).with_pii(whole.is_some_and(|ty| ty.pii))
}
