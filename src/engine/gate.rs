//! A gate before each connection, shared by all runs: the circuit breaker and the budget of retries. It is what keeps
//! an outage an outage, and not a storm of tries with a heap of dead letters after it.
//!
//! **Breaker.** After [`TRIP`] failures in a row, of whichever records, the gate shuts: everything for that connection
//! waits, without using up its retries. One of the waiting probes, with growing pauses of up to [`LONGEST`]. When the
//! probe goes through, that one tries its own call while the rest still wait; only if that goes through too does the
//! gate open. So a remote that answers probes but no writes gets one write at a time, with pauses, and the record that
//! was tried uses up one retry: a record that the remote always chokes on cannot keep the gate shut for ever, because
//! it runs out of retries and becomes a dead letter. How long the remote was away is counted from the last answer,
//! also to a probe; a run whose patience is over ends.
//!
//! **Budget.** Each good call earns a quarter of a retry, so that of all calls in the long run at most a fifth are
//! retries; [`FLOOR`] of them are there from the start, so that short runs are not slowed down. When they are used up,
//! one a second is still made: nothing waits for ever.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::OwnedMutexGuard;

use super::context::{Context, Halt};
use super::event::Event;
use crate::clock::{after, until};
use crate::connectors::{ConnectorError, ErrorKind};

/// Failures in a row that shut the gate.
const TRIP: u32 = 5;
/// The first pause between probes.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause between probes.
const LONGEST: Duration = Duration::from_secs(60);
/// Retries that are there from the start, and the most that can be saved up.
const FLOOR: u32 = 50;
/// What a good call earns, in parts of a retry.
const EARNS: u32 = 1;
/// How many such parts make a retry.
const PARTS: u32 = 4;
/// Calls over which the share of failures is averaged.
const WINDOW: f64 = 100.0;

/// The gate before one connection.
#[derive(Debug)]
pub(super) struct Gate {
    name: String,
    state: Mutex<State>,
    /// Held by the one that probes.
    probing: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct State {
    failures: u32,
    shut: Option<Shut>,
    parts: u32,
    next_retry: Timestamp,
    calls: u64,
    failing: f64,
}

#[derive(Debug, Clone)]
struct Shut {
    /// When the remote answered last, or when the gate was shut.
    silent_since: Timestamp,
    tries: u32,
    error: String,
}

/// Leave to make one call.
#[derive(Debug)]
pub(super) enum Pass {
    /// The gate is open.
    Open,
    /// The gate is shut, and this call decides whether it opens. Dropped without a report, the next in line probes.
    Trial(#[allow(dead_code, reason = "held, not read: its end lets the next one try")] OwnedMutexGuard<()>),
}

impl Gate {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            state: Mutex::new(State {
                failures: 0,
                shut: None,
                parts: FLOOR * PARTS,
                next_retry: Timestamp::MIN,
                calls: 0,
                failing: 0.0,
            }),
            probing: Arc::default(),
        }
    }

    /// Whether calls have to wait.
    pub(super) fn is_shut(&self) -> bool {
        self.state().shut.is_some()
    }

    /// Whether so many calls fail that a record's used-up retries say little about the record.
    pub(super) fn is_shaky(&self) -> bool {
        let state = self.state();
        state.calls as f64 >= WINDOW / 2.0 && state.failing >= 0.1
    }

    /// Leave, if nobody has to wait.
    pub(super) fn pass(&self) -> Option<Pass> {
        (!self.is_shut()).then_some(Pass::Open)
    }

    /// Waits until a call may be made.
    pub(super) async fn wait(&self, ctx: &Context<'_>) -> Result<Pass, Halt> {
        ctx.tally().counts.waits += 1;
        let turn = ctx.unless_halted(async { Ok(Arc::clone(&self.probing).lock_owned().await) }).await?;
        loop {
            let Some(shut) = self.state().shut.clone() else { return Ok(Pass::Open) };
            let pause = FIRST.saturating_mul(1 << shut.tries.min(6)).min(LONGEST);
            ctx.sleep_until(after(ctx.now(), ctx.jitter.upper_half(pause))).await?;
            if self.probe(ctx).await? {
                return Ok(Pass::Trial(turn));
            }
        }
    }

    /// Whether the remote answers.
    async fn probe(&self, ctx: &Context<'_>) -> Result<bool, Halt> {
        let connection = ctx.connection(&self.name)?;
        let outcome = ctx.unless_halted(async { Ok(connection.probe().await) }).await?;
        let error = match outcome {
            Err(error) if matches!(error.kind, ErrorKind::Auth | ErrorKind::Bug) => {
                return Err(Halt::of_connection(&self.name, &error));
            }
            Err(error) if is_outage(&error) => error,
            Ok(()) | Err(_) => {
                if let Some(shut) = &mut self.state().shut {
                    shut.silent_since = ctx.now();
                }
                return Ok(true);
            }
        };
        let message = error.to_string();
        let since = {
            let mut state = self.state();
            let Some(shut) = &mut state.shut else { return Ok(true) };
            shut.tries += 1;
            shut.error.clone_from(&message);
            shut.silent_since
        };
        // An earlier run may have found it shut; this one's patience starts with this one.
        if until(since.max(ctx.started), ctx.now()) >= ctx.config.patience {
            return Err(Halt::Remote { connection: self.name.clone(), message });
        }
        ctx.emit(|| Event::StillPaused { connection: self.name.clone(), since, error: message });
        Ok(false)
    }

    /// Learns from a call.
    pub(super) fn report(&self, ctx: &Context<'_>, pass: Pass, error: Option<&ConnectorError>) {
        let outage = error.filter(|error| is_outage(error));
        let (mut paused, mut resumed) = (None, false);
        {
            let mut state = self.state();
            state.calls += 1;
            state.failing += (f64::from(u8::from(outage.is_some())) - state.failing) / WINDOW.min(state.calls as f64);
            match outage {
                None => {
                    state.failures = 0;
                    state.parts = (state.parts + EARNS).min(FLOOR * PARTS);
                    resumed = state.shut.take().is_some();
                }
                Some(error) => {
                    state.failures = state.failures.saturating_add(1);
                    let trips = state.failures >= TRIP;
                    let message = error.to_string();
                    match (&mut state.shut, &pass) {
                        (Some(shut), Pass::Trial(_)) => {
                            shut.tries += 1;
                            shut.error = message;
                        }
                        (None, _) if trips => {
                            state.shut = Some(Shut { silent_since: ctx.now(), tries: 0, error: message.clone() });
                            paused = Some(message);
                        }
                        _ => {}
                    }
                }
            }
        }
        if let Some(error) = paused {
            tracing::warn!(connection = %self.name, %error, "paused: too many failures in a row");
            ctx.emit(|| Event::Paused { connection: self.name.clone(), error });
        }
        if resumed {
            tracing::info!(connection = %self.name, "resumed");
            ctx.emit(|| Event::Resumed { connection: self.name.clone() });
        }
        drop(pass);
    }

    /// From when on a retry may be made; takes it from the budget.
    pub(super) fn retry_from(&self, now: Timestamp) -> Timestamp {
        let mut state = self.state();
        if state.parts >= PARTS {
            state.parts -= PARTS;
            return now;
        }
        state.next_retry = after(state.next_retry.max(now), Duration::from_secs(1));
        state.next_retry
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it may be the remote that is in trouble and not what it was asked.
fn is_outage(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::Transient | ErrorKind::Unreachable)
}
