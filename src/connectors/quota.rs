//! The published limits of a remote, kept by us before the remote has to refuse: one token bucket for each account and
//! operation, shared by all that use the account, fair among them, and remembered across restarts.

mod bucket;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rust_decimal::Decimal;
use tokio::sync::Notify;

use self::bucket::{Bucket, SAVE_EVERY};
use crate::catalog::OperationSpec;
use crate::clock::{SharedClock, until};

pub use bucket::Level;

/// Where the levels of buckets are kept, so that a restart does not find them full when they are not.
#[async_trait]
pub trait QuotaMemory: Send + Sync {
    /// The level as last saved.
    fn load(&self, account: &str, operation: &str) -> Option<Level>;

    /// Keeps a level. Called before each call of a slow operation, and at most once a second for others.
    async fn save(&self, account: &str, operation: &str, level: Level);
}

/// A memory that forgets, for where nothing is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMemory;

#[async_trait]
impl QuotaMemory for NoMemory {
    fn load(&self, _account: &str, _operation: &str) -> Option<Level> {
        None
    }

    async fn save(&self, _account: &str, _operation: &str, _level: Level) {}
}

tokio::task_local! {
    static PRIORITY: u8;
}

/// Makes all calls within `work` at this priority: of those that wait for one operation, the highest goes first. What
/// is not within such a scope has priority 0.
pub async fn at_priority<T>(priority: u8, work: impl Future<Output = T>) -> T {
    PRIORITY.scope(priority, work).await
}

/// What an operation has used and waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The operation.
    pub operation: &'static str,
    /// Calls that were let through.
    pub calls: u64,
    /// Calls that had to wait.
    pub waits: u64,
    /// How long they waited, together.
    pub waited: Duration,
    /// Calls that the remote refused as too fast. The goal is none.
    pub refused: u64,
    /// Who waits now.
    pub waiting: usize,
    /// Calls that could be made at once.
    pub free: u32,
}

/// The buckets of one account.
pub struct Quota {
    account: String,
    clock: SharedClock,
    memory: Arc<dyn QuotaMemory>,
    lanes: BTreeMap<&'static str, Lane>,
}

struct Lane {
    operation: &'static str,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    bucket: Bucket,
    /// Who waits: the highest priority first, then who came first.
    queue: BTreeSet<(Reverse<u8>, u64)>,
    tickets: u64,
    saved_at: Option<Timestamp>,
    calls: u64,
    waits: u64,
    waited: Duration,
    refused: u64,
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota").field("account", &self.account).field("usage", &self.usage()).finish_non_exhaustive()
    }
}

impl Quota {
    /// The buckets of an account, as full as they were left.
    #[must_use]
    pub fn new(
        account: impl Into<String>,
        operations: &[OperationSpec],
        clock: SharedClock,
        memory: Arc<dyn QuotaMemory>,
    ) -> Self {
        let account = account.into();
        let now = clock.now();
        let lane = |operation: &OperationSpec| {
            let bucket = Bucket::new(operation.rate?, memory.load(&account, operation.name), now);
            Some((operation.name, Lane::new(operation.name, bucket)))
        };
        let lanes = operations.iter().filter_map(lane).collect();
        Self { account, clock, memory, lanes }
    }

    /// Waits until a call of this operation may be made. An operation without a published rate never waits. Cancel-safe:
    /// a waiter that is dropped leaves the queue and has used nothing.
    pub async fn take(&self, operation: &str) {
        self.take_at(operation, PRIORITY.try_with(|priority| *priority).unwrap_or(0)).await;
    }

