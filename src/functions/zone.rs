//! The argument that names a time zone. Zones come from the table that is built in, never from the machine, so that a
//! date is the same wherever a flow runs.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::catalog::{Args, FunctionError};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The zone at `index`; UTC if it was left out.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<TimeZone, FunctionError> {
    if !args.given(index) {
        return Ok(TimeZone::UTC);
    }
    let name = args.text(index)?;
    if name.eq_ignore_ascii_case("UTC") {
        return Ok(TimeZone::UTC);
    }
    ZONES.get(name).map_err(|_| {
        FunctionError::new("the time zone is not known; use an IANA name such as \"Europe/Berlin\" or \"UTC\"")
    })
}
