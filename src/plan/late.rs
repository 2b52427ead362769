//! When what was read is read again.

use std::time::Duration;

/// How many readings there are in the time after which something is read again.
const PARTS: u32 = 14;
/// They are no closer than this.
const CLOSEST: Duration = Duration::from_secs(3600);
/// And no farther apart.
const FARTHEST: Duration = Duration::from_secs(86_400);

/// How far apart the readings are that come `again` after a time.
#[must_use]
pub fn pause(again: Duration) -> Duration {
    (again / PARTS).clamp(CLOSEST, FARTHEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_an_hour_to_a_day_apart() {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        assert_eq!(pause(Duration::from_secs(3600)), CLOSEST);
        assert_eq!(pause(days(7)), days(7) / 14);
        assert_eq!(pause(days(30)), FARTHEST);
    }
}
