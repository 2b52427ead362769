//! The calendar date that an argument means: a date as it is, an instant as the date in a zone.

use jiff::civil::Date;

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

/// A date that left the calendar.
pub(super) fn outside() -> FunctionError {
    FunctionError::new("the result is outside the calendar, which runs to the year 9999; use a smaller number")
}
