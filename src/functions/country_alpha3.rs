//! Countries for customs and carriers.

use super::countries;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "country_alpha3",
    family: "codes",
    summary: "The code of three letters of a country.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"country_alpha3("DE")"#, gives: r#""DEU""# },
        Example { call: r#"country_alpha3("GB")"#, gives: r#""GBR""# },
        Example { call: r#"country_alpha3("UK")"#, gives: "error: GB" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    countries::read(args, 0).map(|country| Value::text(country.alpha3))
}
