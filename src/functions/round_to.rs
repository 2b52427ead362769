//! Rounds to steps: to 5 cents where there are no smaller coins, to packs of 12.

use rust_decimal::Decimal;

use super::exact;
use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "round_to",
    family: "money",
    summary: "A number or money rounded to a multiple of a step; ties go by a mode.",
    params: &[
        one("value", Params::NUMBER.or(Params::MONEY)),
        one("step", Params::NUMBER).doc("What it must be a multiple of, above 0"),
        MODE,
    ],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"round_to(money("12.32", "CHF"), 0.05)"#, gives: r#"{"amount":"12.30","currency":"CHF"}"# },
        Example { call: r#"round_to(25, 12, "up")"#, gives: "36" },
        Example { call: "round_to(7.5, 5)", gives: "10" },
        Example { call: "round_to(1, 0)", gives: "error: above 0" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let step = args.decimal(1)?;
    if step <= Decimal::ZERO {
        return Err(FunctionError::new("the step must be above 0"));
    }
    let mode = rounding_mode::read(args, 2)?;
    let rounded = |number: Decimal| {
        let count = exact::rounded_quotient(number, step, 0, mode)?;
        let mut rounded = exact::times(count, step).ok_or_else(exact::too_many_digits)?;
        rounded.rescale(step.scale());
        Ok::<Decimal, FunctionError>(rounded)
    };
    Ok(match args.value(0) {
        Value::Money(money) => Value::Money(Money { amount: rounded(money.amount)?, currency: money.currency }),
        _ => Value::Decimal(rounded(args.decimal(0)?)?),
    })
}

fn work(types: &[Type]) -> Type {
    match types.first().map(|ty| &ty.base) {
        Some(Base::Money(currency)) => Type::new(Base::Money(*currency)),
        Some(Base::Any) | None => Type::new(Base::Any),
        Some(_) => Type::new(Base::Decimal),
    }
}
