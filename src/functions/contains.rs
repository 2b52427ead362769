//! Looks inside a text or a list; numbers in lists are the same by amount.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "contains",
    family: "text",
    summary: "Whether a text has a part, or a list an item.",
    params: &[one("in", Params::TEXT.or(Params::LIST)), one("part", Params::ANY)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"contains("FBA19CD9HGQ8", "FBA")"#, gives: "true" },
        Example { call: "contains([1, 2.00], 2)", gives: "true" },
        Example { call: r#"contains("12", 1)"#, gives: "error: the part must be text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::List(items) => Ok(Value::Bool(items.iter().any(|item| item.same(args.value(1))))),
        _ => {
            let text = args.text(0)?;
            let part = args.value(1).as_text().ok_or_else(|| {
                FunctionError::new("the part must be text when it is looked for in text; write it with `text`")
            })?;
            Ok(Value::Bool(text.contains(part)))
        }
    }
}
