//! The one write path. A thread of its own takes the commits that wait, writes them to the journal as one frame,
//! forces it to the disk once, applies it to the index, and only then tells each that it is done. While it waits for
//! the disk the next commits gather, so the more there are, the fewer trips each of them costs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::base::BaseFile;
use super::disk::discard;
use super::index::Index;
use super::journal::{self, Journal};
use super::lock::Lock;
use super::truth::{Truth, readable};
use super::{Options, checkpoint, prove};
use crate::store::StoreError;

/// Commits that may wait before the next one has to wait to be queued.
pub(super) const QUEUE: usize = 1024;
/// A group is closed when it has this many bytes, so that nobody waits for a frame without end.
const GROUP_BYTES: usize = 4 << 20;

type Answer = oneshot::Sender<Result<(), StoreError>>;

/// What the thread is asked.
pub(super) enum Message {
    /// To make these changes durable.
    Commit(Vec<u8>, Answer),
    /// To end in order.
    Close(Answer),
}

/// What readers and the writer share.
pub(super) struct Shared {
    /// The index; `None` once the store is closed.
    pub(super) index: RwLock<Option<Index>>,
    /// Whether a fault was seen in it, so that it has to be made anew.
    pub(super) broken: AtomicBool,
    /// The store's directory.
    pub(super) dir: PathBuf,
}

/// The thread's state.
pub(super) struct Writer {
    shared: Arc<Shared>,
    options: Options,
    /// All but the journal that is written to.
    sealed: Truth,
    journal: Journal,
    /// Why nothing more can be written, once that is so.
    poison: Option<StoreError>,
    checkpoint: Option<JoinHandle<Result<BaseFile, StoreError>>>,
    checkpoint_failed: bool,
    /// Where the journal must get before a new one is tried again.
    rotate_at: u64,
    _lock: Lock,
}

impl Writer {
    /// Starts the thread. The last journal of `truth` is the one that `journal` goes on with.
    pub(super) fn start(
        shared: Arc<Shared>,
        options: Options,
        mut sealed: Truth,
        journal: Journal,
        lock: Lock,
        queue: mpsc::Receiver<Message>,
    ) -> Result<JoinHandle<()>, StoreError> {
        sealed.journals.retain(|file| file.number != journal.about().number);
        let dir = shared.dir.display().to_string();
        let writer = Self {
            shared,
            options,
            sealed,
            journal,
            poison: None,
            checkpoint: None,
            checkpoint_failed: false,
            rotate_at: 0,
            _lock: lock,
        };
        thread::Builder::new()
            .name("store writer".into())
            .spawn(move || writer.run(queue))
            .map_err(|error| StoreError::Io { path: dir, detail: error.to_string() })
    }

    fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        self.maintain();
        while let Some(first) = queue.blocking_recv() {
            let mut payload = Vec::new();
            let mut answers = Vec::new();
            let mut next = Some(first);
            let mut close = None;
            while let Some(message) = next.take() {
                match message {
                    Message::Commit(bytes, answer) => {
                        payload.extend_from_slice(&bytes);
                        answers.push(answer);
                    }
                    Message::Close(answer) => {
                        close = Some(answer);
                        break;
                    }
                }
                if payload.len() < GROUP_BYTES {
                    next = queue.try_recv().ok();
                }
            }
            if !answers.is_empty() {
                let outcome = self.commit(&payload);
                for answer in answers {
                    // Whoever does not wait for the answer any more does not need it.
                    let _ = answer.send(outcome.clone());
                }
                self.maintain();
            }
            if let Some(answer) = close {
                queue.close();
                self.end(true);
                drop(self);
                let _ = answer.send(Ok(()));
                return;
            }
        }
        self.end(false);
    }

    fn commit(&mut self, payload: &[u8]) -> Result<(), StoreError> {
        if let Some(error) = &self.poison {
            return Err(error.clone());
        }
        if self.shared.broken.load(Ordering::Acquire) {
            self.heal()?;
        }
        let before = self.journal.about().length;
        let sequence = match self.journal.append(payload) {
            Ok(sequence) => sequence,
            Err(failure) if failure.fatal => return Err(self.give_up(&failure.error)),
            Err(failure) => return Err(failure.error),
        };
        let Err(error) = self.apply(payload, sequence) else { return Ok(()) };
        // The frame is safe but cannot be seen. Either the index is made anew, with it, or it is taken back: an answer
        // that says neither would leave the caller guessing.
        tracing::warn!(%error, "the index failed and is made anew; no data is lost");
        self.shared.broken.store(true, Ordering::Release);
        let Err(error) = self.heal() else { return Ok(()) };
        let taken_back =
            prove::distrust(&self.shared.dir, self.options.disk.as_ref()).and_then(|()| self.journal.take_back(before));
        match taken_back {
            Ok(()) => Err(error),
            Err(worse) => Err(self.give_up(&worse)),
        }
    }

    fn apply(&self, payload: &[u8], sequence: u64) -> Result<(), StoreError> {
        let changes = readable(&self.journal.about().path, sequence, payload)?;
        let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner);
        let Some(index) = index.as_ref() else { return Err(self.shared.closed()) };
        index.apply(&changes, sequence).map_err(|fault| fault.at(index.path()))
    }

    /// Replaces the index by one that is made from the truth.
    fn heal(&mut self) -> Result<(), StoreError> {
        self.reap(true);
        let mut truth = self.sealed.clone();
        truth.journals.push(self.journal.about().clone());
        let mut index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(broken) = index.take() {
            // It is thrown away, so how it ends does not matter.
            let _ = broken.close();
        }
        *index = Some(prove::rebuild(&truth, &self.options)?);
        self.shared.broken.store(false, Ordering::Release);
        Ok(())
    }

    fn give_up(&mut self, cause: &StoreError) -> StoreError {
        let error = StoreError::Io {
            path: self.journal.about().path.display().to_string(),
            detail: format!(
                "a failed write could not be undone ({cause}); nothing more is written until flowrun starts again"
            ),
        };
        tracing::error!(%error, "the store takes no more writes");
        self.poison = Some(error.clone());
        error
    }

    /// Begins a new journal when this one is long, and turns those before it into a base.
    fn maintain(&mut self) {
        self.reap(false);
        if self.checkpoint.is_some() || self.poison.is_some() {
            return;
        }
        let length = self.journal.about().length;
        if length >= self.limit().max(self.rotate_at)
            && let Err(error) = self.rotate()
        {
            tracing::warn!(%error, "a new journal could not be begun; the present one goes on");
            self.rotate_at = length + self.options.checkpoint_bytes / 8 + 1;
        }
        if !self.sealed.journals.is_empty() && !self.checkpoint_failed && self.poison.is_none() {
            let (old, disk) = (self.sealed.clone(), Arc::clone(&self.options.disk));
            let number = self.journal.about().number;
            let thread = thread::Builder::new().name("store checkpoint".into());
            match thread.spawn(move || checkpoint::run(&old, number, &disk)) {
                Ok(handle) => self.checkpoint = Some(handle),
                Err(error) => self.note_failed_checkpoint(&error),
            }
        }
    }

    /// How long the journal may get: as long as the base, so that no more is copied than was written, but not so long
    /// that reading it at a start, with its keys in memory, is felt.
    fn limit(&self) -> u64 {
        let least = self.options.checkpoint_bytes;
        self.sealed.base.as_ref().map_or(0, |base| base.bytes).clamp(least, least.saturating_mul(4))
    }

    fn rotate(&mut self) -> Result<(), StoreError> {
        let about = self.journal.about().clone();
        let number = about.number + 1;
        let disk = Arc::clone(&self.options.disk);
        let next = match Journal::create(&self.shared.dir, number, about.last + 1, disk) {
            Ok(next) => next,
            Err(error) => {
                // It must not stay: the present one goes on, and then the new one's beginning would not fit its end.
                let path = self.shared.dir.join(journal::file_name(number));
                if let Err(worse) = discard(self.options.disk.as_ref(), &path) {
                    return Err(self.give_up(&worse));
                }
                return Err(error);
            }
        };
        self.options.disk.reached("journal begun");
        self.journal = next;
        self.sealed.journals.push(about);
        self.checkpoint_failed = false;
        Ok(())
    }

    /// Takes over a finished checkpoint.
    fn reap(&mut self, wait: bool) {
        let Some(handle) = self.checkpoint.take_if(|handle| wait || handle.is_finished()) else { return };
        match handle.join() {
            Ok(Ok(base)) => {
                self.sealed.base = Some(base);
                self.sealed.journals.clear();
            }
            Ok(Err(error)) => self.note_failed_checkpoint(&error),
            Err(_) => self.note_failed_checkpoint(&"it panicked"),
        }
    }

    fn note_failed_checkpoint(&mut self, error: &dyn std::fmt::Display) {
        tracing::warn!(%error, "the journal could not be compacted; it stays as it is and this is tried again later");
        self.checkpoint_failed = true;
    }

    fn end(&mut self, in_order: bool) {
        self.reap(true);
        let index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(index) = index else { return };
        let broken = self.shared.broken.load(Ordering::Acquire);
        let dir = &self.shared.dir;
        let outcome = if broken {
            // Whatever was wrong in it, the next start shall not look for it.
            let _ = index.close();
            prove::distrust(dir, self.options.disk.as_ref())
        } else if in_order && self.poison.is_none() {
            prove::seal(index, dir, self.journal.about().last, &self.options)
        } else {
            index.close().map_err(|fault| fault.at(dir))
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "the index could not be closed in order, so the next start takes longer; no data is lost");
        }
    }
}

impl Shared {
    /// The answer while there is no index: mostly to whoever comes after the end.
    pub(super) fn closed(&self) -> StoreError {
        let detail = if self.broken.load(Ordering::Acquire) {
            "its index failed and could not be made anew yet. Nothing is lost: the next commit or start tries again"
        } else {
            "the store is closed"
        };
        StoreError::Io { path: self.dir.display().to_string(), detail: detail.into() }
    }
}
