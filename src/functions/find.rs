//! Finds one object in a list, as one charge among many; none is an error unless the author says what to use.

use super::fallback;
use super::param::{DEFAULT, FIELD, one};
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "find",
    family: "list",
    summary: "The first object of the list whose field has a value; the default if there is none.",
    params: &[one("list", Params::LIST), FIELD, one("value", Params::ANY), DEFAULT],
    returns: Returns::Worked(|types| fallback::item_or_default(types, 3)),
    pii: Pii::Follows,
    examples: &[
        Example {
            call: r#"find([{ type = "TAX", v = 1 }, { type = "ITEM", v = 2 }], "type", "ITEM")"#,
            gives: r#"{"type":"ITEM","v":2}"#,
        },
        Example { call: r#"find([{ type = "TAX" }], "type", "ITEM", null)"#, gives: "null" },
        Example { call: r#"find([{ type = "TAX" }], "type", "ITEM")"#, gives: "error: no object" },
        Example { call: r#"find([1], "type", "ITEM")"#, gives: "error: not an object" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (field, wanted) = (args.text(1)?, args.value(2));
    for item in args.list(0)? {
        let object = item
            .as_object()
            .ok_or_else(|| FunctionError::new("an item of the list is not an object, so it has no fields"))?;
        // A field that may be absent is looked for as null.
        if object.get(field).unwrap_or(&Value::Null).same(wanted) {
            return Ok(item.clone());
        }
    }
    fallback::or_error(args, 3, "the list has no object with that value; give a default as fourth argument")
}
