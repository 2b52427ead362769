//! Asks before money is made.

use super::currencies;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_currency",
    family: "codes",
    summary: "Whether a text is the code of a currency: three capital letters by ISO 4217.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"is_currency("EUR")"#, gives: "true" },
        Example { call: r#"is_currency("EURO")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(currencies::named(args.text(0)?).is_some()))
}
