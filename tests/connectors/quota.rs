//! Quotas: with a backlog no call is refused and nearly all that are allowed are made, across restarts too; a remote
//! that allows less is followed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use flowrun::catalog::{OperationSpec, Rate};
use flowrun::clock::{Clock, HandClock, SharedClock, until};
use flowrun::connectors::QuotaMemory;
use flowrun::connectors::quota::{Level, Quota, at_priority};
use jiff::Timestamp;

use super::server::{START, clock};

#[derive(Default)]
struct Memory(Mutex<HashMap<String, Level>>, Mutex<u32>);

#[async_trait]
impl QuotaMemory for Memory {
    fn load(&self, account: &str, operation: &str) -> Option<Level> {
        self.0.lock().unwrap().get(&format!("{account}/{operation}")).copied()
    }

    async fn save(&self, account: &str, operation: &str, level: Level) {
        self.0.lock().unwrap().insert(format!("{account}/{operation}"), level);
        *self.1.lock().unwrap() += 1;
    }
}

/// A clock for one task alone: who waits is there at once.
#[derive(Debug)]
struct Leap(HandClock);

#[async_trait]
impl Clock for Leap {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        self.0.advance_to(at);
    }
}

fn leap() -> Arc<Leap> {
    Arc::new(Leap(HandClock::new(START.parse().unwrap())))
}

/// The remote's own bucket, in nanocalls.
struct Remote {
    per_10_000_s: u64,
    burst: u64,
    tokens: u128,
    at: Timestamp,
    refused: u32,
    allowed: u32,
}

const CALL: u128 = 10_000 * 1_000_000_000;

impl Remote {
    fn new(plan: Rate, at: Timestamp) -> Self {
        let burst = u64::from(plan.burst);
        Self { per_10_000_s: plan.per_10_000_s, burst, tokens: u128::from(burst) * CALL, at, refused: 0, allowed: 0 }
    }

    fn call(&mut self, now: Timestamp) -> bool {
        let now = now.max(self.at);
        self.tokens += until(self.at, now).as_nanos() * u128::from(self.per_10_000_s);
        self.tokens = self.tokens.min(u128::from(self.burst) * CALL);
        self.at = now;
        let free = self.tokens >= CALL;
        if free {
            self.tokens -= CALL;
            self.allowed += 1;
        } else {
            self.refused += 1;
        }
        free
    }
}

fn operation(plan: Rate) -> Vec<OperationSpec> {
    vec![OperationSpec { name: "op", path: "GET /op", rate: Some(plan), batch: 1 }]
}

fn quota<C: Clock + 'static>(plan: Rate, clock: &Arc<C>, memory: &Arc<Memory>) -> Quota {
    let shared: SharedClock = Arc::clone(clock) as SharedClock;
    Quota::new("account", &operation(plan), shared, Arc::clone(memory) as Arc<dyn QuotaMemory>)
}

/// Three hours of backlog; calls take 20 to 800 ms on the way, and the process restarts at these calls.
async fn backlog(plan: Rate, restarts: &[u32]) -> (Remote, f64) {
    let clock = leap();
    let memory = Arc::new(Memory::default());
    let mut limit = quota(plan, &clock, &memory);
    let start = clock.now();
    let end = start + Duration::from_secs(3 * 3600);
    let mut remote = Remote::new(plan, start);
    let mut calls = 0_u32;
    while clock.now() < end {
        limit.take("op").await;
        let way = Duration::from_millis(20 + u64::from(calls * 7919 % 780));
        if !remote.call(clock.now() + way) {
            limit.refused("op", None).await;
        }
        calls += 1;
        if restarts.contains(&calls) {
            limit = quota(plan, &clock, &memory);
        }
    }
    let possible =
        f64::from(plan.burst) + until(start, clock.now()).as_secs_f64() * plan.per_10_000_s as f64 / 10_000.0;
    let used = f64::from(remote.allowed) / possible;
    (remote, used)
}

