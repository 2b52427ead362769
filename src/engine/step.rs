//! One write of one record: whether it is needed, the intent before it and the outcome after it. This is where
//! "effectively once" is made; the order of what follows is the guarantee.

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::bulk;
use super::call::{self, Answered, Call, CallError, Patience};
use super::context::{Context, Halt, Slot};
use super::digest;
use super::event::Event;
use super::locks::Guard;
use super::record::{Failure, Identity};
use super::trail::Trail;
use super::veil::Veil;
use crate::catalog::Idempotency;
use crate::connectors::{ConnectorError, WriteAnswer, WriteRequest};
use crate::diag::Code;
use crate::plan::{Once, TargetId, TargetPlan, Undo, Write, answer};
use crate::store::{self, Attempt, DocumentEntry, HistoryEvent, StepEntry, StepState, StoreError, Table, key};
use crate::value::{Value, json};

/// What became of a write.
pub(super) enum Done {
    /// The remote has it; this is what the flow goes on with.
    Answer(Value),
    /// The record cannot go on.
    Failed(Failure),
}

/// Makes a write that is due, if the remote does not have it yet.
pub(super) async fn write(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    record: &Identity<'_>,
    trail: &mut Trail<'_>,
    write: Write,
) -> Result<Done, Halt> {
    let Some(target) = ctx.plan.targets.get(write.target) else {
        return Err(Halt::Broken { connection: String::new(), message: "the plan has no such target".to_owned() });
    };
    let name = format!("{}{}", target.name, write.item);
    let step = Step {
        ctx,
        record,
        id: write.target,
        target,
        name: &name,
        payload: &write.payload,
        digest: digest::of(&write.payload),
    };
    let entry_key = key::join(&[&ctx.plan.flow, record.key, &name]);
    let before: Option<StepEntry> = store::read(ctx.store(), &entry_key)?;

    if let Some(StepEntry { digest, state: StepState::Done { result }, .. }) = &before
        && *digest == step.digest
        && let Some(kept) = step.remembered(result)
    {
        step.note_unchanged(trail);
        return Ok(Done::Answer(kept));
    }

    let document = match step.document_key() {
        Some(key) => Some(Document::take(ctx, slot, trail, key).await?),
        None => None,
    };
    if let Some(had) = document.as_ref().and_then(|document| document.entry.as_ref()) {
        let same = had.digest == step.document_digest();
        match step.remembered(&had.result) {
            Some(kept) if same || step.is_older_than(had) => {
                let idempotency_key = before.map(|before| before.idempotency_key).unwrap_or_default();
                let state = StepState::Done { result: had.result.clone() };
                trail.put(entry_key, &StepEntry { digest: step.digest.clone(), idempotency_key, state, at: ctx.now() });
                step.note_unchanged(trail);
                return Ok(Done::Answer(kept));
            }
            None if !same && step.is_older_than(had) => {
                return Ok(Done::Failed(step.failure(Code::E611, NEWER, Vec::new())));
            }
            // It is newer, or it is the same and written again for an answer that was not kept.
            Some(_) | None => {}
        }
    }
    step.make(slot, trail, entry_key, before, document).await
}

/// Takes back writes that were made, the latest first, because the record is refused further down. Tells what became of
/// each.
///
/// With the end of the record, and not before, the ledger forgets what is taken back and the documents that it made: so a
/// crash on the way does not write anew what is about to be taken back, and a record that is taken up again does.
pub(super) async fn take_back(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    record: &Identity<'_>,
    trail: &mut Trail<'_>,
    undos: Vec<Undo>,
) -> Result<String, Halt> {
    let (mut told, mut gone) = (String::new(), Vec::new());
    for Undo { of, by } in undos {
        let Some(target) = ctx.plan.targets.get(of.target) else { continue };
        let name = format!("{}{}", target.name, of.item);
        if ctx.config.dry_run {
            told.push_str(&format!("; `{name}` would be taken back"));
            continue;
        }
        match self::write(ctx, slot, record, trail, by).await? {
            Done::Failed(failure) => told.push_str(&format!("; `{name}` could not be taken back: {}", failure.reason)),
            Done::Answer(_) => {
                told.push_str(&format!("; `{name}` was taken back"));
                gone.push((target, name, of));
            }
        }
    }
    for (target, name, of) in gone {
        let digest = digest::of(&of.payload);
        let step = Step { ctx, record, id: of.target, target, name: &name, payload: &of.payload, digest };
        step.forget(trail, &name)?;
        if let Some(document) = step.document_key() {
            trail.remove(Table::Document, document);
        }
    }
    Ok(told)
}

