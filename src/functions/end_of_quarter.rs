//! The last day of a quarter, for periods of tax.

use jiff::civil::Date;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "end_of_quarter",
    family: "date",
    summary: "The last day of the quarter of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"end_of_quarter(date("2026-05-17"))"#, gives: r#""2026-06-30""# },
        Example { call: r#"end_of_quarter(date("2026-12-31"))"#, gives: r#""2026-12-31""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let date = calendar::read(args, 0, 1)?;
    let last = Date::new(date.year(), (date.month() - 1) / 3 * 3 + 3, 1).map_err(|_| calendar::outside())?;
    Ok(Value::Date(last.last_of_month()))
}
