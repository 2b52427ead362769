//! Codes with and without what is put before them.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "strip_prefix",
    family: "text",
    summary: "The text without a part at its start; as it is where that is not there.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"strip_prefix("DE-1234", "DE-")"#, gives: r#""1234""# },
        Example { call: r#"strip_prefix("1234", "DE-")"#, gives: r#""1234""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    Ok(Value::text(text.strip_prefix(args.text(1)?).unwrap_or(text)))
}
