//! Reads instants in the forms that reports use. The pattern is checked against the whole text.

use super::param::{ZONE, one};
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "parse_instant",
    family: "date",
    summary: "The instant that a text writes by a pattern such as `%d.%m.%Y %H:%M:%S`; without an offset in it, a zone is needed.",
    params: &[one("text", Params::TEXT), one("pattern", Params::TEXT), ZONE],
    returns: Returns::Fixed(Base::Instant),
    pii: Pii::Keeps,
    examples: &[
        Example {
            call: r#"parse_instant("17.07.2026 07:06:34 UTC", "%d.%m.%Y %H:%M:%S UTC", "UTC")"#,
            gives: r#""2026-07-17T07:06:34Z""#,
        },
        Example {
            call: r#"parse_instant("2026-06-16 00:00:00 +0200", "%Y-%m-%d %H:%M:%S %z")"#,
            gives: r#""2026-06-15T22:00:00Z""#,
        },
        Example { call: r#"parse_instant("17.07.2026 07:06", "%d.%m.%Y %H:%M")"#, gives: "error: name the zone" },
        Example { call: r#"parse_instant("x", "%d.%m.%Y %H:%M", "UTC")"#, gives: "error: does not fit the pattern" },
    ],
    eval,
};

use super::{instant, parse_date};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let parsed = parse_date::parse(args)?;
    if parsed.offset().is_some() || parsed.timestamp().is_some() {
        return parsed.to_timestamp().map(Value::Instant).map_err(|_| parse_date::incomplete());
    }
    let local = parsed.to_datetime().map_err(|_| parse_date::incomplete())?;
    instant::at(args, local, 2)
}
