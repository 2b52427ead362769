//! Asks before a marketplace is looked up.

use super::marketplaces;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_known",
    family: "codes",
    summary: "Whether a text is the id of an Amazon marketplace that is known.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_known("A1PA6795UKMFR9")"#, gives: "true" },
        Example { call: r#"marketplace_known("DE")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let text = args.text(0)?;
    Ok(Value::Bool(marketplaces::all().iter().any(|market| market.id == text)))
}
