//! Sorts objects by one field, which all must have; equal ones keep their order.

use super::fields;
use super::order;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sort_by",
    family: "list",
    summary: "The list of objects from small to large by a field.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"sort_by([{ q = 2 }, { q = 1 }], "q")"#, gives: r#"[{"q":1},{"q":2}]"# },
        Example { call: r#"sort_by([{ q = 2 }, { r = 1 }], "q")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let field = args.text(1)?;
    let keyed: Result<Vec<(&Value, &Value)>, FunctionError> =
        args.list(0)?.iter().map(|item| Ok((fields::of(item, field)?, item))).collect();
    let sorted = order::sorted(keyed?, |(key, _)| key)?;
    Ok(Value::list(sorted.into_iter().map(|(_, item)| item.clone()).collect()))
}
