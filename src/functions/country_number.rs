//! Countries for customs and statistics.

use super::countries;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "country_number",
    family: "codes",
    summary: "The number of three digits of a country, as text.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"country_number("DE")"#, gives: r#""276""# },
        Example { call: r#"country_number("AF")"#, gives: r#""004""# },
        Example { call: r#"country_number("Germany")"#, gives: "error: two capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    countries::read(args, 0).map(|country| Value::from(format!("{:03}", country.number)))
}
