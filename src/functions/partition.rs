//! Splits a list in two by a yes or no that each object has.

use super::either;
use super::fields;
use super::param::{FIELD, one};
use super::shape;
use crate::catalog::{Args, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "partition",
    family: "list",
    summary: "The objects of the list in two lists, { yes, no }, by a field that is true or false.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example {
            call: r#"partition([{ gift = true, q = 1 }, { gift = false, q = 2 }], "gift")"#,
            gives: r#"{"yes":[{"gift":true,"q":1}],"no":[{"gift":false,"q":2}]}"#,
        },
        Example { call: r#"partition([], "gift")"#, gives: r#"{"yes":[],"no":[]}"# },
        Example { call: r#"partition([{ gift = "yes" }], "gift")"#, gives: "error: true or false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for item in args.list(0)? {
        match fields::of(item, field)? {
            Value::Bool(true) => yes.push(item.clone()),
            Value::Bool(false) => no.push(item.clone()),
            other => {
                return Err(FunctionError::new(format!(
                    "the field must be true or false in all objects, and in one it is {}",
                    other.kind()
                )));
            }
        }
    }
    Ok(shape::object([("yes", Value::list(yes)), ("no", Value::list(no))]))
}

fn work(types: &[Type]) -> Type {
    let list = || either::list(either::item(types.first()));
    let fields = vec![
        Field::required("yes", list()).doc("those where it is true"),
        Field::required("no", list()).doc("those where it is false"),
    ];
    shape::of("partition", fields)
}
