//! Local time with its offset, for targets that show times to people in one place.

use jiff::fmt::strtime;

use super::calendar;
use super::param::one;
use super::zone;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "local_datetime",
    family: "date",
    summary: "An instant as ISO text with the local time and offset of a zone.",
    params: &[one("instant", Params::INSTANT), one("zone", Params::TEXT)],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"local_datetime(instant("2026-01-31T10:00:00Z"), "Europe/Berlin")"#,
            gives: r#""2026-01-31T11:00:00+01:00""#,
        },
        Example {
            call: r#"local_datetime(instant("2026-07-31T10:00:00.5Z"), "UTC")"#,
            gives: r#""2026-07-31T10:00:00.5+00:00""#,
        },
        Example { call: r#"local_datetime(instant("2026-01-31T10:00:00Z"), "Berlin")"#, gives: "error: IANA" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let Value::Instant(instant) = args.value(0) else {
        return Err(FunctionError::new("argument 1 must be an instant; make one with `instant`"));
    };
    let local = instant.to_zoned_datetime(zone::read(args, 1)?);
    strtime::format("%Y-%m-%dT%H:%M:%S%.f%:z", &local).map(Value::from).map_err(|_| calendar::outside())
}
