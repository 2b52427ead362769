//! Sorts objects by fields, which all must have; those that are equal in all of them keep their order.

use super::fields;
use super::order;
use super::param::{SORTED_BY, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

/// What stands behind the name of a field of which the largest comes first.
const DESCENDING: &str = " desc";

pub(super) static FUNCTION: Function = Function {
    name: "sort_by",
    family: "list",
    summary: "The list of objects by one or more fields, from small to large or from large to small.",
    params: &[one("list", Params::LIST), SORTED_BY],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"sort_by([{ q = 2 }, { q = 1 }], "q")"#, gives: r#"[{"q":1},{"q":2}]"# },
        Example {
            call: r#"sort_by([{ a = "x", q = 1 }, { a = "b", q = 1 }, { a = "x", q = 2 }], "a", "q desc")"#,
            gives: r#"[{"a":"b","q":1},{"a":"x","q":2},{"a":"x","q":1}]"#,
        },
        Example { call: r#"sort_by([{ q = 2 }, { r = 1 }], "q")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut items: Vec<&Value> = args.list(0)?.iter().collect();
    // From the least important on: each keeps the order of equals, which is that of those before.
    for index in (1..args.values.len()).rev() {
        let named = args.text(index)?;
        let (field, descending) = match named.strip_suffix(DESCENDING) {
            Some(field) => (field, true),
            None => (named, false),
        };
        if descending {
            items.reverse();
        }
        let keyed: Result<Vec<(&Value, &Value)>, FunctionError> =
            items.into_iter().map(|item| Ok((fields::of(item, field)?, item))).collect();
        items = order::sorted(keyed?, |(key, _)| key)?.into_iter().map(|(_, item)| item).collect();
        // Backwards from the end, so that equal ones stand as they stood.
        if descending {
            items.reverse();
        }
    }
    Ok(Value::list(items.into_iter().cloned().collect()))
}
