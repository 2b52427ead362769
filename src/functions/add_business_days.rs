//! Dispatch and payment dates, which fall on days on which people work.

use super::calendar;
use super::is_business_day;
use super::param::{HOLIDAYS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "add_business_days",
    family: "date",
    summary: "The date so many business days later, or earlier if negative; with 0 it stays.",
    params: &[one("date", Params::DATE), one("days", Params::INT), HOLIDAYS],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"add_business_days(date("2026-01-30"), 1)"#, gives: r#""2026-02-02""# },
        Example { call: r#"add_business_days(date("2026-12-24"), 1, [date("2026-12-25")])"#, gives: r#""2026-12-28""# },
        Example { call: r#"add_business_days(date("2026-02-02"), -1)"#, gives: r#""2026-01-30""# },
        Example { call: r#"add_business_days(date("2026-01-30"), 1000000)"#, gives: "error: at most 10000" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let mut date = calendar::read(args, 0, 3)?;
    let days = args.int(1)?;
    if days.unsigned_abs() > 10_000 {
        return Err(FunctionError::new("business days are counted one by one, at most 10000 of them"));
    }
    let holidays = is_business_day::holidays(args, 2)?;
    let mut left = days.unsigned_abs();
    while left > 0 {
        date = if days > 0 { date.tomorrow() } else { date.yesterday() }.map_err(|_| calendar::outside())?;
        left -= u64::from(is_business_day::holds(date, &holidays));
    }
    Ok(Value::Date(date))
}
