//! Records that wait for something that is not there yet: a refund for its order, a payment for its invoice. A record that
//! waits is settled for its run, so that nothing is held up by it, and its content is in the ledger. Later runs take it up
//! again before they read their source, with growing pauses, until it goes on or its time is over.
//!
//! The entry is there from before the record is settled as waiting until it is settled otherwise, in one commit each. So a
//! crash in between takes it up again. A newer version of the record replaces what waits as soon as anything is kept of it.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use super::context::{Context, Halt};
use super::event::{Event, Settled};
use super::feed::Batch;
use super::record::{Failure, Identity, Job, Origin};
use super::trail::Trail;
use crate::clock::{after, until};
use crate::diag::{Code, Span};
use crate::plan::wait;
use crate::store::{self, HistoryEvent, RecordEntry, RecordStatus, StoreError, Table, WaitEntry, key};
use crate::value::json;

/// Entries that are looked at together.
const PAGE: usize = 200;

/// What waits for one record, as a run finds it.
pub(super) struct Waited {
    key: Vec<u8>,
    entry: WaitEntry,
}

/// What a flow says of a record that cannot go on yet.
#[derive(Debug)]
pub(super) struct NotYet {
    /// Why.
    pub(super) reason: String,
    /// Where the flow says so.
    pub(super) at: Span,
    /// How long at most.
    pub(super) patience: Duration,
}

/// The next records that are due, and where to go on behind them.
pub(super) fn page(
    ctx: &Context<'_>,
    from: Option<&[u8]>,
    number: u64,
) -> Result<(Batch, Option<Vec<u8>>), StoreError> {
    let prefix = key::join(&[&ctx.plan.flow]);
    let entries = store::list::<WaitEntry>(ctx.store(), &prefix, from, PAGE)?;
    let last = if entries.len() == PAGE { entries.last().map(|(key, _)| key.clone()) } else { None };
    let now = ctx.now();
    let mut jobs = VecDeque::new();
    for (_, entry) in entries {
        // A flow that has changed may know better.
        if entry.next > now && entry.flow_version == ctx.plan.version && !ctx.config.waiting_now {
            continue;
        }
        let unreadable = |_| StoreError::Entry { detail: format!("the waiting record `{}` is not JSON", entry.key) };
        let value = json::parse(&ctx.deps.sealer.open(&entry.record)?).map_err(unreadable)?;
        let value = ctx.plan.group.as_ref().map_or(value.clone(), |group| group.restore(&value));
        jobs.push_back(Job {
            key: entry.key,
            value,
            unusable: None,
            page: number,
            origin: Origin::Waiting(entry.version),
        });
    }
    let drained = last.is_none();
    Ok((Batch { jobs, next: None, drained }, last))
}

impl Waited {
    /// What waits for a record, if anything can.
    pub(super) fn find(
        ctx: &Context<'_>,
        lane: &[u8],
        before: Option<&RecordEntry>,
    ) -> Result<Option<Self>, StoreError> {
        // A record that is settled otherwise has left nothing behind.
        let may = |before: &RecordEntry| matches!(before.status, RecordStatus::Waiting { .. } | RecordStatus::Open);
        if !before.is_some_and(may) {
            return Ok(None);
        }
        Ok(store::read(ctx.store(), lane)?.map(|entry| Self { key: lane.to_vec(), entry }))
    }

    /// Whether this version of the record is what waits.
    pub(super) fn is(&self, version: &str) -> bool {
        self.entry.version == version
    }

    /// Lets a newer version wait in its place: from the first commit on there is nothing else to go on with.
    pub(super) fn replace(&mut self, ctx: &Context<'_>, trail: &mut Trail<'_>, job: &Job, record: &Identity<'_>) {
        self.entry.version.clone_from(&record.version);
        self.entry.record = ctx.deps.sealer.seal(json::to_string(&job.value).as_bytes());
        trail.put(self.key.clone(), &self.entry);
    }

    /// Nothing waits any more.
    pub(super) fn end(&self, trail: &mut Trail<'_>) {
        trail.remove(Table::Waiting, self.key.clone());
    }
}

