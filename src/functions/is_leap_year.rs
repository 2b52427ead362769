//! Years of 366 days, to spread interest over them.

use jiff::civil::Date;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "is_leap_year",
    family: "date",
    summary: "Whether a year has a 29th of February.",
    params: &[one("year", Params::INT)],
    returns: Returns::Fixed(Base::Bool),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "is_leap_year(2024)", gives: "true" },
        Example { call: "is_leap_year(2100)", gives: "false" },
        Example { call: "is_leap_year(20000)", gives: "error: calendar" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let year = i16::try_from(args.int(0)?).map_err(|_| calendar::outside())?;
    Date::new(year, 1, 1).map(|date| Value::Bool(date.in_leap_year())).map_err(|_| calendar::outside())
}
