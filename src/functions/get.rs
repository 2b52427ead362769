//! Takes a field by a name that is data; a field that is not there is an error unless the author says what to use.

use super::either;
use super::fallback;
use super::fields;
use super::param::{DEFAULT, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "get",
    family: "object",
    summary: "The field of a name; the default if it is absent or null.",
    params: &[one("object", Params::OBJECT), one("field", Params::TEXT).names(0), DEFAULT],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example { call: r#"get({ a = 1 }, "a")"#, gives: "1" },
        Example { call: r#"get({ a = null }, "a", 0)"#, gives: "0" },
        Example { call: r#"get({ a = 1 }, "b")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    match args.object(0)?.get(field) {
        Some(value) if !value.is_null() => Ok(value.clone()),
        _ => fallback::or_error(args, 2, "the object does not have the field; give a default as third argument"),
    }
}

fn work(types: &[Type]) -> Type {
    let whole = types.first();
    let known = match whole.map(|ty| &ty.base) {
        Some(Base::Object(spec)) => fields::word(types.get(1)).and_then(|name| spec.field(name)),
        _ => None,
    };
    let found = match known {
        // Null is not given; the default is.
        Some(field) => Type { nullable: false, ..field.ty.clone().with_pii(whole.is_some_and(|ty| ty.pii)) },
        None => Type::new(Base::Any).with_pii(whole.is_some_and(Type::carries_pii)),
    };
    match types.get(2) {
        Some(default) => either::of(&found, default),
        None => found,
    }
}
