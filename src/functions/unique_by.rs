//! One object for each value of a field, as one line for each SKU.

use super::group_by;
use super::param::{FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "unique_by",
    family: "list",
    summary: "The first object of the list for each value of a field.",
    params: &[one("list", Params::LIST), FIELD],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"unique_by([{ s = "a", q = 1 }, { s = "b", q = 2 }, { s = "a", q = 3 }], "s")"#,
            gives: r#"[{"s":"a","q":1},{"s":"b","q":2}]"#,
        },
        Example { call: r#"unique_by([], "s")"#, gives: "[]" },
        Example { call: r#"unique_by([{ t = 1 }], "s")"#, gives: "error: does not have the field" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let firsts = group_by::groups(args)?.into_iter().filter_map(|(_, items)| items.into_iter().next());
    Ok(Value::list(firsts.cloned().collect()))
}
