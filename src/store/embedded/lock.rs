//! One process at a time. The lock belongs to an open file, so the system gives it back when a process dies, however
//! it dies; the file's content only tells others whom to ask.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::disk::failed;
use crate::store::StoreError;

/// Its file.
pub(super) const LOCK_FILE: &str = "LOCK";

/// How long someone who is about to let go may take: a process that is ending, or a child of one that has been started
/// and has not yet let go of what it was born with.
const PATIENCE: Duration = Duration::from_millis(500);

/// The right to use a store's directory, for as long as this lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the directory, which is made where there is none.
    pub(super) fn take(dir: &Path) -> Result<Self, StoreError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // The store holds a shop's business: nobody else's to read.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir).map_err(|error| failed(dir, &error))?;
        let path = dir.join(LOCK_FILE);
        let fail = |error: std::io::Error| failed(&path, &error);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        let started = Instant::now();
        let taken = loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                taken => break taken,
            }
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Who it is, is a help only; that the store is in use is certain.
                let _ = file.read_to_string(&mut text);
                return Err(StoreError::InUse { path: dir.display().to_string(), pid: text.trim().parse().ok() });
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        // On a full disk the process id may not fit; that must not keep anyone from reading.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}
