//! Tells country codes from what else stands in such fields.

use super::countries;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_country",
    family: "codes",
    summary: "Whether a text is the code of a country: two capital letters by ISO 3166.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"is_country("JP")"#, gives: "true" },
        Example { call: r#"is_country("UK")"#, gives: "false" },
        Example { call: r#"is_country("jp")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(countries::named(args.text(0)?).is_some()))
}
