//! What all parts of one run share: the plan, the outside, the counts, the brake, and the slots that bound how many
//! records are worked on at once.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::bulk::Bulks;
use super::event::Event;
use super::gate::Gate;
use super::joined::Joins;
use super::locks::KeyedLocks;
use super::lookup_cache::LookupCache;
use super::report::{Outcome, Tally};
use super::{Deps, RunConfig};
use crate::connectors::{Connection, ConnectorError, ErrorKind};
use crate::plan::Plan;
use crate::store::{Batch, Store, StoreError};

/// How many documents a dry run remembers; beyond that it may tell one twice.
const DRY_DOCUMENTS: usize = 50_000;

/// What the runs of one process share: gates, locks and cached lookups. Two runs that write to one place must have the
/// same.
#[derive(Debug, Default)]
pub struct Shared {
    gates: Mutex<BTreeMap<String, Arc<Gate>>>,
    /// One lane per record.
    pub(super) lanes: KeyedLocks,
    /// One writer per remote document.
    pub(super) documents: KeyedLocks,
    /// One fetch per lookup and key.
    pub(super) fetches: KeyedLocks,
    pub(super) lookups: LookupCache,
}

impl Shared {
    fn gate(&self, connection: &str) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(connection.to_owned()).or_insert_with(|| Arc::new(Gate::new(connection))))
    }

    /// The connections on which everything waits because they do not answer.
    #[must_use]
    pub fn paused(&self) -> Vec<String> {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.iter().filter(|(_, gate)| gate.is_shut()).map(|(name, _)| name.clone()).collect()
    }
}

/// Why a record is given up without being settled. Nothing is lost: the cursor stays before it and the ledger knows
/// what was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Halt {
    /// The run is ending, for another reason than this record.
    Abandoned,
    /// The store failed.
    Store(StoreError),
    /// A login was refused.
    Auth { connection: String, message: String },
    /// A remote is away for too long.
    Remote { connection: String, message: String },
    /// The source cannot be read.
    Source { connection: String, message: String },
    /// A person must look.
    Broken { connection: String, message: String },
}

impl Halt {
    pub(super) fn of_connection(connection: &str, error: &ConnectorError) -> Self {
        let (connection, message) = (connection.to_owned(), error.to_string());
        match error.kind {
            ErrorKind::Auth => Halt::Auth { connection, message },
            ErrorKind::Bug => Halt::Broken { connection, message },
            ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Conflict => Halt::Source { connection, message },
            ErrorKind::Transient | ErrorKind::Unreachable | ErrorKind::Throttled(_) => {
                Halt::Remote { connection, message }
            }
        }
    }

    /// How the run ends for it.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Halt::Abandoned => Outcome::Stopped,
            Halt::Store(error) => Outcome::StoreFailed(error),
            Halt::Auth { connection, message } => Outcome::AuthFailed { connection, message },
            Halt::Remote { connection, message } => Outcome::RemoteFailed { connection, message },
            Halt::Source { connection, message } => Outcome::SourceFailed { connection, message },
            Halt::Broken { connection, message } => Outcome::ConnectionBroken { connection, message },
        }
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Halt::Store(error)
    }
}

