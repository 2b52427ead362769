//! Currencies for banks.

use super::currencies;
use super::param::CURRENCY;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "currency_number",
    family: "codes",
    summary: "The number of three digits of a currency by ISO 4217, as text.",
    params: &[CURRENCY],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"currency_number("EUR")"#, gives: r#""978""# },
        Example { call: r#"currency_number("ALL")"#, gives: r#""008""# },
        Example { call: r#"currency_number("eur")"#, gives: "error: no currency" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    currencies::read(args, 0).map(|currency| Value::from(format!("{:03}", currency.number)))
}
