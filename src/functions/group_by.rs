//! Objects with the same value of a field together, as the lines of one warehouse.

use super::either;
use super::fields;
use super::groups;
use super::param::{FIELD, one};
use super::shape;
use crate::catalog::{Args, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "group_by",
    family: "list",
    summary: "The objects of the list by a field: a list of { key, items } in the order in which the keys come first.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example {
            call: r#"group_by([{ w = "A", q = 1 }, { w = "B", q = 2 }, { w = "A", q = 3 }], "w")"#,
            gives: r#"[{"key":"A","items":[{"w":"A","q":1},{"w":"A","q":3}]},{"key":"B","items":[{"w":"B","q":2}]}]"#,
        },
        Example { call: r#"group_by([], "w")"#, gives: "[]" },
        Example { call: r#"group_by([{ w = 1 }, { v = 1 }], "w")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let groups = groups(args)?.into_iter().map(|(key, items)| {
        let items = items.into_iter().cloned().collect();
        shape::object([("key", key.clone()), ("items", Value::list(items))])
    });
    Ok(Value::list(groups.collect()))
}

/// The objects of the list by the field that the second argument names.
pub(super) fn groups<'a>(args: &'a Args<'_>) -> Result<Vec<(&'a Value, Vec<&'a Value>)>, FunctionError> {
    let field = args.text(1)?;
    let keyed: Result<Vec<(&Value, &Value)>, FunctionError> =
        args.list(0)?.iter().map(|item| Ok((fields::of(item, field)?, item))).collect();
    Ok(groups::by(keyed?.into_iter()))
}

fn work(types: &[Type]) -> Type {
    let fields = vec![
        Field::required("key", fields::in_items(types, 0, 1)).doc("the value of the field"),
        Field::required("items", either::list(either::item(types.first()))).doc("the objects that have it"),
    ];
    either::list(shape::of("group", fields))
}
