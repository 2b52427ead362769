//! Reads Base64; what is not text inside is an error, because a value cannot hold bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "base64_decode",
    family: "format",
    summary: "The text whose UTF-8 a Base64 text writes.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"base64_decode("Z3LDtsOfZQ==")"#, gives: r#""größe""# },
        Example { call: r#"base64_decode("%")"#, gives: "error: not Base64" },
        Example { call: r#"base64_decode("/w==")"#, gives: "error: not UTF-8" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let bytes = STANDARD.decode(args.text(0)?).map_err(|_| {
        FunctionError::new("the text is not Base64 with its padding; it uses A to Z, a to z, 0 to 9, +, / and =")
    })?;
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| FunctionError::new("what the Base64 holds is not UTF-8 text, and only text can be a value"))
}
