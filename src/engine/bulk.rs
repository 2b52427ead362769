//! Writes that go out together. A record that comes to such a write has its intent on disk, as with any write; then it gives
//! its slot back and waits with others. The first of them leads: when they are as many as the flow says, or the first has
//! waited long enough, or no other record could come to it, it sends all and hands each its own answer. So one record's
//! refusal is its own dead letter, and a crash leaves an intent for each.
//!
//! While one batch of a target is on its way, the next one gathers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};

use super::call::{self, Answered, Call, CallError, Patience};
use super::context::{Context, Halt, Slot};
use super::veil::Veil;
use crate::clock::after;
use crate::connectors::{ConnectorError, ErrorKind, WriteAnswer, WriteRequest};
use crate::plan::{BatchPlan, Plan, TargetId, TargetPlan};
use crate::store::Attempt;

type Reply = Result<Answered<WriteAnswer>, CallError>;
type Answer = Result<WriteAnswer, ConnectorError>;

/// In how many parts the wait for more is divided.
const SLICES: u32 = 30;

/// What gathers for the targets of a run.
#[derive(Debug, Default)]
pub(super) struct Bulks {
    /// One for each target of the plan.
    gathering: Vec<Gathering>,
    /// Records that wait in one of them.
    waiting: AtomicUsize,
    /// Told when that number grows.
    grown: Notify,
}

#[derive(Debug, Default)]
struct Gathering {
    open: Mutex<Open>,
    /// Told when the leader may have something to do.
    woken: Notify,
    /// Held while a batch is on its way.
    sending: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Open {
    /// The batch that gathers.
    items: Vec<Item>,
    /// Its number.
    number: u64,
    /// Nobody else can come to it.
    idle: bool,
    /// Batches that are full and have not gone out, by their number.
    full: BTreeMap<u64, Vec<Item>>,
}

impl Open {
    /// Adds one to the batch that gathers. Gives its number, whether this one leads it, and whether that filled it.
    fn add(&mut self, item: Item, most: usize) -> (u64, bool, bool) {
        let number = self.number;
        self.items.push(item);
        let (leads, full) = (self.items.len() == 1, self.items.len() >= most);
        if full {
            let items = self.close();
            self.full.insert(number, items);
        }
        (number, leads, full)
    }

    fn close(&mut self) -> Vec<Item> {
        self.number += 1;
        self.idle = false;
        std::mem::take(&mut self.items)
    }
}

#[derive(Debug)]
struct Item {
    request: WriteRequest,
    veil: Veil,
    reply: oneshot::Sender<Reply>,
}

impl Gathering {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bulks {
    pub(super) fn new(plan: &Plan) -> Self {
        let gathering = plan.targets.iter().map(|_| Gathering::default()).collect();
        Self { gathering, ..Self::default() }
    }

    /// How many records wait for a batch to go out.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Resolves when another record has come to wait.
    pub(super) async fn grown(&self) {
        self.grown.notified().await;
    }

    /// No other record can come before those that wait have gone out.
    pub(super) fn idle(&self) {
        for gathering in &self.gathering {
            let mut open = gathering.open();
            if !open.items.is_empty() {
                open.idle = true;
                drop(open);
                gathering.woken.notify_waiters();
            }
        }
    }

