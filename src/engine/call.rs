//! One call to a remote, with all the tries that it takes. Only here is it decided whether to try again, and when.

use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::context::{Context, Halt, Slot};
use super::event::Event;
use crate::clock::{after, until};
use crate::connectors::{ConnectorError, ErrorKind};
use crate::plan::RetryPolicy;
use crate::store::Attempt;

/// Tries that a dead letter shows; throttled ones could be without number.
const SHOWN: usize = 30;

/// What is called, and for whom.
pub(super) struct Call<'c> {
    /// The connection.
    pub(super) connection: &'c str,
    /// The record's key; empty where the source is read.
    pub(super) key: &'c str,
    /// The step, the lookup or the source, for messages.
    pub(super) step: &'c str,
    /// When to give up.
    pub(super) patience: Patience,
    /// Whether an earlier try may have reached the remote already.
    pub(super) repeat: bool,
}

/// When to give up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// After so many tries; the record cannot go on.
    Tries(RetryPolicy),
    /// As [`Patience::Tries`], and at once when it is not known whether a try was made.
    Once(RetryPolicy),
    /// When the remote has failed for as long as the run is patient; then the run cannot go on.
    Time(RetryPolicy),
}

impl Patience {
    pub(super) fn policy(self) -> RetryPolicy {
        match self {
            Patience::Tries(policy) | Patience::Once(policy) | Patience::Time(policy) => policy,
        }
    }
}

/// A call that went through.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) value: T,
    pub(super) attempts: u32,
    /// The tries that did not, with when the next was due.
    pub(super) failed: Vec<(Attempt, Timestamp)>,
}

/// A call that did not.
#[derive(Debug, Clone)]
pub(super) enum CallError {
    /// The run is ending.
    Halt(Halt),
    /// The remote said no.
    Refused(ConnectorError, Vec<Attempt>),
    /// All tries are used up.
    Exhausted(ConnectorError, Vec<Attempt>),
    /// The remote may have done it, and must not be asked again.
    Unsettled(ConnectorError, Vec<Attempt>),
}

impl From<Halt> for CallError {
    fn from(halt: Halt) -> Self {
        CallError::Halt(halt)
    }
}

/// Calls until it goes through, is refused, or patience ends. `make` gets whether an earlier try may have reached the
/// remote.
pub(super) async fn call<T>(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    call: Call<'_>,
    make: impl Fn(bool) -> BoxFuture<'static, Result<T, ConnectorError>> + Send + Sync,
) -> Result<Answered<T>, CallError> {
    let gate = ctx.gate(call.connection);
    let policy = call.patience.policy();
    let mut failed: Vec<(Attempt, Timestamp)> = Vec::new();
    let (mut failures, mut throttles, mut made, mut repeat) = (0_u32, 0_u32, 0_u32, call.repeat);
    let mut failing_since = None;
    loop {
        let pass = match gate.pass() {
            Some(pass) => pass,
            None => slot.rest(gate.wait(ctx)).await?,
        };
        made += 1;
        let outcome = make(repeat).await;
        gate.report(ctx, pass, outcome.as_ref().err());
        let error = match outcome {
            Ok(value) => return Ok(Answered { value, attempts: made, failed }),
            Err(error) => error,
        };
        let now = ctx.now();
        let attempt =
            Attempt { at: now, error: error.to_string(), status: error.status, request_id: error.request_id.clone() };
        let tries = |failed: Vec<(Attempt, Timestamp)>, last: Attempt| {
            failed.into_iter().map(|(attempt, _)| attempt).chain([last]).collect::<Vec<_>>()
        };
        let mut next = match error.kind {
            ErrorKind::Auth | ErrorKind::Bug => return Err(Halt::of_connection(call.connection, &error).into()),
            ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Conflict => {
                return Err(CallError::Refused(error, tries(failed, attempt)));
            }
            ErrorKind::Throttled(delay) => {
                throttles += 1;
                ctx.tally().counts.waits += 1;
                let spread = ctx.jitter.full(pause(policy, throttles));
                after(now, delay.unwrap_or_default().saturating_add(spread))
            }
            ErrorKind::Transient | ErrorKind::Unreachable => {
                failures += 1;
                repeat = true;
                // Where a good part of all calls fails, a record that was unlucky so often is still just unlucky.
                let allowed = if gate.is_shaky() { policy.retries.saturating_mul(2) } else { policy.retries };
                match call.patience {
                    Patience::Once(_) => return Err(CallError::Unsettled(error, tries(failed, attempt))),
                    Patience::Tries(_) if failures > allowed => {
                        return Err(CallError::Exhausted(error, tries(failed, attempt)));
                    }
                    Patience::Time(_)
                        if until(*failing_since.get_or_insert(now), now) >= ctx.config.patience && failures > 1 =>
                    {
                        return Err(Halt::of_connection(call.connection, &error).into());
                    }
                    _ => {}
                }
                after(now, ctx.jitter.full(pause(policy, failures)))
            }
        };
        ctx.tally().counts.retries += 1;
        next = next.max(gate.retry_from(now));
        ctx.emit(|| Event::Retrying {
            key: call.key.to_owned(),
            step: call.step.to_owned(),
            connection: call.connection.to_owned(),
            error: attempt.error.clone(),
            next,
        });
        if failed.len() >= SHOWN {
            failed.remove(0);
        }
        failed.push((attempt, next));
        slot.rest(ctx.sleep_until(next)).await?;
    }
}

/// The longest pause after so many failures.
pub(super) fn pause(policy: RetryPolicy, failures: u32) -> Duration {
    policy.first.saturating_mul(1_u32 << failures.saturating_sub(1).min(20)).min(policy.longest)
}
