//! The decimals of a currency by ISO 4217, for targets that count cents.

use super::currency_code;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "minor_units",
    family: "codes",
    summary: "How many decimals the smallest unit of a currency has.",
    params: &[one("currency", Params::TEXT.or(Params::MONEY))],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Clears,
    examples: &[
        Example { call: r#"minor_units("USD")"#, gives: "2" },
        Example { call: r#"minor_units(money(5, "JPY"))"#, gives: "0" },
        Example { call: r#"minor_units("euro")"#, gives: "error: three capital letters" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let currency = match args.value(0) {
        Value::Money(money) => money.currency,
        _ => currency_code::read(args, 0)?,
    };
    Ok(Value::Int(i64::from(currency.decimals())))
}
