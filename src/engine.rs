//! Runs a plan: reads records, takes each through the flow, writes what is due, and remembers all of it, so that
//! nothing is lost and nothing is doubled, whatever fails and whenever.
//!
//! # How the guarantee is kept
//!
//! - Before a write the ledger has the intent, after it the outcome, each on disk before the next thing depends on it
//!   (`step`, `trail`). An intent without an outcome is settled in the way that the operation declares.
//! - The cursor moves behind a page when every record of it and of all earlier pages is settled (`driver`). A crash
//!   anywhere leads back to the cursor; what was done is known to the ledger and not done again.
//! - A record that is as it was costs one look into the ledger. An older version never overwrites a newer one
//!   (`record`), and a document that many records write is written once (`step`).
//! - One lane per key, any number of keys side by side, up to the run's concurrency (`driver`, `context`).
//! - A record that needs what is not there yet waits in the ledger, and later runs take it up again (`waiting`).
//! - Retries, pauses, the circuit breaker and the budget of retries are in `call` and `gate`. What the remote refuses
//!   becomes a dead letter; what the remote's absence prevents stays unsettled.
//!
//! # Memory
//!
//! A run holds at most two pages of its source; of their records at most [`RunConfig::concurrency`] are worked on at
//! once, the others wait as they came. Cached lookups are bounded by their number, locks by the records in flight,
//! counts by reason by the number of reasons.

mod audit;
mod bulk;
mod call;
mod context;
mod dead_letter;
mod digest;
mod driver;
pub mod erase;
pub mod event;
mod feed;
mod gate;
mod gather;
pub mod inspect;
mod joined;
mod late;
mod locks;
mod lookup;
mod lookup_cache;
pub mod quota_memory;
mod record;
mod replay;
pub mod report;
mod step;
mod trail;
mod veil;
pub mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

pub use context::Shared;
pub use dead_letter::discard;
pub use event::{Event, Settled};
pub use quota_memory::StoreQuota;
pub use replay::replay;
pub use report::{Counts, Outcome, RunReport, TargetCounts};

use crate::clock::SharedClock;
use crate::connectors::Connection;
use crate::plan::Plan;
use crate::store::seal::Sealer;
use crate::store::{self, Batch, CursorEntry, RunEntry, Store, StoreError, Table, key};
use crate::value::Value;
use context::Context;
use feed::Feed;

/// What a run works with.
#[derive(Clone)]
pub struct Deps {
    /// The ledger.
    pub store: Arc<dyn Store>,
    /// The remotes, by the names that flows call them.
    pub connections: BTreeMap<String, Connection>,
    /// The time.
    pub clock: SharedClock,
    /// Seals the records of dead letters.
    pub sealer: Arc<Sealer>,
    /// The values of the plan's parameters, in order.
    pub params: Arc<[Value]>,
    /// The environment's name.
    pub environment: String,
    /// Who wants to know what happens.
    pub events: Option<mpsc::UnboundedSender<Event>>,
    /// What all runs of the process share.
    pub shared: Arc<Shared>,
}

/// How to run.
#[derive(Debug, Clone)]
pub struct RunConfig {
    /// Stop after so many records that needed work; those that are unchanged do not count, so that one limited run
    /// after the other gets on.
    pub limit: Option<u64>,
    /// How far back the very first read goes.
    pub since: Timestamp,
    /// Read from here, whatever the cursor says. The cursor is not moved then, because nobody knows what lies between
    /// it and this instant; what such a run does again is known to the ledger.
    pub from: Option<Timestamp>,
    /// Write nothing anywhere; tell what would be written.
    pub dry_run: bool,
    /// How many records are worked on at once.
    pub concurrency: usize,
    /// How long a remote may be away before the run gives up.
    pub patience: Duration,
    /// Turns true when the run is to stop.
    pub stop: watch::Receiver<bool>,
    /// How long records in flight may go on after that.
    pub drain: Duration,
    /// Try all records that wait for something now, whenever their next try is due.
    pub waiting_now: bool,
    /// The seed of the pauses' randomness.
    pub jitter_seed: u64,
    /// Who runs it, for the audit trail.
    pub actor: String,
}

impl RunConfig {
    /// As usual, with the first read from `since` on.
    #[must_use]
    pub fn new(since: Timestamp) -> Self {
        Self {
            limit: None,
            since,
            from: None,
            dry_run: false,
            concurrency: 16,
            patience: Duration::from_secs(15 * 60),
            stop: watch::channel(false).1,
            drain: Duration::from_secs(30),
            waiting_now: false,
            jitter_seed: 0,
            actor: String::new(),
        }
    }
}

