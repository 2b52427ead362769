//! Masks an address so that its owner knows it again and nobody else; the domain is masked too, as it can be a name.

use super::cluster;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "mask_email",
    family: "hash",
    summary: "An e-mail address of which only the first characters and the ending of the domain are shown.",
    params: &[one("email", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"mask_email("john.smith@example.com")"#, gives: r#""j***@e***.com""# },
        Example { call: r#"mask_email("john")"#, gives: "error: no e-mail address" },
    ],
    eval,
};

use super::normalize_email;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let address = normalize_email::read(args.text(0)?)?;
    let (name, domain) = address.split_once('@').unwrap_or((&address, ""));
    let ending = domain.rfind('.').and_then(|at| domain.get(at..)).unwrap_or_default();
    Ok(Value::from([cluster::head(name, 1), "***@", cluster::head(domain, 1), "***", ending].concat()))
}
