//! The words of a label.

use super::blank;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "words",
    family: "text",
    summary: "The parts of the text between white space; a blank text has none.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Text))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"words("  two  words ")"#, gives: r#"["two","words"]"# },
        Example { call: r#"words("")"#, gives: "[]" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::list(args.text(0)?.split(blank::is_blank).filter(|word| !word.is_empty()).map(Value::text).collect()))
}
