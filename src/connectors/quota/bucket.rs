//! The arithmetic of a token bucket whose rate adapts, on instants that are handed in. It holds one instant, the one at
//! which the bucket is full again, so that what has to be kept across a restart is small and stays true while time
//! passes.

use std::time::Duration;

use jiff::Timestamp;

use crate::catalog::Rate;
use crate::clock::{after, until};

/// The whole of the plan, in the thousandths in which the share of it is counted.
const WHOLE: u32 = 1000;
/// The pace against the plan: a hundredth slower, so that two clocks that drift apart do not eat the reserve.
const PACE: u32 = 1010;
/// The least share of the plan that a remote can push us down to.
const LEAST: u32 = 100;
/// What is added to the share after [`CALM`] intervals without a refusal.
const STEP: u32 = 100;
/// How many intervals without a refusal earn a step.
const CALM: u32 = 10;
/// How often a rate must be told before it is believed: quickly when lower, slowly when higher, because remotes are
/// known to report too low a rate and a higher one may be a passing mistake.
const BELIEVE_LOWER: u32 = 3;
const BELIEVE_HIGHER: u32 = 10;
/// How far above the plan a told rate is followed.
const HIGHEST: u64 = 10;

/// How full a bucket is, as it is kept across restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Level {
    /// When this was so.
    pub at: Timestamp,
    /// When the bucket is full if no call is made.
    pub full_at: Timestamp,
    /// No call before this, because the remote said so.
    pub not_before: Timestamp,
    /// The share of the rate that is used, in thousandths.
    pub share: u32,
    /// The rate that the remote has told, in calls per ten thousand seconds, where it differs from the plan.
    pub told: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Bucket {
    plan: Rate,
    full_at: Timestamp,
    not_before: Timestamp,
    share: u32,
    told: Option<u64>,
    /// Since when there was neither a refusal nor a step up.
    calm_since: Timestamp,
    /// When the share was last lowered.
    lowered_at: Option<Timestamp>,
    /// A rate that was told and not yet believed, and how often.
    rumour: Option<(u64, u32)>,
}

impl Bucket {
    pub(super) fn new(plan: Rate, level: Option<Level>, now: Timestamp) -> Self {
        let mut bucket = Self {
            plan,
            full_at: now,
            not_before: now,
            share: WHOLE,
            told: None,
            calm_since: now,
            lowered_at: None,
            rumour: None,
        };
        if let Some(level) = level {
            bucket.share = level.share.clamp(LEAST, WHOLE);
            bucket.told = level.told;
            bucket.not_before = level.not_before;
            bucket.full_at = if bucket.saves_each() {
                level.full_at
            } else {
                // What was taken in the second after the last save is not known: at worst it was everything.
                let empty_at = after(level.at, SAVE_EVERY);
                level.full_at.max(after(empty_at, bucket.capacity()))
            };
            // A clock that was set back must not freeze the bucket for longer than it takes to fill it.
            let latest = after(now, bucket.capacity());
            bucket.full_at = bucket.full_at.min(latest);
            bucket.not_before = bucket.not_before.min(after(now, Duration::from_secs(86_400)));
        }
        bucket
    }

    pub(super) fn level(&self, now: Timestamp) -> Level {
        Level { at: now, full_at: self.full_at, not_before: self.not_before, share: self.share, told: self.told }
    }

    /// Whether calls are so rare that each is worth saving.
    pub(super) fn saves_each(&self) -> bool {
        self.plan.interval() > SAVE_EVERY
    }

