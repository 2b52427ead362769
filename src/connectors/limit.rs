//! A limit that all calls to a system share: never more than so many in any stretch of so long, which holds for fixed windows wherever they
//! begin and for leaking buckets alike; and never against what its headers say.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::contract::ConnectorError;
use super::http::Answer;
use super::settings::{self, Settings};
use crate::clock::{SharedClock, after, until};

/// Calls that travel at different speeds may arrive closer together than they were sent.
const SLACK: Duration = Duration::from_millis(250);

/// The limit with what was used of it.
#[derive(Debug)]
pub(super) struct Limit {
    clock: SharedClock,
    plan: Option<(usize, Duration)>,
    /// Only the first in this queue looks and waits; it is fair.
    gate: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// The calls and the time that a setting such as `60/60s`, or `60` for a minute, tells; `None` where it is `off`.
pub(super) fn plan(text: &str) -> Option<(usize, Duration)> {
    let (calls, span) = text.split_once('/').unwrap_or((text, "60s"));
    let calls = calls.trim().parse::<usize>().ok().filter(|calls| (1..=1_000_000).contains(calls));
    calls.zip(settings::duration(span.trim()))
}

#[derive(Debug, Default)]
struct State {
    taken: VecDeque<Timestamp>,
    not_before: Option<Timestamp>,
}

impl Limit {
    /// From the setting: `60/60s`, `60` for a minute, or `off`.
    pub(super) fn new(settings: &Settings<'_>, clock: SharedClock) -> Result<Self, ConnectorError> {
        let text = settings.text("limit");
        let plan = if text.eq_ignore_ascii_case("off") {
            None
        } else {
            Some(
                plan(text)
                    .ok_or_else(|| settings.wrong("limit", format!("is `{text}`, but must be like 60/60s, or off")))?,
            )
        };
        Ok(Self { clock, plan, gate: tokio::sync::Mutex::new(()), state: Mutex::new(State::default()) })
    }

    /// Waits until a call may be made.
    pub(super) async fn take(&self) {
        let _first = self.gate.lock().await;
        loop {
            let now = self.clock.now();
            match self.try_take(now) {
                None => return,
                Some(at) => self.clock.sleep_until(at).await,
            }
        }
    }

    fn try_take(&self, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.lock();
        let held = state.not_before.filter(|at| *at > now);
        let full = self.plan.and_then(|(calls, span)| {
            let span = span + SLACK;
            while state.taken.front().is_some_and(|at| until(*at, now) >= span) {
                state.taken.pop_front();
            }
            state.taken.front().filter(|_| state.taken.len() >= calls).map(|first| after(*first, span))
        });
        let wait = held.max(full);
        if wait.is_none() && self.plan.is_some() {
            state.taken.push_back(now);
        }
        wait
    }

    /// Learns from the headers of an answer: nothing is left, or not before.
    pub(super) fn learn(&self, answer: &Answer, retry_after: Option<Duration>) {
        let now = self.clock.now();
        let remaining = ["ratelimit-remaining", "x-ratelimit-remaining", "x-tokens-remaining"];
        let none_left = remaining.iter().find_map(|name| answer.header(name)) == Some("0");
        let reset = if none_left || answer.status == 429 { self.reset(answer) } else { None };
        let wait = retry_after.max(reset);
        if let Some(wait) = wait {
            let mut state = self.lock();
            state.not_before = state.not_before.max(Some(after(now, wait)));
        }
    }

    /// How long until the limit is reset: told in seconds, or as an instant in seconds or milliseconds since 1970.
    pub(super) fn reset(&self, answer: &Answer) -> Option<Duration> {
        let names = ["ratelimit-reset", "x-ratelimit-reset", "x-retry-after"];
        let number: i64 = names.iter().find_map(|name| answer.header(name))?.parse().ok()?;
        let wait = match number {
            100_000_000_000.. => until(self.clock.now(), Timestamp::from_millisecond(number).ok()?),
            1_000_000_000.. => until(self.clock.now(), Timestamp::from_second(number).ok()?),
            seconds => Duration::from_secs(u64::try_from(seconds).ok()?),
        };
        Some(wait.min(Duration::from_secs(3600)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
