//! The first day of a quarter, for periods of tax.

use jiff::civil::Date;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "start_of_quarter",
    family: "date",
    summary: "The first day of the quarter of a date.",
    params: &[one("date", Params::DATE)],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"start_of_quarter(date("2026-05-17"))"#, gives: r#""2026-04-01""# },
        Example { call: r#"start_of_quarter(date("2026-01-01"))"#, gives: r#""2026-01-01""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let date = calendar::read(args, 0, 1)?;
    Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).map(Value::Date).map_err(|_| calendar::outside())
}
