//! One record, from its arrival until it is settled.

use jiff::Timestamp;

use super::context::{Context, Halt, Slot};
use super::event::{Event, Settled};
use super::lookup::Found;
use super::step::{self, Done};
use super::trail::Trail;
use super::waiting::{self, NotYet, Waited};
use super::{dead_letter, digest, late};
use crate::diag::{Code, Span};
use crate::plan::{EvalError, Next, Otherwise, Plan, Progress};
use crate::rehearse::takes_back;
use crate::store::{self, Attempt, HistoryEvent, RecordEntry, RecordStatus, key};
use crate::value::Value;

/// A record that has arrived.
pub(super) struct Job {
    /// Its key; made from its content where the flow's key has no value.
    pub(super) key: String,
    pub(super) value: Value,
    /// Why it cannot be begun: its key has no value.
    pub(super) unusable: Option<Failure>,
    /// The page it came with.
    pub(super) page: u64,
    pub(super) origin: Origin,
}

/// Where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The flow's source, or a group of its records.
    Source,
    /// A dead letter that is replayed, by its id.
    Letter(String),
    /// What has been waiting, with the version that does.
    Waiting(String),
}

impl Job {
    /// A record with its key, which may need lookups.
    pub(super) async fn new(ctx: &Context<'_>, value: Value, page: u64) -> Result<Self, Halt> {
        let found = Found::new(ctx);
        let mut progress = Progress::new(ctx.plan, value.clone(), ctx.deps.params.clone());
        let failure = loop {
            match progress.key(ctx.plan, &found) {
                Ok(key) => return Ok(Self { key, value, unusable: None, page, origin: Origin::Source }),
                Err(error) if error.wanted.is_empty() => break Failure::of(ctx.plan, error),
                Err(error) => {
                    if let Some(failure) = found.fetch(&mut Slot::free(), "", &error.wanted).await? {
                        break failure;
                    }
                }
            }
        };
        let key = format!("?{}", digest::version(&ctx.plan.source, &value));
        Ok(Self { key, value, unusable: Some(failure), page, origin: Origin::Source })
    }
}

/// Why a record cannot go on.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) code: Code,
    pub(super) at: Span,
    /// For a clerk, without buyer data.
    pub(super) reason: String,
    pub(super) step: Option<String>,
    pub(super) attempts: Vec<Attempt>,
    /// Where in the record it comes from.
    pub(super) found: Vec<crate::plan::trace::Found>,
}

impl From<EvalError> for Failure {
    fn from(error: EvalError) -> Self {
        let cause = error.into_cause();
        Self {
            code: cause.code,
            at: cause.at,
            reason: cause.message,
            step: None,
            attempts: Vec::new(),
            found: cause.found,
        }
    }
}

impl Failure {
    /// An expression without a value. What happened in a function says where that was called.
    pub(super) fn of(plan: &Plan, error: EvalError) -> Self {
        let calls = error.calls.clone();
        let mut failure = Self::from(error);
        for call in calls {
            let (file, line, _) = plan.place(call);
            failure.reason.push_str(&format!("; called at {file}:{line}"));
        }
        failure
    }
}

/// What a record is, for all that is done for it.
pub(super) struct Identity<'j> {
    pub(super) key: &'j str,
    pub(super) version: String,
    pub(super) stamp: Option<Timestamp>,
    /// Whether an operator has asked for it again.
    pub(super) replay: bool,
}

/// Does all that is to be done for a record.
pub(super) async fn process(ctx: &Context<'_>, slot: &mut Slot<'_>, job: Job) -> Result<Settled, Halt> {
    let lane = key::join(&[&ctx.plan.flow, &job.key]);
    let lanes = &ctx.deps.shared.lanes;
    let _lane = match lanes.try_lock(&lane) {
        Some(guard) => guard,
        // Another run of this flow, such as a replay, has the record.
        None => slot.rest(ctx.unless_halted(async { Ok(lanes.lock(&lane).await) })).await?,
    };
    let how = settle(ctx, slot, &lane, &job).await?;
    ctx.tally().settled(how);
    ctx.emit(|| Event::Settled { key: job.key.clone(), how });
    Ok(how)
}

