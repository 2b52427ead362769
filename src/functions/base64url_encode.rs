//! Base64 in the letters that addresses allow, as tokens use it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "base64url_encode",
    family: "format",
    summary: "The text as Base64 of its UTF-8 with `-` and `_`, without padding.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"base64url_encode("a?>b")"#, gives: r#""YT8-Yg""# },
        Example { call: r#"base64url_encode("")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(URL_SAFE_NO_PAD.encode(args.text(0)?))
}
