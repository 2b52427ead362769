//! Tells business customers from relays.

use super::normalize_email;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "email_domain",
    family: "names",
    summary: "The part of an e-mail address after the `@`, in lower case.",
    params: &[one("email", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"email_domain("Ann@Example.com")"#, gives: r#""example.com""# },
        Example { call: r#"email_domain("ann")"#, gives: "error: no e-mail address" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let address = normalize_email::read(args.text(0)?)?;
    Ok(Value::text(address.split_once('@').map_or("", |(_, domain)| domain)))
}
