//! Weights, lengths, volumes, areas and temperatures from one unit into another. All factors are exact; where the result has
//! no end, such as kilograms in pounds, the author says to how many decimals it is rounded.

use rust_decimal::Decimal;

use super::exact;
use super::measure;
use super::param::{DECIMALS, MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "convert",
    family: "units",
    summary: "A number of one unit in another, such as lb in kg; rounded to so many decimals, without which it must be exact.",
    params: &[
        one("number", Params::NUMBER),
        one("from", Params::TEXT).doc("A unit such as \"lb\", \"pounds\", \"cm\", \"inches\", \"floz\", \"F\""),
        one("to", Params::TEXT).doc("A unit of the same kind"),
        DECIMALS,
        MODE,
    ],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"convert(2.5, "pounds", "kg")"#, gives: "1.133980925" },
        Example { call: r#"convert(1, "kg", "lb", 3)"#, gives: "2.205" },
        Example { call: r#"convert(1, "kg", "lb")"#, gives: "error: no end" },
        Example { call: r#"convert(98.6, "F", "C")"#, gives: "37" },
        Example { call: r#"convert(10, "in", "cm")"#, gives: "25.4" },
        Example { call: r#"convert(1, "kg", "cm")"#, gives: "error: weight" },
        Example { call: r#"convert(1, "stein", "kg")"#, gives: "error: no unit" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = (measure::read(args, 1)?, measure::read(args, 2)?);
    if from.kind != to.kind {
        return Err(FunctionError::new(format!(
            "{} is a {} and {} a {}; only units of one kind can be converted",
            from.name, from.kind, to.name, to.kind
        )));
    }
    let exactly = |number: Option<Decimal>| number.ok_or_else(exact::too_many_digits);
    // Temperatures have zeros of their own, which are moved before and after.
    let number = exactly(exact::plus(args.decimal(0)?, from.zero))?;
    let over = exactly(exact::times(number, from.over).and_then(|number| exact::times(number, to.under)))?;
    let under = exactly(exact::times(from.under, to.over))?;
    if !args.given(3) {
        let quotient = exact::quotient(over, under).ok_or_else(|| {
            FunctionError::new(
                "the result has no end; say how many decimals it is rounded to: convert(x, \"kg\", \"lb\", 3)",
            )
        })?;
        return exactly(exact::plus(quotient, -to.zero)).map(|number| Value::Decimal(number.normalize()));
    }
    let decimals = exact::decimals(args.int(3)?)?;
    let mode = rounding_mode::read(args, 4)?;
    if to.zero.is_zero() {
        return exact::rounded_quotient(over, under, decimals, mode).map(Value::Decimal);
    }
    // One division, so that it is rounded once: the zero goes under the line.
    let moved = exactly(exact::times(to.zero, under).and_then(|zero| exact::plus(over, -zero)))?;
    exact::rounded_quotient(moved, under, decimals, mode).map(Value::Decimal)
}
