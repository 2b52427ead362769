//! The bare number, for targets that keep the currency in a field of its own.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "amount",
    family: "money",
    summary: "The amount of money, without its currency.",
    params: &[one("money", Params::MONEY)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"amount(money("12.50", "USD"))"#, gives: "12.50" },
        Example { call: "amount(5)", gives: "error: must be money" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    Ok(Value::Decimal(read(args, 0)?.amount))
}

/// The money at `index`.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<Money, FunctionError> {
    match args.value(index) {
        Value::Money(money) => Ok(*money),
        other => Err(FunctionError::new(format!(
            "argument {} must be money, not {}; make it with `money`",
            index + 1,
            other.kind()
        ))),
    }
}
