//! The currency that a country uses, for orders that name none.

use super::countries;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "currency_of_country",
    family: "codes",
    summary: "The currency code of a country by its code of two letters.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"currency_of_country("JP")"#, gives: r#""JPY""# },
        Example { call: r#"currency_of_country("HR")"#, gives: r#""EUR""# },
        Example { call: r#"currency_of_country("AQ")"#, gives: "error: no currency of its own" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let country = countries::read(args, 0)?;
    if country.currency.is_empty() {
        return Err(FunctionError::new("that country has no currency of its own; name one"));
    }
    Ok(Value::text(country.currency))
}
