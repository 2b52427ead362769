//! The few things the store asks of the file system, as a trait: what is written, what is forced to the disk, and in
//! which order, decides whether anything survives a power cut, so tests must be able to count it, to make it fail,
//! and to say at any instant what the disk would hold if the power went.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;

use crate::store::StoreError;

/// The file system. The methods do the real thing unless overridden.
pub trait Disk: Send + Sync + std::fmt::Debug {
    /// A new, empty file for reading and writing; an old one of that name is emptied.
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
    }

    /// Writes all of it at the file's position.
    fn write(&self, path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let _ = path;
        file.write_all(bytes)
    }

    /// Returns when all that was written survives a power cut.
    fn sync(&self, path: &Path, file: &File) -> io::Result<()> {
        let _ = path;
        file.sync_data()
    }

    /// Cuts the file at `length` and goes on writing there.
    fn truncate(&self, path: &Path, file: &mut File, length: u64) -> io::Result<()> {
        let _ = path;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(|_| ())
    }

    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Returns when creations, renames and removals in the directory survive a power cut.
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
    }

    /// Called between the steps of a checkpoint with the step just done; tests interrupt there.
    fn reached(&self, step: &'static str) {
        let _ = step;
    }
}

/// The machine's own.
#[derive(Debug, Default, Clone, Copy)]
pub struct RealDisk;

impl Disk for RealDisk {}

/// An error of the operating system at a file, in the store's words.
pub(super) fn failed(path: &Path, error: &io::Error) -> StoreError {
    let path = path.display().to_string();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full { path },
        _ => StoreError::Io { path, detail: error.to_string() },
    }
}

/// A file that cannot be believed.
pub(super) fn damaged(path: &Path, detail: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged {
        path: path.display().to_string(),
        detail: format!("{detail}. Move the store's directory away, and import the last export into a new one"),
    }
}

/// Replaces a file so that after a crash there is the old content or the new, never a mixture.
pub(super) fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let draft = path.with_extension("tmp");
    let write = || {
        let mut file = disk.create(&draft)?;
        disk.write(&draft, &mut file, bytes)?;
        disk.sync(&draft, &file)?;
        disk.rename(&draft, path)?;
        disk.sync_dir(path.parent().unwrap_or(Path::new(".")))
    };
    write().map_err(|error| failed(path, &error))
}

/// Returns when a directory that may just have been made, with those above it, survives a power cut.
pub(super) fn settle(disk: &dyn Disk, dir: &Path) -> Result<(), StoreError> {
    let dir = dir.canonicalize().map_err(|error| failed(dir, &error))?;
    for above in dir.ancestors().skip(1) {
        match disk.sync_dir(above) {
            // What we may not even open, we did not make.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => break,
            synced => synced.map_err(|error| failed(above, &error))?,
        }
    }
    Ok(())
}

/// Removes a file for good; that it is not there is as well.
pub(super) fn discard(disk: &dyn Disk, path: &Path) -> Result<(), StoreError> {
    match disk.remove(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(path, &error)),
        Ok(()) => disk.sync_dir(path.parent().unwrap_or(Path::new("."))).map_err(|error| failed(path, &error)),
    }
}
