//! Marketplaces by country, where a table of the other system has no ids.

use super::countries;
use super::marketplaces;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_id",
    family: "codes",
    summary: "The id of the Amazon marketplace of a country.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_id("DE")"#, gives: r#""A1PA6795UKMFR9""# },
        Example { call: r#"marketplace_id("US")"#, gives: r#""ATVPDKIKX0DER""# },
        Example { call: r#"marketplace_id("NO")"#, gives: "error: no Amazon marketplace" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 0)?;
    marketplaces::all()
        .iter()
        .find(|market| market.country == country.code)
        .map(|market| Value::text(market.id))
        .ok_or_else(|| FunctionError::new("that country has no Amazon marketplace that is known"))
}
