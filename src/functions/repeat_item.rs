//! One value several times, as a label for each box.

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "repeat_item",
    family: "list",
    summary: "A list of a value so many times, at most 10000.",
    params: &[one("value", Params::ANY), one("times", Params::INT)],
    returns: Returns::ListOf(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"repeat_item("x", 2)"#, gives: r#"["x","x"]"# },
        Example { call: "repeat_item(1, 0)", gives: "[]" },
        Example { call: "repeat_item(1, 100000)", gives: "error: 0 to 10000" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let times = usize::try_from(args.int(1)?).ok().filter(|times| *times <= 10_000);
    let times = times.ok_or_else(|| FunctionError::new("the number of times must be from 0 to 10000"))?;
    Ok(Value::list(vec![args.value(0).clone(); times]))
}
