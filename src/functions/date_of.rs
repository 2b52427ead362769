//! Dates from three numbers.

use jiff::civil::Date;

use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "date_of",
    family: "date",
    summary: "The date of a year, a month and a day of it.",
    params: &[one("year", Params::INT), one("month", Params::INT), one("day", Params::INT)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: "date_of(2026, 1, 31)", gives: r#""2026-01-31""# },
        Example { call: "date_of(2026, 2, 31)", gives: "error: no date" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let date = i16::try_from(args.int(0)?).ok().and_then(|year| {
        Date::new(year, i8::try_from(args.int(1).ok()?).ok()?, i8::try_from(args.int(2).ok()?).ok()?).ok()
    });
    date.map(Value::Date).ok_or_else(|| FunctionError::new("the numbers make no date that there is"))
}
