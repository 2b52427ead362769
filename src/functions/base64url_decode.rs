//! Reads Base64 in the letters that addresses allow.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::hex_decode;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "base64url_decode",
    family: "format",
    summary: "The text whose UTF-8 a Base64 text with `-` and `_` and without padding writes.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"base64url_decode("YT8-Yg")"#, gives: r#""a?>b""# },
        Example { call: r#"base64url_decode("YT8+Yg")"#, gives: "error: not Base64" },
        Example { call: r#"base64url_decode("_w")"#, gives: "error: not UTF-8" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let bytes = URL_SAFE_NO_PAD.decode(args.text(0)?).map_err(|_| {
        FunctionError::new("the text is not Base64 for addresses; it uses A to Z, a to z, 0 to 9, - and _, and no =")
    })?;
    hex_decode::utf8(bytes)
}
