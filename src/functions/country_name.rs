//! Names of countries by ISO 3166, for targets and labels that want words.

use super::countries;
use super::param::COUNTRY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "country_name",
    family: "codes",
    summary: "The English name of a country by its code of two letters.",
    params: &[COUNTRY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"country_name("DE")"#, gives: r#""Germany""# },
        Example { call: r#"country_name("UK")"#, gives: r#"error: "GB""# },
        Example { call: r#"country_name("XX")"#, gives: "error: two capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(countries::read(args, 0)?.name))
}