async fn settle(ctx: &Context<'_>, slot: &mut Slot<'_>, lane: &[u8], job: &Job) -> Result<Settled, Halt> {
    let plan = ctx.plan;
    let letter = match &job.origin {
        Origin::Letter(id) => Some(id),
        Origin::Source | Origin::Waiting(_) => None,
    };
    let record = Identity {
        key: &job.key,
        version: match (&plan.group, &job.unusable) {
            (None, _) => digest::version(&plan.source, &job.value),
            (Some(_), None) => digest::of_whole(&job.value),
            // What is not whole is another version, whatever it came to.
            (Some(_), Some(failure)) => digest::of_whole(&Value::from(failure.reason.as_str())),
        },
        stamp: if plan.group.is_some() { None } else { digest::stamp(&plan.source, &job.value) },
        replay: letter.is_some(),
    };
    let before: Option<RecordEntry> = store::read(ctx.store(), lane)?;
    let now = ctx.now();
    let mut waited = Waited::find(ctx, lane, before.as_ref())?;
    if let Origin::Waiting(version) = &job.origin
        && !waited.as_ref().is_some_and(|waited| waited.is(version))
    {
        // Meanwhile it went on, or a newer version has taken its place.
        return Ok(Settled::Superseded);
    }
    let early = before
        .as_ref()
        .filter(|_| !matches!(job.origin, Origin::Waiting(_)))
        .and_then(|before| standing(before, &record, &plan.version, now));
    if let (Some(how), Some(before)) = (early, &before) {
        let mut trail = Trail::new(ctx, &job.key, before.clone());
        if how == Settled::Superseded {
            trail.note(None, HistoryEvent::Superseded);
        }
        if let Some(id) = letter {
            dead_letter::resolve(ctx, &mut trail, id, now)?;
        }
        if how == Settled::Superseded || letter.is_some() {
            trail.commit().await?;
        }
        return Ok(how);
    }

    let next = before.as_ref().map_or(0, |before| before.next);
    let entry = RecordEntry {
        version: record.version.clone(),
        stamp: record.stamp,
        flow_version: plan.version.clone(),
        status: RecordStatus::Open,
        at: now,
        next,
    };
    let mut trail = Trail::new(ctx, &job.key, entry);
    if record.replay {
        trail.note(None, HistoryEvent::Operator { action: "replay".to_owned(), reason: None });
    } else if !before.as_ref().is_some_and(|b| b.status == RecordStatus::Open && b.version == record.version) {
        trail.note(None, HistoryEvent::Read { version: record.version.clone(), stamp: record.stamp });
    }

    if let Some(waited) = &mut waited
        && !waited.is(&record.version)
    {
        waited.replace(ctx, &mut trail, job, &record);
    }

    if let (Some(next), false) =
        (late::held_until(ctx, record.stamp, ctx.now()), record.replay || job.unusable.is_some())
    {
        return waiting::hold_back(ctx, &mut trail, job, &record, next).await;
    }

    let failure = match go(ctx, slot, job, &record, &mut trail).await? {
        Ok(Gone::Waits(not_yet)) => {
            if let Some(id) = letter {
                dead_letter::resolve(ctx, &mut trail, id, ctx.now())?;
            }
            match waiting::hold(ctx, &mut trail, job, &record, waited.as_ref(), not_yet).await? {
                Ok(how) => return Ok(how),
                Err(failure) => failure,
            }
        }
        Ok(Gone::Settled(status)) => {
            // A record without an entry has no dead letters either, because both are written together.
            if before.is_some() {
                dead_letter::resolve(ctx, &mut trail, &dead_letter::prefix(&plan.flow, &job.key), ctx.now())?;
            }
            let (how, event) = match &status {
                RecordStatus::Skipped { reason } => {
                    ctx.tally().reason(reason);
                    (Settled::Skipped, HistoryEvent::Skipped { reason: reason.clone() })
                }
                _ => (Settled::Delivered, HistoryEvent::Delivered),
            };
            if let Some(waited) = &waited {
                waited.end(&mut trail);
            }
            trail.close(status, event).await?;
            return Ok(how);
        }
        Err(failure) => failure,
    };
    if let Some(waited) = &waited {
        waited.end(&mut trail);
    }
    dead_letter::bury(ctx, trail, job, &record, failure).await?;
    Ok(Settled::DeadLettered)
}

