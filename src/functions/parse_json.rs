//! Reads JSON that arrives inside a field.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Value, json};

pub(super) static FUNCTION: Function = Function {
    name: "parse_json",
    family: "format",
    summary: "The value that a JSON text writes; numbers keep their digits.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Any),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"parse_json("{\"a\": 1.10}")"#, gives: r#"{"a":1.10}"# },
        Example { call: r#"parse_json("{\"a\": }")"#, gives: "error: line 1" },
        Example { call: r#"parse_json("")"#, gives: "error: not JSON" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    json::parse(args.text(0)?.as_bytes()).map_err(|error| {
        // The reader's own message may repeat a part of the text.
        FunctionError::new(format!(
            "the text is not JSON that can be read exactly; see line {} column {} of it",
            error.line, error.column
        ))
    })
}
