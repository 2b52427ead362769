//! Reads a part of a URL.

use super::hex_decode;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "url_decode",
    family: "format",
    summary: "The text that a percent-encoded text writes; `+` stays as it is.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"url_decode("a%20b%2F%C3%BC+1")"#, gives: r#""a b/ü+1""# },
        Example { call: r#"url_decode("100%")"#, gives: "error: two hexadecimal digits" },
        Example { call: r#"url_decode("%ff")"#, gives: "error: not UTF-8" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    decode(args.text(0)?)
}

/// The text that is percent-encoded.
pub(super) fn decode(text: &str) -> Result<Value, FunctionError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        let pair = digit().zip(digit()).and_then(|(a, b)| u8::try_from(a * 16 + b).ok());
        bytes
            .push(pair.ok_or_else(|| FunctionError::new("a % in the text is not followed by two hexadecimal digits"))?);
    }
    hex_decode::utf8(bytes)
}
