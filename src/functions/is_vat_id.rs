//! Asks before a VAT id is used.

use super::param::one;
use super::parse_vat_id;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_vat_id",
    family: "codes",
    summary: "Whether a text has the shape of a VAT id of a European country, with its prefix.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_vat_id("DE123456789")"#, gives: "true" },
        Example { call: r#"is_vat_id("NL123456789B01")"#, gives: "true" },
        Example { call: r#"is_vat_id("DE12345")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(parse_vat_id::read(args.text(0)?, None).is_ok()))
}