    /// Takes a call, or says when one will be free.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        self.recover(now);
        // At `full_at - capacity` the bucket was empty; a call is free one interval later.
        let earliest = before(after(self.full_at, self.interval()), self.capacity()).max(self.not_before);
        if earliest > now {
            return Err(earliest);
        }
        self.full_at = after(self.full_at.max(now), self.interval());
        Ok(())
    }

    /// Calls that could be made at once.
    pub(super) fn free(&self, now: Timestamp) -> u32 {
        let missing = until(now, self.full_at).as_nanos();
        let room = self.capacity().as_nanos().saturating_sub(missing);
        u32::try_from(room / self.interval().as_nanos().max(1)).unwrap_or(u32::MAX)
    }

    /// The remote refused a call as too fast.
    pub(super) fn refused(&mut self, now: Timestamp, retry_after: Option<Duration>) {
        // Calls that were under way together are refused together; they say the same thing once.
        let same = self.lowered_at.is_some_and(|at| until(at, now) < self.interval().max(Duration::from_secs(1)));
        if !same {
            let told_more = self.told.is_some_and(|told| told > self.plan.per_10_000_s);
            let interval = self.interval();
            if told_more {
                self.told = None;
            } else {
                self.share = (self.share * 7 / 10).max(LEAST);
            }
            self.rescale(now, interval);
            self.lowered_at = Some(now);
        }
        self.rumour = None;
        self.calm_since = now;
        self.full_at = self.full_at.max(after(now, self.capacity()));
        if let Some(wait) = retry_after {
            self.not_before = self.not_before.max(after(now, wait));
        }
    }

    /// The remote told a rate along with an answer.
    pub(super) fn told(&mut self, now: Timestamp, per_10_000_s: u64) {
        let known = self.told.unwrap_or(self.plan.per_10_000_s);
        if per_10_000_s == 0 || per_10_000_s == known {
            self.rumour = None;
            return;
        }
        let times = match self.rumour {
            Some((rumour, times)) if rumour == per_10_000_s => times + 1,
            _ => 1,
        };
        self.rumour = Some((per_10_000_s, times));
        let needed = if per_10_000_s < known { BELIEVE_LOWER } else { BELIEVE_HIGHER };
        if times >= needed {
            let interval = self.interval();
            let plan = self.plan.per_10_000_s;
            let believed = per_10_000_s.clamp((plan / 10).max(1), plan.saturating_mul(HIGHEST));
            self.told = Some(believed).filter(|believed| *believed != plan);
            self.rumour = None;
            self.rescale(now, interval);
        }
    }

    fn recover(&mut self, now: Timestamp) {
        let calm = self.interval().saturating_mul(CALM);
        while self.share < WHOLE && until(self.calm_since, now) >= calm {
            let interval = self.interval();
            self.share = (self.share + STEP).min(WHOLE);
            self.calm_since = after(self.calm_since, calm);
            self.rescale(now, interval);
        }
    }

    /// Keeps the number of missing calls when the time that each takes to come back has changed.
    fn rescale(&mut self, now: Timestamp, old_interval: Duration) {
        let missing = until(now, self.full_at).as_nanos();
        let scaled = missing.saturating_mul(self.interval().as_nanos()) / old_interval.as_nanos().max(1);
        let scaled = Duration::from_nanos(u64::try_from(scaled).unwrap_or(u64::MAX));
        self.full_at = after(now, scaled.min(self.capacity()));
    }

    /// The time in which one call becomes free, at the rate of now.
    fn interval(&self) -> Duration {
        let rate = self.told.unwrap_or(self.plan.per_10_000_s).max(1);
        let nanos = 10_000_u128 * 1_000_000_000 * u128::from(PACE) / u128::from(rate) / u128::from(self.share.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The time in which the bucket fills. One call of the burst is the reserve: it takes up a call that arrives
    /// earlier than it was sent because the one before it was slow.
    fn capacity(&self) -> Duration {
        self.interval().saturating_mul(self.plan.burst.saturating_sub(1).max(1))
    }
}

/// How often the level of a fast operation is saved, at most.
pub(super) const SAVE_EVERY: Duration = Duration::from_secs(1);

fn before(at: Timestamp, by: Duration) -> Timestamp {
    jiff::SignedDuration::try_from(by).ok().and_then(|by| at.checked_sub(by).ok()).unwrap_or(Timestamp::MIN)
}
