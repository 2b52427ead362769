//! Reads documents line by line.

use crate::value::json;

use super::blank;
use super::either;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_ndjson",
    family: "format",
    summary: "The values of a text with JSON on each line; empty lines are passed over.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Worked(|_| either::list(Type::new(Base::Any))),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_ndjson("{\"a\": 1}\n\n[2]\n")"#, gives: r#"[{"a":1},[2]]"# },
        Example { call: r#"parse_ndjson("")"#, gives: "[]" },
        Example { call: r#"parse_ndjson("1\n{")"#, gives: "error: line 2" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let lines = args.text(0)?.lines().enumerate().filter(|(_, line)| !blank::trim(line).is_empty());
    let values: Result<Vec<Value>, FunctionError> = lines
        .map(|(index, line)| {
            json::parse(line.as_bytes()).map_err(|_| {
                FunctionError::new(format!(
                    "the text is not JSON that can be read exactly; see line {} of it",
                    index + 1
                ))
            })
        })
        .collect();
    values.map(Value::list)
}
