//! Division whose rounding is part of the rule, because most quotients have no end.

use super::exact;
use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "divide",
    family: "number",
    summary: "A number or money divided by a number, rounded once to so many decimals; ties go by a mode.",
    params: &[
        one("value", Params::NUMBER.or(Params::MONEY)),
        one("by", Params::NUMBER),
        one("decimals", Params::INT),
        MODE,
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "divide(10, 3, 2)", gives: "3.33" },
        Example {
            call: r#"divide(money("10.00", "USD"), 8, 2, "half_even")"#,
            gives: r#"{"amount":"1.25","currency":"USD"}"#,
        },
        Example { call: "divide(1, 0, 2)", gives: "error: division by zero" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (by, decimals) = (args.decimal(1)?, exact::decimals(args.int(2)?)?);
    let rounding = rounding_mode::read(args, 3)?;
    match args.value(0) {
        Value::Money(money) => {
            let amount = exact::rounded_quotient(money.amount, by, decimals, rounding)?;
            Ok(Value::Money(Money { amount, currency: money.currency }))
        }
        _ => exact::rounded_quotient(args.decimal(0)?, by, decimals, rounding).map(Value::Decimal),
    }
}

fn work(types: &[Type]) -> Type {
    match types.first().map(|ty| &ty.base) {
        Some(Base::Money(currency)) => Type::new(Base::Money(*currency)),
        Some(Base::Int | Base::Decimal) => Type::new(Base::Decimal),
        _ => Type::new(Base::Any),
    }
}