/// What all parts of one run share.
pub(super) struct Context<'a> {
    pub(super) plan: &'a Plan,
    pub(super) deps: &'a Deps,
    pub(super) config: &'a RunConfig,
    pub(super) run: String,
    pub(super) started: Timestamp,
    pub(super) jitter: Jitter,
    /// Writes that gather to go out together.
    pub(super) bulks: Bulks,
    /// The second sources, once they are read.
    pub(super) joins: OnceLock<Joins>,
    slots: Semaphore,
    tally: Mutex<Tally>,
    /// The documents that a dry run would have written, with what.
    would: Mutex<HashMap<Vec<u8>, String>>,
    /// `None` while the run goes on; then until when what is in flight may go on.
    brake: watch::Sender<Option<Timestamp>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(plan: &'a Plan, deps: &'a Deps, config: &'a RunConfig, run: String, started: Timestamp) -> Self {
        Self {
            plan,
            deps,
            config,
            run,
            started,
            jitter: Jitter(Mutex::new(StdRng::seed_from_u64(config.jitter_seed))),
            bulks: Bulks::new(plan),
            joins: OnceLock::new(),
            slots: Semaphore::new(config.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            tally: Mutex::default(),
            would: Mutex::default(),
            brake: watch::channel(None).0,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.deps.clock.now()
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.deps.store
    }

    /// Makes changes durable; a dry run has none.
    pub(super) async fn commit(&self, batch: Batch) -> Result<(), Halt> {
        if self.config.dry_run || batch.is_empty() {
            return Ok(());
        }
        Ok(self.deps.store.commit(batch).await?)
    }

    /// Whether a dry run has not said already that it would write this to a document.
    pub(super) fn would_write(&self, document: Vec<u8>, digest: String) -> bool {
        let mut would = self.would.lock().unwrap_or_else(PoisonError::into_inner);
        if would.len() >= DRY_DOCUMENTS {
            would.clear();
        }
        would.get(&document) != Some(&digest) && {
            would.insert(document, digest);
            true
        }
    }

    pub(super) fn connection(&self, name: &str) -> Result<&Connection, Halt> {
        self.deps.connections.get(name).ok_or_else(|| Halt::Broken {
            connection: name.to_owned(),
            message: format!("the environment has no connection `{name}`"),
        })
    }

    pub(super) fn gate(&self, connection: &str) -> Arc<Gate> {
        self.deps.shared.gate(connection)
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever listens; nothing is made for nobody.
    pub(super) fn emit(&self, event: impl FnOnce() -> Event) {
        if let Some(events) = &self.deps.events {
            // Nobody listens any more: that is no reason to stop.
            let _ = events.send(event());
        }
    }

    /// From now on nothing new begins; what is in flight may go on until `deadline`.
    pub(super) fn halt(&self, deadline: Timestamp) {
        self.brake.send_if_modified(|brake| {
            let sooner = brake.is_none_or(|old| deadline < old);
            if sooner {
                *brake = Some(deadline);
            }
            sooner
        });
    }

    pub(super) fn is_halted(&self) -> bool {
        self.brake.borrow().is_some()
    }

    /// Resolves when what is in flight has had its time after [`Context::halt`].
    pub(super) async fn drained(&self) {
        let deadline = *self.brake.borrow();
        match deadline {
            Some(deadline) => self.deps.clock.sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }

    /// Waits for `work` unless the run is ending: then what is waited for is not worth the wait.
    pub(super) async fn unless_halted<T>(&self, work: impl Future<Output = Result<T, Halt>>) -> Result<T, Halt> {
        let mut brake = self.brake.subscribe();
        tokio::select! {
            biased;
            _ = brake.wait_for(Option::is_some) => Err(Halt::Abandoned),
            done = work => done,
        }
    }

    /// Sleeps, unless the run ends before.
    pub(super) async fn sleep_until(&self, at: Timestamp) -> Result<(), Halt> {
        let mut brake = self.brake.subscribe();
        tokio::select! {
            biased;
            _ = brake.wait_for(|brake| brake.is_some_and(|deadline| deadline < at)) => Err(Halt::Abandoned),
            () = self.deps.clock.sleep_until(at) => Ok(()),
        }
    }

    /// A slot for a record that has not begun.
    pub(super) async fn begin(&self) -> Result<Slot<'_>, Halt> {
        let mut slot = Slot { slots: Some(&self.slots), held: None };
        slot.take().await?;
        if self.is_halted() { Err(Halt::Abandoned) } else { Ok(slot) }
    }
}

/// One of the slots that bound how many records are worked on. Whoever waits for anything but a call or the store
/// gives it back meanwhile; so those that hold one always get on, and a few stuck records do not hold up the rest.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    slots: Option<&'a Semaphore>,
    held: Option<SemaphorePermit<'a>>,
}

impl<'a> Slot<'a> {
    /// For work that is not about a record and not bounded.
    pub(super) fn free() -> Self {
        Self { slots: None, held: None }
    }

    /// Waits without the slot, then takes one again.
    pub(super) async fn rest<T>(&mut self, wait: impl Future<Output = Result<T, Halt>>) -> Result<T, Halt> {
        self.held = None;
        let out = wait.await?;
        self.take().await?;
        Ok(out)
    }

    async fn take(&mut self) -> Result<(), Halt> {
        if let Some(slots) = self.slots {
            self.held = Some(slots.acquire().await.map_err(|_| Halt::Abandoned)?);
        }
        Ok(())
    }
}

/// Randomness of pauses, so that what failed together is not tried again together.
#[derive(Debug)]
pub(super) struct Jitter(Mutex<StdRng>);

impl Jitter {
    /// Anything up to `longest`.
    pub(super) fn full(&self, longest: Duration) -> Duration {
        longest.mul_f64(self.fraction())
    }

    /// Anything between half of `longest` and all of it.
    pub(super) fn upper_half(&self, longest: Duration) -> Duration {
        longest / 2 + (longest / 2).mul_f64(self.fraction())
    }

    fn fraction(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}
