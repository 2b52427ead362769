//! How long a record waits that cannot go on yet, and when it is tried again: the pauses double, so that what comes soon
//! is seen soon, and what never comes costs little.

use std::time::Duration;

use super::{Node, Step};

/// The first pause.
pub const FIRST: Duration = Duration::from_secs(60);
/// The longest pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 3600);
/// The longest time that a flow may let records wait.
pub const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// The pause after so many tries that found nothing; `tries` counts from 1.
#[must_use]
pub fn pause(tries: u32) -> Duration {
    FIRST.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST_PAUSE)
}

/// Calls `see` with the condition and the time of every wait among steps, those inside of others too.
pub(super) fn waits<'p>(steps: &'p [Step], see: &mut dyn FnMut(&'p Node, Duration)) {
    for step in steps {
        match step {
            Step::Wait { when, patience, .. } => see(when, *patience),
            Step::When { then, otherwise, .. } => {
                waits(then, see);
                waits(otherwise, see);
            }
            Step::Each(each) => waits(&each.steps, see),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause(1), FIRST);
        assert_eq!(pause(2), FIRST * 2);
        assert_eq!(pause(9), FIRST * 256);
        assert_eq!(pause(10), LONGEST_PAUSE);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
