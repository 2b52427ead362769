//! Reads bytes of two digits each.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "hex_decode",
    family: "format",
    summary: "The text whose UTF-8 a text of hexadecimal digits writes.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"hex_decode("61C3a9")"#, gives: r#""aé""# },
        Example { call: r#"hex_decode("6")"#, gives: "error: hexadecimal" },
        Example { call: r#"hex_decode("ff")"#, gives: "error: not UTF-8" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let digits = args.text(0)?.as_bytes();
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| match pair {
            [a, b] => Some(u8::try_from(char::from(*a).to_digit(16)? * 16 + char::from(*b).to_digit(16)?).ok()?),
            _ => None,
        })
        .collect();
    utf8(bytes.ok_or_else(|| FunctionError::new("the text is not in pairs of hexadecimal digits 0 to 9 and a to f"))?)
}

/// Bytes as text.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<Value, FunctionError> {
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| FunctionError::new("what is written is not UTF-8 text, and only text can be a value"))
}
