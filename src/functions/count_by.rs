//! How often each value of a field is there, for checks and summaries.

use super::either;
use super::fields;
use super::group_by;
use super::param::{FIELD, one};
use super::shape;
use crate::catalog::{Args, Base, Example, Field, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "count_by",
    family: "list",
    summary: "How many objects of the list have each value of a field: a list of { key, count } in the order in which they come first.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Worked(work),
    pii: Pii::Follows,
    examples: &[
        Example {
            call: r#"count_by([{ s = "a" }, { s = "b" }, { s = "a" }], "s")"#,
            gives: r#"[{"key":"a","count":2},{"key":"b","count":1}]"#,
        },
        Example { call: r#"count_by([], "s")"#, gives: "[]" },
        Example { call: r#"count_by([{ s = 1 }, { t = 1 }], "s")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let groups = group_by::groups(args)?;
    let counted = groups.into_iter().map(|(key, items)| {
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        shape::object([("key", key.clone()), ("count", Value::Int(count))])
    });
    Ok(Value::list(counted.collect()))
}

fn work(types: &[Type]) -> Type {
    let fields = vec![
        Field::required("key", fields::in_items(types, 0, 1)).doc("a value of the field"),
        Field::required("count", Type::new(Base::Int)).doc("how many have it"),
    ];
    either::list(shape::of("count", fields))
}