    /// Takes a batch to send it.
    fn take(&self, gathering: &Gathering, number: u64) -> Vec<Item> {
        let mut open = gathering.open();
        if let Some(full) = open.full.remove(&number) {
            return full;
        }
        let items = if open.number == number { open.close() } else { Vec::new() };
        self.waiting.fetch_sub(items.len(), Ordering::SeqCst);
        items
    }
}

/// One record's write, which goes out with others.
pub(super) async fn write(
    ctx: &Context<'_>,
    slot: &mut Slot<'_>,
    (id, target, batch): (TargetId, &TargetPlan, &BatchPlan),
    patience: Patience,
    request: WriteRequest,
) -> Reply {
    let Some(gathering) = ctx.bulks.gathering.get(id) else { return Err(Halt::Abandoned.into()) };
    let veil = Veil::of_payload(&ctx.plan.facts, &target.name, &request.payload);
    let (reply, mut answer) = oneshot::channel();
    let (number, leads, full) = gathering.open().add(Item { request, veil, reply }, batch.most);
    if full {
        ctx.bulks.waiting.fetch_sub(batch.most.saturating_sub(1), Ordering::SeqCst);
        gathering.woken.notify_waiters();
    } else {
        ctx.bulks.waiting.fetch_add(1, Ordering::SeqCst);
        ctx.bulks.grown.notify_one();
    }
    let answered = slot.rest(async {
        if leads {
            gather(ctx, gathering, batch, number).await;
            let _turn = gathering.sending.lock().await;
            send(ctx, target, patience, ctx.bulks.take(gathering, number)).await?;
            // Its own answer is among those that were handed out.
            return answer.try_recv().map_err(|_| Halt::Abandoned);
        }
        answer.await.map_err(|_| Halt::Abandoned)
    });
    answered.await?
}

/// Waits until a batch has gathered. A run that ends sends what it has: the intents are on disk.
async fn gather(ctx: &Context<'_>, gathering: &Gathering, batch: &BatchPlan, number: u64) {
    let began = ctx.now();
    // In slices: a clock that jumps for those who sleep leaves the others their turns.
    let patience = async {
        for slice in 1..=SLICES {
            ctx.deps.clock.sleep_until(after(began, batch.within / SLICES * slice)).await;
        }
    };
    let wait = async {
        loop {
            // Before it is asked whether to wait, so that nothing is missed in between.
            let woken = gathering.woken.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            {
                let open = gathering.open();
                if open.idle || open.number != number {
                    return Ok(());
                }
            }
            woken.await;
        }
    };
    tokio::select! {
        _ = ctx.unless_halted(wait) => {}
        () = patience => {}
    }
}

/// Sends a batch until each of its records has its answer. What fails for all of them is tried again as one call.
async fn send(ctx: &Context<'_>, target: &TargetPlan, patience: Patience, mut items: Vec<Item>) -> Result<(), Halt> {
    let policy = patience.policy();
    let (mut before, mut failed): (u32, Vec<(Attempt, Timestamp)>) = (0, Vec::new());
    for round in 1_u32.. {
        let outcome = once(ctx, target, patience, &items).await;
        let (answers, attempts) = match outcome {
            Ok(answered) => {
                failed.extend(answered.failed);
                (answered.value, answered.attempts)
            }
            Err(CallError::Halt(halt)) => return Err(halt),
            Err(error) => {
                for item in items {
                    // Whoever is not there any more needs no answer.
                    let _ = item.reply.send(Err(error.clone()));
                }
                return Ok(());
            }
        };
        before += attempts;
        let mut left = Vec::new();
        let mut last = None;
        for (mut item, answer) in items.into_iter().zip(answers) {
            let error = match answer {
                Ok(value) => {
                    let answered = Answered { value, attempts: before, failed: failed.clone() };
                    let _ = item.reply.send(Ok(answered));
                    continue;
                }
                Err(error) => item.veil.over(error),
            };
            let now = ctx.now();
            let attempt = attempt(now, &error);
            let tries = || failed.iter().map(|(attempt, _)| attempt.clone()).chain([attempt.clone()]).collect();
            let end = match (error.kind, patience) {
                (ErrorKind::Throttled(_), _) => None,
                (ErrorKind::Transient | ErrorKind::Unreachable, Patience::Once(_)) => {
                    Some(CallError::Unsettled(error.clone(), tries()))
                }
                (ErrorKind::Transient | ErrorKind::Unreachable, _) if round > policy.retries => {
                    Some(CallError::Exhausted(error.clone(), tries()))
                }
                (ErrorKind::Transient | ErrorKind::Unreachable, _) => {
                    item.request.repeat = true;
                    None
                }
                _ => Some(CallError::Refused(error.clone(), tries())),
            };
            match end {
                Some(end) => {
                    let _ = item.reply.send(Err(end));
                }
                None => {
                    last = Some((attempt, error.kind));
                    left.push(item);
                }
            }
        }
        let Some((attempt, kind)) = last else { return Ok(()) };
        let told = if let ErrorKind::Throttled(delay) = kind { delay.unwrap_or_default() } else { Default::default() };
        let spread = ctx.jitter.full(call::pause(policy, round));
        let next = after(ctx.now(), told.saturating_add(spread)).max(ctx.gate(&target.connector).retry_from(ctx.now()));
        ctx.tally().counts.retries += 1;
        failed.push((attempt, next));
        ctx.sleep_until(next).await?;
        items = left;
    }
    Ok(())
}

/// One call for a batch; tried again as long as it fails for all of it in a way that may pass.
async fn once(
    ctx: &Context<'_>,
    target: &TargetPlan,
    patience: Patience,
    items: &[Item],
) -> Result<Answered<Vec<Answer>>, CallError> {
    let connection = ctx.connection(&target.connector)?.clone();
    let requests: Arc<[WriteRequest]> = items.iter().map(|item| item.request.clone()).collect();
    let veil = items.first().map(|item| item.veil.clone()).unwrap_or_default();
    let make = move |repeat: bool| -> BoxFuture<'static, Result<Vec<Answer>, ConnectorError>> {
        let (connection, requests, veil) = (connection.clone(), Arc::clone(&requests), veil.clone());
        Box::pin(async move {
            let answers = if repeat {
                let again: Vec<_> = requests.iter().map(|one| WriteRequest { repeat, ..one.clone() }).collect();
                connection.write_many(&again).await
            } else {
                connection.write_many(&requests).await
            };
            whole(answers, requests.len()).map_err(|error| veil.over(error))
        })
    };
    let step = format!("{} ({} together)", target.name, items.len());
    let call = Call { connection: &target.connector, key: "", step: &step, patience, repeat: false };
    call::call(ctx, &mut Slot::free(), call, make).await
}

/// The answers, or what concerns all of them: nobody's login works, or every one may work the next time.
fn whole(answers: Vec<Answer>, wanted: usize) -> Result<Vec<Answer>, ConnectorError> {
    if answers.len() != wanted {
        let message = format!("{} answers came to {wanted} writes", answers.len());
        return Err(ConnectorError::new(ErrorKind::Bug, message));
    }
    let errors = || answers.iter().filter_map(|answer| answer.as_ref().err());
    let ends = |error: &&ConnectorError| matches!(error.kind, ErrorKind::Auth | ErrorKind::Bug);
    let passes = |error: &ConnectorError| {
        matches!(error.kind, ErrorKind::Transient | ErrorKind::Unreachable | ErrorKind::Throttled(_))
    };
    let of_all = errors().find(ends).or_else(|| {
        let all = errors().count() == wanted && errors().all(passes);
        // A write that may have reached the remote weighs more than one that did not.
        let worst = || errors().find(|error| !matches!(error.kind, ErrorKind::Throttled(_))).or(errors().next());
        if all { worst() } else { None }
    });
    match of_all.cloned() {
        Some(error) => Err(error),
        None => Ok(answers),
    }
}

fn attempt(at: Timestamp, error: &ConnectorError) -> Attempt {
    Attempt { at, error: error.to_string(), status: error.status, request_id: error.request_id.clone() }
}
