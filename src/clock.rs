//! Time as an input: the engine, the connectors and the sandbox ask a [`Clock`], never the system, so that an
//! hour's outage or a day of quota is tested in milliseconds and a run can follow a simulated Amazon's time.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Where the time comes from and how one waits for it.
#[async_trait]
pub trait Clock: Send + Sync + Debug {
    /// The instant it is now.
    fn now(&self) -> Timestamp;

    /// Returns once `now()` is at or past `at`. Cancel-safe.
    async fn sleep_until(&self, at: Timestamp);

    /// Waits for `duration`.
    async fn sleep(&self, duration: Duration) {
        self.sleep_until(after(self.now(), duration)).await;
    }
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;

/// `at` plus `duration`, held at the last instant that can be told rather than overflowing.
#[must_use]
pub fn after(at: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration).ok().and_then(|d| at.checked_add(d).ok()).unwrap_or(Timestamp::MAX)
}

/// How long from `from` until `to`; zero when `to` is not later.
#[must_use]
pub fn until(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or(Duration::ZERO)
}

/// The machine's own time.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        tokio::time::sleep(until(self.now(), at)).await;
    }
}

/// A clock that stands still but for what moves it: [`HandClock::advance`], and any sleeper, for whom it jumps to
/// the awaited instant. Two parts that share it agree to the nanosecond, and nobody really waits.
#[derive(Debug)]
pub struct HandClock {
    now: Mutex<Timestamp>,
}

impl HandClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { now: Mutex::new(start) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = after(*now, by);
    }

    /// Moves the clock forward to `at`; an earlier `at` changes nothing, because time never runs back.
    pub fn advance_to(&self, at: Timestamp) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = at.max(*now);
    }
}

#[async_trait]
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep_until(&self, at: Timestamp) {
        // Work that is already under way gets its turn first, so that a waiting retry does not age the others' tokens
        // before they are used.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.advance_to(at);
    }
}

/// Simulated time that runs at a multiple of the machine's, from a start that can be any date, and can be moved
/// forward. Two processes that hold the same [`Pace`] show the same time, because both derive it from the machine's.
#[derive(Debug)]
pub struct PacedClock {
    pace: Mutex<Pace>,
}

/// What a [`PacedClock`] counts with: at the machine's instant `wall` it showed `shown`, and since then it has run
/// `speed` times as fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pace {
    /// The machine's time when `shown` was right.
    pub wall: Timestamp,
    /// The simulated time at `wall`.
    pub shown: Timestamp,
    /// Simulated seconds per second; at least 1.
    pub speed: u32,
}

impl Pace {
    fn at(&self, wall: Timestamp) -> Timestamp {
        after(self.shown, until(self.wall, wall).saturating_mul(self.speed.max(1)))
    }
}

impl PacedClock {
    /// A clock that shows `start` now and runs `speed` times as fast as the machine's.
    #[must_use]
    pub fn starting_at(start: Timestamp, speed: u32) -> Self {
        Self::following(Pace { wall: Timestamp::now(), shown: start, speed })
    }

    /// A clock that shows the same time as another with this pace.
    #[must_use]
    pub fn following(pace: Pace) -> Self {
        Self { pace: Mutex::new(pace) }
    }

    /// What another process needs to show the same time.
    #[must_use]
    pub fn pace(&self) -> Pace {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock forward by `by`, and on from there at `speed` where one is given.
    pub fn shift(&self, by: Duration, speed: Option<u32>) {
        let wall = Timestamp::now();
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        *pace = Pace { wall, shown: after(pace.at(wall), by), speed: speed.unwrap_or(pace.speed).max(1) };
    }
}

#[async_trait]
impl Clock for PacedClock {
    fn now(&self) -> Timestamp {
        self.pace().at(Timestamp::now())
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = until(self.now(), at);
            if left.is_zero() {
                return;
            }
            // Short naps, because someone may move the clock while we wait.
            let nap = left / self.pace().speed.max(1);
            tokio::time::sleep(nap.clamp(Duration::from_micros(200), Duration::from_millis(50))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_shows_the_same_time() {
        let leader = PacedClock::starting_at(Timestamp::UNIX_EPOCH, 1000);
        leader.shift(Duration::from_secs(3600), None);
        let follower = PacedClock::following(leader.pace());
        let gap = follower.now().duration_since(leader.now()).abs();
        assert!(gap < SignedDuration::from_secs(60), "{gap:?}");
    }

    #[tokio::test]
    async fn a_sleeper_moves_the_hand_clock_and_it_never_runs_back() {
        let clock = HandClock::new(Timestamp::UNIX_EPOCH);
        clock.sleep(Duration::from_secs(179)).await;
        assert_eq!(clock.now().as_second(), 179);
        clock.advance_to(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now().as_second(), 179);
    }
}
