//! Codes with and without what is put after them.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "strip_suffix",
    family: "text",
    summary: "The text without a part at its end; as it is where that is not there.",
    params: &[one("text", Params::TEXT), one("part", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"strip_suffix("SKU-1-FBA", "-FBA")"#, gives: r#""SKU-1""# },
        Example { call: r#"strip_suffix("SKU-1", "-FBA")"#, gives: r#""SKU-1""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    Ok(Value::text(text.strip_suffix(args.text(1)?).unwrap_or(text)))
}
