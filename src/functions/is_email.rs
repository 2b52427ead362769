//! Asks before a text is used as an address.

use super::normalize_email;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_email",
    family: "names",
    summary: "Whether a text has the form of an e-mail address.",
    params: &[one("text", Params::TEXT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"is_email("ann@example.com")"#, gives: "true" },
        Example { call: r#"is_email("ann")"#, gives: "false" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Bool(normalize_email::read(args.text(0)?).is_ok()))
}