/// Lets a record wait, or says why it has waited long enough.
pub(super) async fn hold(
    ctx: &Context<'_>,
    trail: &mut Trail<'_>,
    job: &Job,
    record: &Identity<'_>,
    waited: Option<&Waited>,
    not_yet: NotYet,
) -> Result<Result<Settled, Failure>, Halt> {
    let (plan, now) = (ctx.plan, ctx.now());
    let NotYet { reason, at, patience } = not_yet;
    // What was only held back has not begun to wait.
    let waited = waited.filter(|waited| waited.entry.tries > 0);
    let since = waited.map_or(now, |waited| waited.entry.since);
    let tries = waited.map_or(0, |waited| waited.entry.tries) + 1;
    let last = after(since, patience);
    if now >= last {
        let reason = format!("it has waited {}: {reason}", words(until(since, now)));
        let failure = Failure { code: Code::E615, at, reason, step: None, attempts: Vec::new(), found: Vec::new() };
        return Ok(Err(failure));
    }
    let next = after(now, wait::pause(tries)).min(last);
    let (_, line, _) = plan.place(at);
    let times = Times { since, next, until: last, tries };
    keep(ctx, trail, job, record, reason, line, times).await?;
    Ok(Ok(Settled::Waiting))
}

/// Lets a record that changed a short while ago wait until it may go on.
pub(super) async fn hold_back(
    ctx: &Context<'_>,
    trail: &mut Trail<'_>,
    job: &Job,
    record: &Identity<'_>,
    next: Timestamp,
) -> Result<Settled, Halt> {
    let reason = "it is held back, because it may still change".to_owned();
    let (_, line, _) = ctx.plan.place(ctx.plan.key.at);
    keep(ctx, trail, job, record, reason, line, Times { since: ctx.now(), next, until: next, tries: 0 }).await?;
    Ok(Settled::Waiting)
}

/// The times of a wait.
struct Times {
    since: Timestamp,
    next: Timestamp,
    until: Timestamp,
    tries: u32,
}

async fn keep(
    ctx: &Context<'_>,
    trail: &mut Trail<'_>,
    job: &Job,
    record: &Identity<'_>,
    reason: String,
    line: u32,
    Times { since, next, until, tries }: Times,
) -> Result<(), Halt> {
    let plan = ctx.plan;
    let entry = WaitEntry {
        flow: plan.flow.clone(),
        flow_version: plan.version.clone(),
        key: record.key.to_owned(),
        version: record.version.clone(),
        reason: reason.clone(),
        line,
        since,
        next,
        until,
        tries,
        record: ctx.deps.sealer.seal(json::to_string(&job.value).as_bytes()),
    };
    trail.put(key::join(&[&plan.flow, record.key]), &entry);
    let event = HistoryEvent::Waiting { reason: reason.clone(), next };
    trail.close(RecordStatus::Waiting { reason: reason.clone(), next }, event).await?;
    ctx.tally().reason(&reason);
    ctx.emit(|| Event::Waits { key: record.key.to_owned(), reason, next });
    Ok(())
}

/// A length of time for a clerk.
fn words(length: Duration) -> String {
    let seconds = length.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// What waits, for people: of one flow where it is named, in the order of the next try.
pub fn list(store: &dyn store::Store, flow: Option<&str>) -> Result<Vec<WaitEntry>, StoreError> {
    let prefix = flow.map(|flow| key::join(&[flow])).unwrap_or_default();
    let (mut found, mut from): (Vec<WaitEntry>, Option<Vec<u8>>) = (Vec::new(), None);
    loop {
        let entries = store::list::<WaitEntry>(store, &prefix, from.as_deref(), PAGE)?;
        let full = entries.len() == PAGE;
        for (key, entry) in entries {
            from = Some(key);
            found.push(entry);
        }
        if !full {
            found.sort_by(|a, b| (a.next, &a.key).cmp(&(b.next, &b.key)));
            return Ok(found);
        }
    }
}

/// When the first record of a flow is due again; `None` where none waits.
pub fn next(store: &dyn store::Store, flow: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(list(store, Some(flow))?.first().map(|entry| entry.next))
}
