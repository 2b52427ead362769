//! Where a marketplace sells, as the code that ISO gives the country.

use super::marketplaces;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "marketplace_country",
    family: "codes",
    summary: "The country of an Amazon marketplace by its id.",
    params: &[marketplaces::PARAM],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"marketplace_country("A1F83G8C2ARO7P")"#, gives: r#""GB""# },
        Example { call: r#"marketplace_country("ATVPDKIKX0DER")"#, gives: r#""US""# },
        Example { call: r#"marketplace_country("US")"#, gives: "error: marketplace id" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::text(marketplaces::read(args, 0)?.country))
}
