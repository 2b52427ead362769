//! Takes one field out of each object, for totals; a field that is not there is an error.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "pluck",
    family: "list",
    summary: "The values of a field of all objects in the list.",
    params: &[one("list", Params::LIST), one("field", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Any))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"pluck([{ q = 1 }, { q = 2 }], "q")"#, gives: "[1,2]" },
        Example { call: r#"pluck([{ q = 1 }, { r = 2 }], "q")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let name = args.text(1)?;
    let values: Result<Vec<Value>, FunctionError> =
        args.list(0)?.iter().map(|item| field(item, name).cloned()).collect();
    values.map(Value::list)
}

/// A field of an item of a list.
pub(super) fn field<'a>(item: &'a Value, name: &str) -> Result<&'a Value, FunctionError> {
    let object = item
        .as_object()
        .ok_or_else(|| FunctionError::new("an item of the list is not an object, so it has no fields"))?;
    object.get(name).ok_or_else(|| {
        FunctionError::new(
            "an object of the list does not have the field; use `for … in … where` to choose those that do",
        )
    })
}
