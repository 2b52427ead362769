//! The side of an amount, for choosing between debit and credit.

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "sign",
    family: "number",
    summary: "-1, 0 or 1, as the number or money is negative, nothing or positive.",
    params: &[one("value", Params::NUMBER.or(Params::MONEY))],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[Example { call: "sign(-2.5)", gives: "-1" }, Example { call: r#"sign(money(0, "EUR"))"#, gives: "0" }],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let amount = match args.value(0) {
        Value::Money(money) => money.amount,
        _ => args.decimal(0)?,
    };
    Ok(Value::Int(if amount.is_zero() {
        0
    } else if amount.is_sign_negative() {
        -1
    } else {
        1
    }))
}
