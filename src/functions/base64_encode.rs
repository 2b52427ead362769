//! Base64, for targets that take documents inside JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "base64_encode",
    family: "format",
    summary: "The text as Base64 of its UTF-8.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"base64_encode("größe")"#, gives: r#""Z3LDtsOfZQ==""# },
        Example { call: r#"base64_encode("")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(STANDARD.encode(args.text(0)?))
}
