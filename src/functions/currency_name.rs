//! Currencies for people.

use super::currencies;
use super::param::CURRENCY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "currency_name",
    family: "codes",
    summary: "The English name of a currency.",
    params: &[CURRENCY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"currency_name("EUR")"#, gives: r#""Euro""# },
        Example { call: r#"currency_name("JPY")"#, gives: r#""Yen""# },
        Example { call: r#"currency_name("XXZ")"#, gives: "error: no currency" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    currencies::read(args, 0).map(|currency| Value::text(currency.name))
}
