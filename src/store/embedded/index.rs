//! The index: sled, which keeps reads quick and memory bounded however large the store grows. It is never the only
//! place where anything is. sled 0.34 loses acknowledged writes in a power cut and panics on damaged files, so
//! everything that may touch its files is called through [`guarded`], and a fault means a new index, not an error for
//! the operator.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::frame::Change;
use crate::store::{Pair, StoreError};

/// The number of the last applied frame is here; no table has the number 0.
const SEQUENCE: &[u8] = b"\0sequence";
/// How long sled's threads may take to let go of its files.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open index.
pub(super) struct Index {
    db: sled::Db,
    path: PathBuf,
}

/// What went wrong in sled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// No room.
    Full,
    /// Anything else, panics included.
    Broken(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Full => write!(f, "the disk is full"),
            Fault::Broken(detail) => write!(f, "{detail}"),
        }
    }
}

impl Fault {
    /// For the caller of the store.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.display().to_string();
        match self {
            Fault::Full => StoreError::Full { path },
            Fault::Broken(detail) => StoreError::Io {
                path,
                detail: format!("{detail}. Nothing is lost: the index is made anew at the next commit or start"),
            },
        }
    }
}

impl Index {
    /// Opens the index in `path`, or makes an empty one.
    pub(super) fn open(path: &Path, cache: u64) -> Result<Self, Fault> {
        let started = Instant::now();
        loop {
            let config = sled::Config::new().path(path).cache_capacity(cache).flush_every_ms(Some(2_000));
            match guarded(|| config.open()) {
                Ok(db) => return Ok(Self { db, path: path.to_path_buf() }),
                // The threads of an earlier handle may be about to end; they share nothing with this one but the lock.
                Err(Fault::Broken(detail)) if detail.contains("acquire lock") && started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Removes the snapshots in `path`. sled cannot open a store whose snapshot was cut short, and needs none.
    pub(super) fn remove_snapshots(path: &Path) -> std::io::Result<()> {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("snap.") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The last frame that was applied.
    pub(super) fn sequence(&self) -> Result<u64, Fault> {
        let value = self.get(SEQUENCE)?;
        Ok(value.and_then(|value| Some(u64::from_be_bytes(value.try_into().ok()?))).unwrap_or(0))
    }

    /// Applies a frame, all or nothing.
    pub(super) fn apply(&self, changes: &[Change<'_>], sequence: u64) -> Result<(), Fault> {
        let mut batch = sled::Batch::default();
        for change in changes {
            match change.value {
                Some(value) => batch.insert(change.key, value),
                None => batch.remove(change.key),
            }
        }
        batch.insert(SEQUENCE, &sequence.to_be_bytes());
        guarded(|| self.db.apply_batch(batch))
    }

    /// Adds entries to an index that is being made.
    pub(super) fn fill(&self, entries: &mut Vec<Pair>) -> Result<(), Fault> {
        let mut batch = sled::Batch::default();
        for (key, value) in entries.drain(..) {
            batch.insert(key, value);
        }
        guarded(|| self.db.apply_batch(batch))
    }

    /// The value at a full key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        guarded(|| self.db.get(key)).map(|value| value.map(|value| value.to_vec()))
    }

    /// Pairs below a full prefix, after a full key where one is given.
    pub(super) fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, Fault> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        guarded(|| {
            let mut pairs = Vec::new();
            for pair in self.db.range::<&[u8], _>((from, Bound::Unbounded)).take(limit) {
                let (key, value) = pair?;
                if !key.starts_with(prefix) {
                    break;
                }
                pairs.push((key.to_vec(), value.to_vec()));
            }
            Ok(pairs)
        })
    }

    /// All entries, without the sequence.
    pub(super) fn entries(&self) -> impl Iterator<Item = Result<Pair, Fault>> {
        let mut range = self.db.range::<&[u8], _>(&[1][..]..);
        std::iter::from_fn(move || {
            guarded(|| range.next().transpose())
                .map(|pair| pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .transpose()
        })
    }

    /// Lets sled write what it holds back, and returns when none of its threads has a file open any more.
    pub(super) fn close(self) -> Result<(), Fault> {
        let Self { db, path } = self;
        let flushed = guarded(|| db.flush());
        guarded(|| {
            drop(db);
            Ok(())
        })?;
        flushed?;
        let started = Instant::now();
        loop {
            let file = File::open(path.join("db")).map_err(|error| Fault::Broken(error.to_string()))?;
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(Fault::Broken(error.to_string())),
            }
        }
    }
}

/// Calls sled; a panic of its becomes a fault.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Fault> {
    // After a fault the handle is dropped and never used again, so what a panic left half done is seen by nobody.
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error)))
            if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) =>
        {
            Err(Fault::Full)
        }
        Ok(Err(error)) => Err(Fault::Broken(error.to_string())),
        Err(_) => Err(Fault::Broken("the index's engine panicked".into())),
    }
}
