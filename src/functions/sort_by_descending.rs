//! Sorts objects by one field, the largest first; equal ones keep their order.

use super::fields;
use super::order;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sort_by_descending",
    family: "list",
    summary: "The list of objects from large to small by a field.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"sort_by_descending([{ q = 1 }, { q = 3 }, { q = 2 }], "q")"#,
            gives: r#"[{"q":3},{"q":2},{"q":1}]"#,
        },
        Example {
            call: r#"sort_by_descending([{ q = 1, n = "a" }, { q = 1, n = "b" }], "q")"#,
            gives: r#"[{"q":1,"n":"a"},{"q":1,"n":"b"}]"#,
        },
        Example { call: r#"sort_by_descending([{ q = 2 }, { r = 1 }], "q")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    // Sorted backwards from the end, so that equal ones stand as they stood.
    let keyed: Result<Vec<(&Value, &Value)>, FunctionError> =
        args.list(0)?.iter().rev().map(|item| Ok((fields::of(item, field)?, item))).collect();
    let sorted = order::sorted(keyed?, |(key, _)| key)?;
    Ok(Value::list(sorted.into_iter().rev().map(|(_, item)| item.clone()).collect()))
}
