//! The store of a single machine: one directory, no service to run beside it.
//!
//! What is acknowledged is in a journal of our own that was forced to the disk. sled is the index over it: it answers
//! reads quickly and keeps memory bounded, and it can be lost, damaged or behind without consequence, because it is
//! believed only when proven and otherwise made anew. `docs/decisions/0001-durable-store.md` has the reasons and the
//! figures.
//!
//! | file | what it is |
//! |---|---|
//! | `journal-N.log` | acknowledged changes since base N, one frame per group of commits |
//! | `base-N.data` | all entries as they were when journal N began, with a checksum |
//! | `index/`, `index.state` | sled, and how it was left |
//! | `LOCK` | held, with the process id, by whoever has the store open |
//! | `seal.key` | the key for buyer data, where the environment gives none |

mod base;
mod checkpoint;
mod disk;
mod frame;
mod index;
mod journal;
mod lock;
mod prove;
mod state;
mod transfer;
mod truth;
mod verify;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

pub use disk::{Disk, RealDisk};
pub use transfer::{Transferred, export, import};
pub use verify::{FileReport, Report, verify};

use super::{Batch, Pair, Store, StoreError, Table};
use index::{Fault, Index};
use journal::Journal;
use lock::Lock;
use truth::Truth;
use writer::{Message, Shared, Writer};

/// sled's directory.
const INDEX_DIR: &str = "index";

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// What distinguishes this boot of the machine from others; `None` where nothing does, and then an index that was
    /// not closed in order is never believed.
    pub boot: Option<String>,
    /// How long a journal gets, at least, before it is turned into a base.
    pub checkpoint_bytes: u64,
    /// Memory for the index.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { disk: Arc::new(RealDisk), boot: state::boot_id(), checkpoint_bytes: 64 << 20, cache_bytes: 32 << 20 }
    }
}

/// A store in a directory.
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    queue: Option<mpsc::Sender<Message>>,
    writer: Option<JoinHandle<()>>,
}

/// Opens the store in `dir`, or makes an empty one. This reads the journal, and after an unclean end all entries, so
/// it belongs on a thread that may wait.
pub fn open(dir: &Path, options: Options) -> Result<EmbeddedStore, StoreError> {
    let lock = Lock::take(dir)?;
    let mut truth = Truth::read(dir)?;
    for path in std::mem::take(&mut truth.stale) {
        disk::discard(options.disk.as_ref(), &path)?;
    }
    let journal = match truth.journals.last() {
        Some(last) => Journal::resume(last.clone(), Arc::clone(&options.disk))?,
        None => create(dir, &options)?,
    };
    let index = prove::open(&truth, &options)?;
    let shared =
        Arc::new(Shared { index: RwLock::new(Some(index)), broken: AtomicBool::new(false), dir: dir.to_path_buf() });
    let (sender, receiver) = mpsc::channel(writer::QUEUE);
    let writer = Writer::start(Arc::clone(&shared), options, truth, journal, lock, receiver)?;
    Ok(EmbeddedStore { shared, queue: Some(sender), writer: Some(writer) })
}

/// The first journal of a new store, in a directory that is certain to be there after a power cut.
fn create(dir: &Path, options: &Options) -> Result<Journal, StoreError> {
    let journal = Journal::create(dir, 0, 1, Arc::clone(&options.disk))?;
    disk::settle(options.disk.as_ref(), dir)?;
    Ok(journal)
}

impl EmbeddedStore {
    fn read<T>(&self, read: impl FnOnce(&Index) -> Result<T, Fault>) -> Result<T, StoreError> {
        let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner);
        let Some(index) = index.as_ref() else { return Err(self.shared.closed()) };
        read(index).map_err(|fault| {
            // The writer makes it anew before it writes again.
            self.shared.broken.store(true, Ordering::Release);
            fault.at(index.path())
        })
    }

    async fn ask(&self, message: impl FnOnce(oneshot::Sender<Result<(), StoreError>>) -> Message) -> Asked {
        let (sender, receiver) = oneshot::channel();
        let Some(queue) = &self.queue else { return Asked::Closed };
        if queue.send(message(sender)).await.is_err() {
            return Asked::Closed;
        }
        receiver.await.map_or(Asked::Closed, Asked::Answered)
    }
}

enum Asked {
    Answered(Result<(), StoreError>),
    Closed,
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        if batch.is_empty() {
            return Ok(());
        }
        let payload = frame::encode(&batch);
        match self.ask(|answer| Message::Commit(payload, answer)).await {
            Asked::Answered(answer) => answer,
            Asked::Closed => Err(self.shared.closed()),
        }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|index| index.get(&frame::full_key(table, key)))
    }

    fn scan(&self, table: Table, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError> {
        let after = after.map(|after| frame::full_key(table, after));
        let pairs = self.read(|index| index.scan(&frame::full_key(table, prefix), after.as_deref(), limit))?;
        Ok(pairs.into_iter().map(|(key, value)| (key[1..].to_vec(), value)).collect())
    }

    async fn close(&self) -> Result<(), StoreError> {
        match self.ask(Message::Close).await {
            Asked::Answered(answer) => answer,
            Asked::Closed => Ok(()),
        }
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // So that the directory is free when the store is gone. A panic there has been answered already.
            let _ = writer.join();
        }
    }
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedStore").field("dir", &self.shared.dir).finish_non_exhaustive()
    }
}
