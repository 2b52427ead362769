//! The time on the clock, for labels.

use super::calendar;
use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "time_of_day",
    family: "date",
    summary: "The time of an instant in a zone as text: hours, minutes and seconds.",
    params: &[one("instant", Params::INSTANT), ZONE],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"time_of_day(instant("2026-01-31T23:30:05Z"), "Europe/Berlin")"#, gives: r#""00:30:05""# },
        Example { call: r#"time_of_day(instant("2026-01-31T09:00:00.25Z"))"#, gives: r#""09:00:00""# },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let local = calendar::local(args, 0, 1)?;
    Ok(Value::from(format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second())))
}