    /// As [`Quota::take`], at a priority of its own.
    pub async fn take_at(&self, operation: &str, priority: u8) {
        let Some(lane) = self.lanes.get(operation) else { return };
        let arrived = self.clock.now();
        let ticket = Ticket::draw(lane, priority);
        let mut waited = false;
        let level = loop {
            let changed = lane.changed.notified();
            match ticket.try_take(self.clock.now(), arrived, waited) {
                Turn::Now(level) => break level,
                Turn::At(at) => tokio::select! {
                    () = self.clock.sleep_until(at) => {}
                    () = changed => {}
                },
                Turn::Behind => changed.await,
            }
            waited = true;
        };
        drop(ticket);
        if let Some(level) = level {
            self.memory.save(&self.account, lane.operation, level).await;
        }
    }

    /// The remote refused a call as too fast.
    pub async fn refused(&self, operation: &str, retry_after: Option<Duration>) {
        let Some(lane) = self.lanes.get(operation) else { return };
        let now = self.clock.now();
        let level = {
            let mut state = lane.lock();
            state.refused += 1;
            state.bucket.refused(now, retry_after);
            state.saved_at = Some(now);
            state.bucket.level(now)
        };
        lane.changed.notify_waiters();
        self.memory.save(&self.account, lane.operation, level).await;
    }

    /// The remote told its rate, in calls per second, along with an answer.
    pub fn told(&self, operation: &str, calls_per_second: &str) {
        let rate = calls_per_second.trim().parse::<Decimal>().ok();
        let rate =
            rate.and_then(|rate| rate.checked_mul(Decimal::from(10_000))).and_then(|rate| u64::try_from(rate).ok());
        if let (Some(lane), Some(rate)) = (self.lanes.get(operation), rate) {
            lane.lock().bucket.told(self.clock.now(), rate);
            lane.changed.notify_waiters();
        }
    }

    /// What each operation has used and waited for.
    #[must_use]
    pub fn usage(&self) -> Vec<Usage> {
        let now = self.clock.now();
        let usage = |lane: &Lane| {
            let state = lane.lock();
            Usage {
                operation: lane.operation,
                calls: state.calls,
                waits: state.waits,
                waited: state.waited,
                refused: state.refused,
                waiting: state.queue.len(),
                free: state.bucket.free(now),
            }
        };
        self.lanes.values().map(usage).collect()
    }
}

impl Lane {
    fn new(operation: &'static str, bucket: Bucket) -> Self {
        let state = State {
            bucket,
            queue: BTreeSet::new(),
            tickets: 0,
            saved_at: None,
            calls: 0,
            waits: 0,
            waited: Duration::ZERO,
            refused: 0,
        };
        Self { operation, state: Mutex::new(state), changed: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Turn {
    /// Go, and save this level first, where there is one.
    Now(Option<Level>),
    /// First in the queue; a call becomes free then.
    At(Timestamp),
    /// Others are first.
    Behind,
}

/// A place in the queue, given up when it is dropped.
struct Ticket<'a> {
    lane: &'a Lane,
    place: (Reverse<u8>, u64),
}

impl<'a> Ticket<'a> {
    fn draw(lane: &'a Lane, priority: u8) -> Self {
        let mut state = lane.lock();
        state.tickets += 1;
        let place = (Reverse(priority), state.tickets);
        state.queue.insert(place);
        drop(state);
        Self { lane, place }
    }

    fn try_take(&self, now: Timestamp, arrived: Timestamp, waited: bool) -> Turn {
        let mut state = self.lane.lock();
        if state.queue.first() != Some(&self.place) {
            return Turn::Behind;
        }
        if let Err(at) = state.bucket.take(now) {
            return Turn::At(at);
        }
        state.calls += 1;
        if waited {
            state.waits += 1;
            state.waited += until(arrived, now);
        }
        let due = state.bucket.saves_each() || state.saved_at.is_none_or(|at| until(at, now) >= SAVE_EVERY);
        if !due {
            return Turn::Now(None);
        }
        state.saved_at = Some(now);
        Turn::Now(Some(state.bucket.level(now)))
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.lane.lock().queue.remove(&self.place);
        self.lane.changed.notify_waiters();
    }
}
