//! Writes dates in the form that a target wants; names of days and months are English everywhere.

use jiff::fmt::strtime;

use super::calendar;
use super::limit;
use super::param::{ZONE, one};
use super::zone;
use crate::catalog::{Args, Base, Example, Function, FunctionError, Params, Pii, Returns};
use crate::value::Value;

pub(super) static FUNCTION: Function = Function {
    name: "format_date",
    family: "date",
    summary: "A date or instant written by a pattern such as `%d.%m.%Y`; an instant in a zone, UTC if none is named.",
    params: &[one("value", Params::DATE.or(Params::INSTANT)), one("pattern", Params::TEXT), ZONE],
    returns: Returns::Fixed(Base::Text),
    pii: Pii::Keeps,
    examples: &[
        Example { call: r#"format_date(date("2026-01-31"), "%d.%m.%Y")"#, gives: r#""31.01.2026""# },
        Example {
            call: r#"format_date(instant("2026-01-31T10:00:00Z"), "%H:%M", "Europe/Berlin")"#,
            gives: r#""11:00""#,
        },
        Example { call: r#"format_date(date("2026-01-31"), "%H:%M")"#, gives: "error: the pattern" },
    ],
    eval,
};

fn eval(args: &Args<'_>) -> Result<Value, FunctionError> {
    let pattern = args.text(1)?;
    let written = match args.value(0) {
        Value::Instant(instant) => strtime::format(pattern, &instant.to_zoned_datetime(zone::read(args, 2)?)),
        _ => strtime::format(pattern, calendar::read(args, 0, 2)?),
    };
    let written = written.map_err(|_| {
        FunctionError::new(
            "the pattern has a part that is not known, or that a date without time does not have; \
             its parts are %Y year, %m month, %d day, %H hour, %M minute, %S second, %:z offset",
        )
    })?;
    limit::text(written)
}
