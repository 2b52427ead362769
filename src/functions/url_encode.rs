//! Makes a text safe as one part of a URL.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "url_encode",
    family: "format",
    summary: "The text with all but letters, digits and `-._~` percent-encoded.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"url_encode("a b/ü+1")"#, gives: r#""a%20b%2F%C3%BC%2B1""# },
        Example { call: r#"url_encode("A-1._~")"#, gives: r#""A-1._~""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(encode(args.text(0)?))
}

/// The text as one part of a URL.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
