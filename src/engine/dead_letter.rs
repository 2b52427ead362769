//! Records that stopped: written with all that is needed to understand and replay them, closed by a later success or by
//! an operator.

use jiff::Timestamp;

use super::audit;
use super::context::{Context, Halt};
use super::digest;
use super::event::Event;
use super::record::{Failure, Identity, Job};
use super::trail::Trail;
use crate::clock::Clock;
use crate::store::{
    self, Batch, DeadLetter, DeadLetterState, FoundPlace, HistoryEntry, HistoryEvent, RecordEntry, RecordStatus, Store,
    StoreError, key,
};
use crate::value::json;

/// Dead letters of one record that are looked at; there is one per version that stopped.
const MOST: usize = 10_000;

/// How the ids of all dead letters of one record begin. They sort by flow and then by record, and they are made from
/// what stopped, so that a crash on the way cannot make two of one.
pub(super) fn prefix(flow: &str, key: &str) -> String {
    let mut hash = digest::of_parts(&[key.as_bytes()]);
    hash.truncate(16);
    format!("{flow}-{hash}-")
}

/// Closes the open dead letters whose id begins with `prefix`.
pub(super) fn resolve(
    ctx: &Context<'_>,
    trail: &mut Trail<'_>,
    prefix: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (key, mut letter) in store::list::<DeadLetter>(ctx.store(), prefix.as_bytes(), None, MOST)? {
        if letter.state == DeadLetterState::Open {
            letter.state = DeadLetterState::Resolved { at: now };
            trail.put(key, &letter);
        }
    }
    Ok(())
}

/// Writes a dead letter, and with it that the record is settled.
pub(super) async fn bury(
    ctx: &Context<'_>,
    mut trail: Trail<'_>,
    job: &Job,
    record: &Identity<'_>,
    failure: Failure,
) -> Result<(), Halt> {
    let plan = ctx.plan;
    let id = format!("{}{}", prefix(&plan.flow, record.key), record.version.get(..8).unwrap_or_default());
    let (file, line, column) = plan.place(failure.at);
    let start = u32::try_from(plan.source_text.part(failure.at.start).start).unwrap_or_default();
    let letter = DeadLetter {
        id: id.clone(),
        flow: plan.flow.clone(),
        flow_version: plan.version.clone(),
        key: record.key.to_owned(),
        version: record.version.clone(),
        stamp: record.stamp,
        state: DeadLetterState::Open,
        cause: failure.code.name().to_owned(),
        reason: failure.reason.clone(),
        step: failure.step.clone(),
        file: file.to_string(),
        line,
        column,
        span: Some((failure.at.start - start, failure.at.end - start)),
        found: failure.found.into_iter().map(|found| FoundPlace { path: found.path, value: found.value }).collect(),
        attempts: failure.attempts,
        at: ctx.now(),
        record: ctx.deps.sealer.seal(json::to_string(&job.value).as_bytes()),
    };
    trail.put(key::join(&[&id]), &letter);
    let reason = failure.reason;
    let event = HistoryEvent::DeadLettered { id: id.clone(), reason: reason.clone() };
    trail.close(RecordStatus::DeadLettered { id: id.clone() }, event).await?;
    tracing::info!(flow = %plan.flow, %id, cause = %letter.cause, "dead letter");
    ctx.tally().reason(&reason);
    ctx.emit(|| Event::DeadLettered { id, key: record.key.to_owned(), cause: letter.cause, reason });
    Ok(())
}

/// An operator's decision that a dead letter needs nothing more. `false` if it is not there or not open.
pub async fn discard(
    store: &dyn Store,
    id: &str,
    reason: &str,
    actor: &str,
    clock: &dyn Clock,
) -> Result<bool, StoreError> {
    let letter_key = key::join(&[id]);
    let Some(mut letter) = store::read::<DeadLetter>(store, &letter_key)? else { return Ok(false) };
    if letter.state != DeadLetterState::Open {
        return Ok(false);
    }
    let now = clock.now();
    letter.state = DeadLetterState::Discarded { at: now, reason: reason.to_owned() };
    let mut batch = Batch::default();
    batch.put(letter_key, &letter);
    let record_key = key::join(&[&letter.flow, &letter.key]);
    if let Some(mut record) = store::read::<RecordEntry>(store, &record_key)? {
        let event = HistoryEvent::Operator { action: "discard".to_owned(), reason: Some(reason.to_owned()) };
        let entry = HistoryEntry { at: now, run: String::new(), step: None, event };
        batch.put(key::numbered(&[&letter.flow, &letter.key], record.next), &entry);
        record.next += 1;
        if matches!(&record.status, RecordStatus::DeadLettered { id: of } if of == id) {
            record.status = RecordStatus::Discarded { reason: reason.to_owned() };
            record.at = now;
        }
        batch.put(record_key, &record);
    }
    audit::add(store, &mut batch, now, actor, "discard", &[id], Some(reason))?;
    store.commit(batch).await?;
    Ok(true)
}
