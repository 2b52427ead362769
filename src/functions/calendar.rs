//! The calendar date that an argument means: a date as it is, an instant as the date in a zone.

use jiff::civil::Date;
use jiff::{Span, ZonedDateTime};

use super::zone;
use crate::catalog::{Args, FunctionError};
use crate::value::Value;

/// The date at `index`, where an instant is read in the zone named at `zone_index`.
pub(super) fn read(args: &Args<'_>, index: usize, zone_index: usize) -> Result<Date, FunctionError> {
    match args.value(index) {
        Value::Date(date) => Ok(*date),
        Value::Instant(instant) => Ok(instant.to_zoned_datetime(zone::read(args, zone_index)?).date()),
        other => Err(FunctionError::new(format!(
            "argument {} must be a date or an instant, not {}; make one with `date` or `parse_date`",
            index + 1,
            other.kind()
        ))),
    }
}

/// The date so many days later.
pub(super) fn later(date: Date, days: i64) -> Result<Date, FunctionError> {
    let span = Span::new().try_days(days).map_err(|_| outside())?;
    date.checked_add(span).map_err(|_| outside())
}

/// The local time of the instant at `index` in the zone named at `zone_index`.
pub(super) fn local(args: &Args<'_>, index: usize, zone_index: usize) -> Result<ZonedDateTime, FunctionError> {
    match args.value(index) {
        Value::Instant(instant) => Ok(instant.to_zoned_datetime(zone::read(args, zone_index)?)),
        other => Err(FunctionError::new(format!(
            "argument {} must be an instant, not {}; make one with `instant` or `at_time`",
            index + 1,
            other.kind()
        ))),
    }
}

/// A date that left the calendar.
pub(super) fn outside() -> FunctionError {
    FunctionError::new("the result is outside the calendar, which runs to the year 9999; use a smaller number")
}