#[tokio::test]
async fn a_backlog_is_never_refused_and_uses_nearly_all() {
    for plan in [Rate { per_10_000_s: 56, burst: 20 }, Rate { per_10_000_s: 5_000, burst: 30 }] {
        let (remote, used) = backlog(plan, &[]).await;
        assert_eq!(remote.refused, 0, "{plan:?}");
        assert!(used >= 0.95, "{plan:?}: {used}");
    }
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let plan = Rate { per_10_000_s: 56, burst: 20 };
    let (remote, used) = backlog(plan, &[5, 19, 20, 21, 50]).await;
    assert_eq!(remote.refused, 0);
    assert!(used >= 0.95, "{used}");
    // A fast operation is saved once a second only, so a restart in between may cost it a little.
    let plan = Rate { per_10_000_s: 50_000, burst: 10 };
    let (remote, used) = backlog(plan, &[9, 1000, 1003, 20_000]).await;
    assert_eq!(remote.refused, 0);
    assert!(used >= 0.95, "{used}");
}

#[tokio::test]
async fn a_remote_that_allows_less_is_followed_and_tried_again_later() {
    let plan = Rate { per_10_000_s: 5_000, burst: 30 };
    let clock = leap();
    let memory = Arc::new(Memory::default());
    let limit = quota(plan, &clock, &memory);
    let mut remote = Remote::new(Rate { per_10_000_s: 2_500, burst: 10 }, clock.now());
    for _ in 0..1000 {
        limit.take("op").await;
        if !remote.call(clock.now()) {
            limit.refused("op", None).await;
        }
    }
    // It probes for more now and then; most calls must still get through.
    assert!(remote.refused > 0 && remote.refused < 100, "{}", remote.refused);
    remote.per_10_000_s = 5_000;
    remote.burst = 30;
    for _ in 0..500 {
        limit.take("op").await;
        remote.call(clock.now());
    }
    let start = clock.now();
    for _ in 0..100 {
        limit.take("op").await;
    }
    let seconds = until(start, clock.now()).as_secs_f64();
    assert!(seconds < 100.0 / 0.5 * 1.05, "back at the plan: {seconds}");
}

#[tokio::test]
async fn a_told_rate_is_believed_only_after_a_while() {
    let plan = Rate { per_10_000_s: 5_000, burst: 2 };
    let clock = leap();
    let memory = Arc::new(Memory::default());
    let limit = quota(plan, &clock, &memory);
    let pace = async |calls: u32| {
        let start = clock.now();
        for _ in 0..calls {
            limit.take("op").await;
        }
        until(start, clock.now()).as_secs_f64() / f64::from(calls)
    };
    pace(5).await;
    limit.told("op", "0.1");
    limit.told("op", "garbage");
    assert!(pace(10).await < 2.1, "once is a rumour");
    for _ in 0..3 {
        limit.told("op", "0.1");
    }
    assert!((9.9..11.0).contains(&pace(10).await));
    for _ in 0..9 {
        limit.told("op", "2.0");
    }
    assert!(pace(10).await > 9.9, "more is believed later than less");
    limit.told("op", "2.0");
    assert!(pace(20).await < 0.6);
    limit.refused("op", None).await;
    assert!(pace(20).await > 1.9, "and given up at the first refusal");
}

#[tokio::test]
async fn the_first_come_go_first_and_the_important_before_them() {
    let plan = Rate { per_10_000_s: 10_000, burst: 2 };
    let clock = clock();
    let memory = Arc::new(Memory::default());
    let limit = Arc::new(quota(plan, &clock, &memory));
    limit.take("op").await;
    let order: Arc<Mutex<Vec<&str>>> = Arc::default();
    let mut tasks = Vec::new();
    for (name, priority) in [("a", 0), ("b", 0), ("c", 0), ("orders", 5)] {
        let (limit, order) = (Arc::clone(&limit), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            at_priority(priority, limit.take("op")).await;
            order.lock().unwrap().push(name);
        }));
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), ["orders", "a", "b", "c"]);
    let usage = limit.usage();
    assert_eq!((usage[0].calls, usage[0].waits, usage[0].waiting), (5, 4, 0));
    assert!(usage[0].waited > Duration::from_secs(6));
}

#[tokio::test]
async fn a_waiter_that_gives_up_leaves_the_queue() {
    let plan = Rate { per_10_000_s: 56, burst: 2 };
    let clock: SharedClock = Arc::new(flowrun::clock::SystemClock);
    let limit = Quota::new("a", &operation(plan), clock, Arc::new(flowrun::connectors::quota::NoMemory));
    limit.take("op").await;
    assert!(tokio::time::timeout(Duration::from_millis(20), limit.take("op")).await.is_err());
    assert_eq!((limit.usage()[0].waiting, limit.usage()[0].calls), (0, 1));
}
