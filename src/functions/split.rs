//! Takes a text with separators apart. An empty text gives an empty list, because it lists nothing.

use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "split",
    family: "text",
    summary: "The parts of the text between separators; an empty text has none.",
    params: &[one("text", Params::TEXT), one("separator", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"split("a,b,,c", ",")"#, gives: r#"["a","b","","c"]"# },
        Example { call: r#"split("", ",")"#, gives: "[]" },
        Example { call: r#"split("abc", "")"#, gives: "error: the separator is empty" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (text, separator) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Err(FunctionError::new("the separator is empty; write the text that stands between the parts"));
    }
    if text.is_empty() {
        return Ok(Value::list(Vec::new()));
    }
    Ok(Value::list(text.split(separator).map(Value::text).collect()))
}
