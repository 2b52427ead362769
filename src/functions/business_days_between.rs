//! How long something took in days on which people work.

use super::calendar;
use super::is_business_day;
use super::param::{HOLIDAYS, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "business_days_between",
    family: "date",
    summary: "How many business days there are after a date, up to and with another; negative if that is before.",
    params: &[one("from", Params::DATE), one("to", Params::DATE), HOLIDAYS],
    returns: Returns::Fixed(Base::Int),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"business_days_between(date("2026-01-30"), date("2026-02-03"))"#, gives: "2" },
        Example { call: r#"business_days_between(date("2026-02-03"), date("2026-01-30"))"#, gives: "-2" },
        Example {
            call: r#"business_days_between(date("2026-12-24"), date("2026-12-28"), [date("2026-12-25")])"#,
            gives: "1",
        },
        Example { call: r#"business_days_between(date("1900-01-01"), date("2026-01-01"))"#, gives: "error: at most" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let (from, to) = (calendar::read(args, 0, 3)?, calendar::read(args, 1, 3)?);
    let holidays = is_business_day::holidays(args, 2)?;
    let (mut date, end) = if from <= to { (from, to) } else { (to, from) };
    if date.duration_until(end).as_hours() / 24 > 36_600 {
        return Err(FunctionError::new("business days are counted one by one, over at most a hundred years"));
    }
    let mut count = 0;
    while date < end {
        // Backwards the other end of each step counts, so that both ways give the same number.
        let next = date.tomorrow().map_err(|_| calendar::outside())?;
        count += i64::from(is_business_day::holds(if from <= to { next } else { date }, &holidays));
        date = next;
    }
    Ok(Value::Int(if from <= to { count } else { -count }))
}
