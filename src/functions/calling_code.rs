//! What is dialled for a country.

use super::countries;
use super::dialling;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "calling_code",
    family: "codes",
    summary: "The calling code of a country, without the `+`.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"calling_code("DE")"#, gives: r#""49""# },
        Example { call: r#"calling_code("US")"#, gives: r#""1""# },
        Example { call: r#"calling_code("AQ")"#, gives: "error: not known" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 0)?;
    let plan = dialling::of(country.code)
        .ok_or_else(|| FunctionError::new("the telephone numbers of that country are not known here"))?;
    Ok(Value::text(plan.code))
}