/// What the ledger says of a record without any work: that it is unchanged, or older than what was handled.
fn standing(before: &RecordEntry, record: &Identity<'_>, flow_version: &str, now: Timestamp) -> Option<Settled> {
    if before.version == record.version {
        let done = match before.status {
            RecordStatus::Open => false,
            RecordStatus::Waiting { next, .. } => now < next,
            RecordStatus::Delivered | RecordStatus::Skipped { .. } => true,
            RecordStatus::DeadLettered { .. } | RecordStatus::Discarded { .. } => !record.replay,
        };
        return (done && before.flow_version == flow_version).then_some(Settled::Unchanged);
    }
    match (record.stamp, before.stamp) {
        (Some(this), Some(handled)) if this < handled => Some(Settled::Superseded),
        _ => None,
    }
}

/// How a record came to the end of its way.
enum Gone {
    Settled(RecordStatus),
    Waits(NotYet),
}

/// The record's way through the flow: what became of it, or why it cannot go on.
async fn go(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    job: &Job,
    record: &Identity<'_>,
    trail: &mut Trail<'_>,
) -> Result<Result<Gone, Failure>, Halt> {
    if let Some(failure) = &job.unusable {
        return Ok(Err(failure.clone()));
    }
    let mut progress = Progress::new(ctx.plan, job.value.clone(), ctx.deps.params.clone());
    let gone = along(ctx, slot, record, trail, &mut progress).await?;
    let Err(mut failure) = gone else { return Ok(gone) };
    if takes_back(failure.code) {
        failure.reason.push_str(&step::take_back(ctx, slot, record, trail, progress.undos()).await?);
    }
    Ok(Err(failure))
}

/// As far as the record comes.
async fn along(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    record: &Identity<'_>,
    trail: &mut Trail<'_>,
    progress: &mut Progress,
) -> Result<Result<Gone, Failure>, Halt> {
    let plan = ctx.plan;
    let found = Found::new(ctx);
    loop {
        match progress.advance(plan, &found) {
            Next::Finished => return Ok(Ok(Gone::Settled(RecordStatus::Delivered))),
            Next::Skipped { reason, .. } => return Ok(Ok(Gone::Settled(RecordStatus::Skipped { reason }))),
            Next::Waiting { reason, at, patience } => return Ok(Ok(Gone::Waits(NotYet { reason, at, patience }))),
            Next::Rejected(error) => return Ok(Err(Failure::of(plan, error))),
            Next::Lookup(wanted) => {
                trail.settle().await?;
                if let Some(failure) = found.fetch(slot, record.key, &wanted).await? {
                    return Ok(Err(failure));
                }
            }
            Next::Write(write) => {
                let otherwise = plan.targets.get(write.target).map(|target| target.otherwise).unwrap_or_default();
                let failure = match step::write(ctx, slot, record, trail, write).await? {
                    Done::Answer(answer) => {
                        progress.answer(plan, answer);
                        continue;
                    }
                    Done::Failed(failure) => failure,
                };
                match otherwise {
                    Otherwise::DeadLetter => return Ok(Err(failure)),
                    Otherwise::Skip => {
                        return Ok(Ok(Gone::Settled(RecordStatus::Skipped { reason: failure.reason })));
                    }
                    Otherwise::Continue => {
                        ctx.tally().reason(&failure.reason);
                        trail.note(failure.step.as_deref(), HistoryEvent::GivenUp { reason: failure.reason });
                        progress.answer(plan, Value::Null);
                    }
                }
            }
        }
    }
}