/// A remote document that only this record may write for now.
struct Document {
    key: Vec<u8>,
    entry: Option<DocumentEntry>,
    guard: Guard,
}

impl Document {
    async fn take(ctx: &Context<'_>, slot: &mut Slot<'_>, trail: &mut Trail<'_>, key: Vec<u8>) -> Result<Self, Halt> {
        let documents = &ctx.deps.shared.documents;
        let guard = match documents.try_lock(&key) {
            Some(guard) => guard,
            None => {
                // Nobody waits for a document while holding another: so nobody waits in a circle.
                trail.settle().await?;
                slot.rest(ctx.unless_halted(async { Ok(documents.lock(&key).await) })).await?
            }
        };
        let entry = store::read(ctx.store(), &key)?;
        Ok(Self { key, entry, guard })
    }
}

/// A write and what it is for.
struct Step<'s> {
    ctx: &'s Context<'s>,
    record: &'s Identity<'s>,
    id: TargetId,
    target: &'s TargetPlan,
    /// The name of the step: the target's, with the item's where there are several.
    name: &'s str,
    payload: &'s Value,
    digest: String,
}

impl Step<'_> {
    /// An answer that was kept, if it has all that the flow reads of it now.
    fn remembered(&self, result: &str) -> Option<Value> {
        let kept = json::parse(result.as_bytes()).ok()?;
        self.target.keeps.iter().all(|name| kept.get(name).is_some()).then(|| answer::keep(self.target, &kept))
    }

    /// The remote document, by the fields of the payload that name it.
    fn document_key(&self) -> Option<Vec<u8>> {
        if self.target.natural_key.is_empty() {
            return None;
        }
        let mut parts = vec![format!("{}.{}", self.target.connector, self.target.entity)];
        for name in self.target.natural_key {
            match self.payload.get(name) {
                None | Some(Value::Null) => return None,
                Some(value) => parts.push(value.display()),
            }
        }
        Some(key::join(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// Different verbs do different things with one payload.
    fn document_digest(&self) -> String {
        digest::of_parts(&[self.target.verb.as_bytes(), self.digest.as_bytes()])
    }

    fn is_older_than(&self, document: &DocumentEntry) -> bool {
        matches!((self.record.stamp, document.stamp), (Some(this), Some(written)) if this < written)
    }

    fn note_unchanged(&self, trail: &mut Trail<'_>) {
        self.ctx.tally().target(&self.target.name).unchanged += 1;
        trail.note_unchanged(self.name);
    }

    fn failure(&self, code: Code, why: &str, attempts: Vec<Attempt>) -> Failure {
        self.ctx.tally().target(&self.target.name).failed += 1;
        // Incidents are told apart by the target: one cause for many items is one incident.
        let (name, step) = (self.name, Some(self.target.name.clone()));
        Failure { code, at: self.target.at, reason: format!("`{name}`: {why}"), step, attempts, found: Vec::new() }
    }

    async fn make(
        &self,
        slot: &mut Slot<'_>,
        trail: &mut Trail<'_>,
        entry_key: Vec<u8>,
        before: Option<StepEntry>,
        document: Option<Document>,
    ) -> Result<Done, Halt> {
        let (ctx, target) = (self.ctx, self.target);
        if ctx.config.dry_run {
            let answer = answer::keep(target, &answer::echo(target, self.payload));
            // A real run would find that an earlier record wrote this document.
            if document.is_some_and(|document| !ctx.would_write(document.key, self.document_digest())) {
                self.note_unchanged(trail);
                return Ok(Done::Answer(answer));
            }
            ctx.tally().counts.writes += 1;
            ctx.tally().target(&target.name).writes += 1;
            ctx.emit(|| Event::WouldWrite {
                key: self.record.key.to_owned(),
                target: format!("{}.{}", target.connector, target.entity),
                step: self.name.to_owned(),
                operation: target.verb.clone(),
                payload: self.payload.clone(),
            });
            return Ok(Done::Answer(answer));
        }
        // Begun and not known to be ended: an earlier try, or a done one whose answer lacks what the flow reads now.
        let unsettled = before.as_ref().filter(|before| before.digest != StepEntry::NOT_THERE);
        let again = unsettled.filter(|before| before.digest == self.digest);
        let unknown = unsettled.is_some_and(|before| before.state == StepState::Intended) || again.is_some();
        let only_once = target.idempotency == Idempotency::None && target.once == Once::AtMost;
        if only_once && unknown && !self.record.replay {
            return Ok(Done::Failed(self.failure(Code::E616, UNKNOWN, Vec::new())));
        }
        let (idempotency_key, repeat) = match (again, &before) {
            (Some(again), _) if !again.idempotency_key.is_empty() => (again.idempotency_key.clone(), true),
            (_, before) => {
                let previous = before.as_ref().map_or("", |before| &before.idempotency_key);
                let (flow, key) = (&ctx.plan.flow, self.record.key);
                (digest::idempotency_key(flow, key, self.name, &self.digest, previous), false)
            }
        };
        let intent =
            StepEntry { digest: self.digest.clone(), idempotency_key, state: StepState::Intended, at: ctx.now() };
        trail.put(entry_key.clone(), &intent);
        self.forget_undo(trail)?;
        let event = HistoryEvent::Intended { operation: target.operation.clone(), digest: self.digest.clone() };
        trail.note_write(self.name, event);
        trail.commit().await?;

        let request = WriteRequest {
            entity: target.entity.clone(),
            verb: target.verb.clone(),
            payload: self.payload.clone(),
            idempotency_key: intent.idempotency_key.clone(),
            repeat,
        };
        let policy = target.retry.unwrap_or(ctx.plan.retry);
        let patience = if only_once { Patience::Once(policy) } else { Patience::Tries(policy) };
        let called = match &target.batch {
            Some(batch) => bulk::write(ctx, slot, (self.id, target, batch), patience, request).await,
            None => self.call(slot, patience, request).await,
        };
        match called {
            Ok(answered) => Ok(Done::Answer(self.record_outcome(trail, entry_key, intent, answered, document))),
            Err(CallError::Halt(halt)) => Err(halt),
            Err(CallError::Refused(error, attempts)) => {
                self.count_retries(attempts.len());
                trail.put(entry_key, &StepEntry { digest: StepEntry::NOT_THERE.to_owned(), at: ctx.now(), ..intent });
                Ok(Done::Failed(self.failure(Code::E611, &error.to_string(), attempts)))
            }
            Err(CallError::Exhausted(error, attempts)) => {
                self.count_retries(attempts.len());
                let why = format!("no success in {} tries; the last said: {error}", attempts.len());
                Ok(Done::Failed(self.failure(Code::E612, &why, attempts)))
            }
            Err(CallError::Unsettled(error, attempts)) => {
                Ok(Done::Failed(self.failure(Code::E616, &format!("{UNKNOWN} The remote said: {error}"), attempts)))
            }
        }
    }

    /// What took back an earlier write of this step does not take back this one.
    fn forget_undo(&self, trail: &mut Trail<'_>) -> Result<(), StoreError> {
        let Some(undo) = self.target.undo.and_then(|undo| self.ctx.plan.targets.get(undo)) else { return Ok(()) };
        let item = self.name.strip_prefix(&self.target.name).unwrap_or_default();
        self.forget(trail, &format!("{}{item}", undo.name))
    }

    /// Notes that nothing of a step is there.
    fn forget(&self, trail: &mut Trail<'_>, step: &str) -> Result<(), StoreError> {
        let entry_key = key::join(&[&self.ctx.plan.flow, self.record.key, step]);
        if let Some(entry) = store::read::<StepEntry>(self.ctx.store(), &entry_key)? {
            let (digest, state) = (StepEntry::NOT_THERE.to_owned(), StepState::Intended);
            trail.put(entry_key, &StepEntry { digest, state, at: self.ctx.now(), ..entry });
        }
        Ok(())
    }

    /// One write by itself.
    async fn call(
        &self,
        slot: &mut Slot<'_>,
        patience: Patience,
        request: WriteRequest,
    ) -> Result<Answered<WriteAnswer>, CallError> {
        let (ctx, target) = (self.ctx, self.target);
        let connection = ctx.connection(&target.connector)?.clone();
        let veil = Veil::of_payload(&ctx.plan.facts, &target.name, self.payload);
        let repeat = request.repeat;
        let make = move |repeat| -> BoxFuture<'static, Result<WriteAnswer, ConnectorError>> {
            let (connection, request) = (connection.clone(), WriteRequest { repeat, ..request.clone() });
            let veil = veil.clone();
            Box::pin(async move { connection.write(&request).await.map_err(|error| veil.over(error)) })
        };
        let call = Call { connection: &target.connector, key: self.record.key, step: self.name, patience, repeat };
        call::call(ctx, slot, call, make).await
    }

    fn record_outcome(
        &self,
        trail: &mut Trail<'_>,
        entry_key: Vec<u8>,
        intent: StepEntry,
        answered: Answered<WriteAnswer>,
        document: Option<Document>,
    ) -> Value {
        let (ctx, target) = (self.ctx, self.target);
        let now: Timestamp = ctx.now();
        let step = Some(self.name);
        self.count_retries(answered.failed.len() + 1);
        for (attempt, next) in answered.failed {
            trail.note_at(attempt.at, step, HistoryEvent::Retrying { error: attempt.error, next });
        }
        let WriteAnswer { document: answer, request_id } = answered.value;
        let result = json::to_string(&answer::keep(target, &answer));
        // What goes on is what a later run would find, to the letter.
        let kept = self.remembered(&result).unwrap_or_default();
        let operation = target.operation.clone();
        trail.note_at(now, step, HistoryEvent::Done { operation, request_id, attempts: answered.attempts });
        let mut guard = None;
        if let Some(document) = document {
            let (digest, stamp) = (self.document_digest(), self.record.stamp);
            trail.put(document.key, &DocumentEntry { digest, stamp, result: result.clone(), at: now });
            guard = Some(document.guard);
        }
        trail.put(entry_key, &StepEntry { state: StepState::Done { result }, at: now, ..intent });
        trail.outcome(guard);
        {
            let mut tally = ctx.tally();
            tally.counts.writes += 1;
            tally.target(&target.name).writes += 1;
        }
        ctx.emit(|| Event::Written {
            key: self.record.key.to_owned(),
            target: self.name.to_owned(),
            attempts: answered.attempts,
        });
        kept
    }

    fn count_retries(&self, tries: usize) {
        self.ctx.tally().target(&self.target.name).retries += tries.saturating_sub(1) as u64;
    }
}

const UNKNOWN: &str = "it is not known whether an earlier try of this write was made, and this remote cannot tell. \
    Look there first; then replay this entry if it was not made, or discard it if it was.";

const NEWER: &str = "a newer record has written this document already, and what the remote answered then is not all that \
    this flow needs";
