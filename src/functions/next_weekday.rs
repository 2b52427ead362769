//! The next pay day or dispatch day.

use super::calendar;
use super::param::one;
use super::weekday;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "next_weekday",
    family: "date",
    summary: "The first date after another that is a day of the week, such as \"friday\".",
    params: &[one("date", Params::DATE), one("weekday", Params::TEXT).doc("\"monday\" to \"sunday\"")],
    returns: Returns::Fixed(Base::Date),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"next_weekday(date("2026-01-28"), "friday")"#, gives: r#""2026-01-30""# },
        Example { call: r#"next_weekday(date("2026-01-30"), "friday")"#, gives: r#""2026-02-06""# },
        Example { call: r#"next_weekday(date("2026-01-30"), "Fri")"#, gives: "error: monday to sunday" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let wanted = weekday::DAYS.iter().position(|day| args.text(1).is_ok_and(|text| text == *day));
    let wanted = wanted
        .ok_or_else(|| FunctionError::new("the day of the week must be one of monday to sunday, in small letters"))?;
    let mut date = calendar::read(args, 0, 2)?;
    loop {
        date = date.tomorrow().map_err(|_| calendar::outside())?;
        if usize::try_from(date.weekday().to_monday_zero_offset()) == Ok(wanted) {
            return Ok(Value::Date(date));
        }
    }
}
