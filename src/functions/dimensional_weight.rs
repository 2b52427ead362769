//! The weight that carriers charge for large and light parcels.

use rust_decimal::Decimal;

use super::exact;
use super::param::{DECIMALS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::{Rounding, Value};

pub(super) static FUNCTION: Function = Function {
    name: "dimensional_weight",
    family: "units",
    summary: "The weight of a parcel by its size: length times width times height by a divisor, such as 5000 for cm and kg, rounded to 2 decimals or so many.",
    params: &[
        one("length", Params::NUMBER),
        one("width", Params::NUMBER),
        one("height", Params::NUMBER),
        one("divisor", Params::NUMBER),
        DECIMALS,
    ],
    returns: Returns::Fixed(Base::Decimal),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "dimensional_weight(40, 30, 25, 5000)", gives: "6.00" },
        Example { call: "dimensional_weight(12, 10, 8, 139, 1)", gives: "6.9" },
        Example { call: "dimensional_weight(40, 30, 25, 0)", gives: "error: division by zero" },
        Example { call: "dimensional_weight(-1, 30, 25, 5000)", gives: "error: negative" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut volume = Decimal::ONE;
    for index in 0..3 {
        let side = args.decimal(index)?;
        if side < Decimal::ZERO {
            return Err(FunctionError::new("a side of the parcel is negative; check the measures"));
        }
        volume = exact::times(volume, side).ok_or_else(exact::too_many_digits)?;
    }
    let decimals = if args.given(4) { exact::decimals(args.int(4)?)? } else { 2 };
    exact::rounded_quotient(volume, args.decimal(3)?, decimals, Rounding::HalfUp).map(Value::Decimal)
}
