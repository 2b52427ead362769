//! Rounds numbers, always visibly; money is rounded by its currency with `round_money`.

use super::exact;
use super::param::{DECIMALS, MODE, one};
use super::rounding_mode;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Value, money};

pub(super) static FUNCTION: Function = Function {
    name: "round",
    family: "number",
    summary: "A number with so many decimals, 0 if not said; ties go by a mode: half_up, half_even, half_down, up, down.",
    params: &[one("number", Params::NUMBER), DECIMALS, MODE],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "round(2.345, 2)", gives: "2.35" },
        Example { call: r#"round(2.345, 2, "half_even")"#, gives: "2.34" },
        Example { call: "round(-2.5)", gives: "-3" },
        Example { call: "round(5, 2)", gives: "5.00" },
        Example { call: r#"round(1.5, 0, "bankers")"#, gives: "error: half_even" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let number = args.decimal(0)?;
    let decimals = if args.given(1) { exact::decimals(args.int(1)?)? } else { 0 };
    let mut rounded = money::round(number, decimals, rounding_mode::read(args, 2)?);
    rounded.rescale(decimals);
    Ok(Value::Decimal(rounded))
}
