//! Bytes as two digits each.

use super::limit;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "hex_encode",
    family: "format",
    summary: "The UTF-8 of the text in hexadecimal digits.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"hex_encode("aé")"#, gives: r#""61c3a9""# },
        Example { call: r#"hex_encode("")"#, gives: r#""""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    limit::text(args.text(0)?.bytes().map(|byte| format!("{byte:02x}")).collect())
}
