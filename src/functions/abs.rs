//! The size of an amount; signs carry meaning in settlements, so this is only for showing and comparing.

use super::param::one;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "abs",
    family: "number",
    summary: "A number or money without its sign.",
    params: &[one("value", Params::NUMBER.or(Params::MONEY))],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "abs(-2.50)", gives: "2.50" },
        Example { call: r#"abs(money("-3.00", "EUR"))"#, gives: r#"{"amount":"3.00","currency":"EUR"}"# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    match args.value(0) {
        Value::Int(int) => int
            .checked_abs()
            .map(Value::Int)
            .ok_or_else(|| FunctionError::new("the number is too large for a whole number; keep it a decimal")),
        Value::Money(money) => Ok(Value::Money(Money { amount: money.amount.abs(), currency: money.currency })),
        _ => Ok(Value::Decimal(args.decimal(0)?.abs())),
    }
}
