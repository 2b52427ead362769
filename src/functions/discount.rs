//! Prices less a percentage.

use rust_decimal::Decimal;

use super::amount;
use super::gross;
use super::param::{MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "discount",
    family: "money",
    summary: "Money less so many percent of it, rounded to the smallest unit; ties go by a mode.",
    params: &[one("money", Params::MONEY), one("percent", Params::NUMBER), MODE],
    returns: Returns::Same(0),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"discount(money("19.99", "EUR"), 15)"#, gives: r#"{"amount":"16.99","currency":"EUR"}"# },
        Example { call: r#"discount(money("1000", "JPY"), 3.5)"#, gives: r#"{"amount":"965","currency":"JPY"}"# },
        Example { call: r#"discount(money("1.00", "EUR"), 120)"#, gives: "error: from 0 to 100" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let percent = args.decimal(1)?;
    if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(FunctionError::new("a discount must be from 0 to 100 percent"));
    }
    let left = Decimal::ONE_HUNDRED - percent;
    gross::times(amount::read(args, 0)?, left, Decimal::ONE_HUNDRED, rounding_mode::read(args, 2)?)
}
