//! One form for telephone numbers, which carriers ask for.

use super::countries;
use super::dialling;
use super::param::{COUNTRY, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "normalize_phone",
    family: "names",
    summary: "A telephone number in the form of E.164, such as +49301234567, without its extension; one without `+` or 00 is of the country.",
    params: &[one("phone", Params::TEXT), COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"normalize_phone("(0)30 1234567", "DE")"#, gives: r#""+49301234567""# },
        Example { call: r#"normalize_phone("06 1234 5678", "IT")"#, gives: r#""+390612345678""# },
        Example { call: r#"normalize_phone("call me", "DE")"#, gives: "error: no telephone number" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let phone = dialling::read(args.text(0)?, countries::read(args, 1)?.code)?;
    Ok(Value::from(format!("+{}{}", phone.plan.code, phone.national)))
}
