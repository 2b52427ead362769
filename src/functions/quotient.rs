//! Whole packs out of pieces; `mod` gives what is left.

use rust_decimal::Decimal;

use super::exact;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "quotient",
    family: "number",
    summary: "How often a number fits into another wholly, rounded down.",
    params: &[one("number", Params::NUMBER), one("by", Params::NUMBER)],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "quotient(17, 5)", gives: "3" },
        Example { call: "quotient(-1, 5)", gives: "-1" },
        Example { call: "quotient(1, 0)", gives: "error: division by zero" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let quotient = exact::rounded_quotient(args.decimal(0)?, args.decimal(1)?, 0, Rounding::Down)?;
    // Towards zero is up where the signs differ.
    let back = exact::times(quotient, args.decimal(1)?).ok_or_else(exact::too_many_digits)?;
    let below =
        back != args.decimal(0)? && (args.decimal(0)?.is_sign_negative() != args.decimal(1)?.is_sign_negative());
    Ok(Value::Decimal(if below { quotient - Decimal::ONE } else { quotient }))
}
