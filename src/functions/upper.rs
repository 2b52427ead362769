//! Upper case, for codes that the ERP keeps in capitals.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "upper",
    family: "text",
    summary: "The text in upper case.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"upper("sku-1ß")"#, gives: r#""SKU-1SS""# },
        Example { call: "upper(null)", gives: "error: must be text" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::from(args.text(0)?.to_uppercase()))
}
