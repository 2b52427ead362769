//! How far a zone is from UTC.

use jiff::SignedDuration;

use super::calendar;
use super::param::one;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "zone_offset",
    family: "date",
    summary: "By how much the clocks of a zone are ahead of UTC at an instant; negative where they are behind.",
    params: &[
        one("instant", Params::INSTANT),
        one("zone", Params::TEXT).doc("A zone of the IANA table such as \"Europe/Berlin\""),
    ],
    returns: Returns::Fixed(Base::Duration),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"seconds(zone_offset(instant("2026-07-01T00:00:00Z"), "Europe/Berlin"))"#, gives: "7200" },
        Example {
            call: r#"seconds(zone_offset(instant("2026-01-01T00:00:00Z"), "America/New_York"))"#,
            gives: "-18000",
        },
        Example { call: r#"zone_offset(instant("2026-01-01T00:00:00Z"), "Mars")"#, gives: "error: time zone" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let seconds = i64::from(calendar::local(args, 0, 1)?.offset().seconds());
    Ok(Value::Duration(SignedDuration::from_secs(seconds)))
}