/// Runs a flow until its source has nothing more, or something ends it. Dropping the future is a crash as good as any:
/// the next run goes on from what the ledger knows.
pub async fn run(plan: Arc<Plan>, deps: &Deps, config: RunConfig) -> RunReport {
    let ctx = match begin(&plan, deps, &config).await {
        Ok(ctx) => ctx,
        Err(report) => return *report,
    };
    let cursor = match config.from {
        Some(_) => Ok(None),
        None => store::read::<CursorEntry>(ctx.store(), &key::join(&[&plan.flow])),
    };
    let outcome = match cursor {
        Ok(cursor) => read(&ctx, cursor.map(|cursor| cursor.position)).await,
        Err(error) => Outcome::StoreFailed(error),
    };
    end(ctx, outcome).await
}

/// Takes what the source has through the flow: record by record, or group by group.
async fn read(ctx: &Context<'_>, cursor: Option<String>) -> Outcome {
    if let Err(halt) = joined::read(ctx).await {
        return halt.outcome();
    }
    let Some(group) = &ctx.plan.group else {
        let outcome = driver::drive(ctx, Feed::Source, cursor).await;
        // A run that someone bounds, or that is there to look, does no more than it was told.
        let plain = ctx.config.from.is_none() && ctx.config.limit.is_none() && !ctx.config.dry_run;
        return if plain && outcome == Outcome::Done { late::look_again(ctx).await } else { outcome };
    };
    match gather::gather(ctx, group, cursor.clone()).await {
        Ok(groups) => driver::drive(ctx, Feed::Groups(&groups), cursor).await,
        Err(halt) => halt.outcome(),
    }
}

/// Says that a run begins.
async fn begin<'a>(plan: &'a Plan, deps: &'a Deps, config: &'a RunConfig) -> Result<Context<'a>, Box<RunReport>> {
    let started = deps.clock.now();
    let failed = |run: &str, error: StoreError| {
        Box::new(RunReport {
            run: run.to_owned(),
            flow: plan.flow.clone(),
            outcome: Outcome::StoreFailed(error),
            counts: Counts::default(),
            by_reason: BTreeMap::new(),
            targets: BTreeMap::new(),
            started,
            ended: started,
        })
    };
    let run = new_id(&*deps.store, &plan.flow, started).map_err(|error| failed("", error))?;
    let ctx = Context::new(plan, deps, config, run, started);
    if !config.dry_run {
        let mut batch = Batch::default();
        batch.put(key::join(&[&ctx.run]), &entry(&ctx));
        deps.store.commit(batch).await.map_err(|error| failed(&ctx.run, error))?;
    }
    tracing::info!(flow = %plan.flow, run = %ctx.run, dry = config.dry_run, "run begins");
    ctx.emit(|| Event::Started { run: ctx.run.clone(), flow: plan.flow.clone() });
    Ok(ctx)
}

/// Says that it is over.
async fn end(ctx: Context<'_>, mut outcome: Outcome) -> RunReport {
    let ended = ctx.now();
    let mut entry = entry(&ctx);
    entry.ended = Some(ended);
    entry.outcome = Some(outcome.to_string());
    let mut batch = Batch::default();
    batch.put(key::join(&[&ctx.run]), &entry);
    if !matches!(outcome, Outcome::StoreFailed(_))
        && !ctx.config.dry_run
        && let Err(error) = ctx.store().commit(batch).await
    {
        outcome = Outcome::StoreFailed(error);
    }
    tracing::info!(flow = %ctx.plan.flow, run = %ctx.run, %outcome, "run ends");
    let tally = std::mem::take(&mut *ctx.tally());
    RunReport {
        run: ctx.run.clone(),
        flow: ctx.plan.flow.clone(),
        outcome,
        counts: tally.counts,
        by_reason: tally.by_reason,
        targets: tally.targets,
        started: ctx.started,
        ended,
    }
}

fn entry(ctx: &Context<'_>) -> RunEntry {
    RunEntry {
        id: ctx.run.clone(),
        flow: ctx.plan.flow.clone(),
        flow_version: ctx.plan.version.clone(),
        environment: ctx.deps.environment.clone(),
        started: ctx.started,
        ended: None,
        outcome: None,
        counts: ctx.tally().counts.named(),
    }
}

/// An id that sorts by the run's start; runs of one flow that begin in one instant are numbered.
fn new_id(store: &dyn Store, flow: &str, started: Timestamp) -> Result<String, StoreError> {
    let base = format!("{}-{flow}", started.strftime("%Y%m%dT%H%M%S%.6fZ"));
    let mut id = base.clone();
    let mut number = 1;
    while store.get(Table::Run, &key::join(&[&id]))?.is_some() {
        number += 1;
        id = format!("{base}-{number}");
    }
    Ok(id)
}
