//! An average that is exact or visibly rounded.

use rust_decimal::Decimal;

use super::either;
use super::exact;
use super::param::{DECIMALS, MODE, one};
use super::rounding_mode;
use super::total;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns, Type};
use crate::value::{Money, Value};

pub(super) static FUNCTION: Function = Function {
    name: "average",
    family: "number",
    summary: "The average of a list of numbers or money, rounded to so many decimals; without them it must be exact.",
    params: &[one("list", Params::LIST), DECIMALS, MODE],
    returns: Returns::Worked(work),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "average([1, 2])", gives: "1.5" },
        Example { call: "average([1, 1, 2], 2)", gives: "1.33" },
        Example {
            call: r#"average([money(1, "EUR"), money(2, "EUR")])"#,
            gives: r#"{"amount":"1.5","currency":"EUR"}"#,
        },
        Example { call: "average([1, 1, 2])", gives: "error: say how many decimals" },
        Example { call: "average([])", gives: "error: empty" },
    ],
    eval,
};

use super::total::Total;

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    of(args)
}

/// The average of the list that is the first argument, with the decimals and the mode after it.
pub(super) fn of(args: &Args<'_>) -> Result<Value, FunctionError> {
    let items = args.list(0)?;
    if items.is_empty() {
        return Err(FunctionError::new("an empty list has no average; test it with `is_empty` first"));
    }
    let count = Decimal::from(items.len());
    let divide = |total: Decimal| {
        if args.given(1) {
            let decimals = exact::decimals(args.int(1)?)?;
            return exact::rounded_quotient(total, count, decimals, rounding_mode::read(args, 2)?);
        }
        exact::quotient(total, count).ok_or_else(|| {
            FunctionError::new("the average is not exact; say how many decimals it is rounded to: average(list, 2)")
        })
    };
    Ok(match total::of(items)? {
        Total::Int(total) => Value::Decimal(divide(Decimal::from(total))?),
        Total::Decimal(total) => Value::Decimal(divide(total)?),
        Total::Money(total) => Value::Money(Money { amount: divide(total.amount)?, currency: total.currency }),
    })
}

fn work(types: &[Type]) -> Type {
    match either::item(types.first()).base {
        Base::Int => Type::new(Base::Decimal),
        other => Type::new(other),
    }
}
