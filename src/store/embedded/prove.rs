//! Opening the index only where it is proven to say what the truth says, and making it anew where it is not. After a
//! clean end the proof is that its files are what they were when it was closed; after a killed process on the same
//! boot, whose writes the system still has, it is a comparison entry by entry; after a power cut there is none.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::disk::{Disk, damaged, discard, failed};
use super::index::{Fault, Index};
use super::state::{self, Clean, State};
use super::truth::{Truth, readable};
use super::{INDEX_DIR, Options};
use crate::store::StoreError;

/// Entries per write when an index is made.
const FILL: usize = 2_000;
const FILL_BYTES: usize = 1 << 20;

/// An index that holds exactly the truth, open.
pub(super) fn open(truth: &Truth, options: &Options) -> Result<Index, StoreError> {
    let path = truth.dir.join(INDEX_DIR);
    let reason = match State::read(&truth.dir)? {
        None if !path.exists() && truth.last() == 0 => None,
        None => Some("it is not known how it was left".to_string()),
        Some(state) => match believe(truth, &state, &path, options)? {
            Ok(index) => return Ok(index),
            Err(reason) => Some(reason),
        },
    };
    if let Some(reason) = reason {
        tracing::warn!(store = %truth.dir.display(), reason, "the index is made anew from the journal; no data is lost");
    }
    rebuild(truth, options)
}

/// Makes the index anew.
pub(super) fn rebuild(truth: &Truth, options: &Options) -> Result<Index, StoreError> {
    let path = truth.dir.join(INDEX_DIR);
    distrust(&truth.dir, options.disk.as_ref())?;
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&path, &error)),
        _ => {}
    }
    let index = Index::open(&path, options.cache_bytes).map_err(|fault| fault.at(&path))?;
    let filled = fill(truth, &index).and_then(|()| begin(&truth.dir, options));
    match filled {
        Ok(()) => Ok(index),
        Err(error) => {
            // Half an index helps nobody, and its space may be what is missing. Without a state it is never opened.
            let _ = index.close();
            let _ = fs::remove_dir_all(&path);
            Err(error)
        }
    }
}

/// Makes sure that the index is not believed by whoever opens the store next.
pub(super) fn distrust(dir: &Path, disk: &dyn Disk) -> Result<(), StoreError> {
    discard(disk, &dir.join(state::FILE))
}

/// Closes the index such that the next start need not look into it.
pub(super) fn seal(index: Index, dir: &Path, sequence: u64, options: &Options) -> Result<(), StoreError> {
    let path = index.path().to_path_buf();
    index.close().map_err(|fault| fault.at(&path))?;
    state::sync_all(&path, options.disk.as_ref()).map_err(|error| failed(&path, &error))?;
    let files = state::digests(&path).map_err(|error| failed(&path, &error))?;
    State { boot: options.boot.clone(), clean: Some(Clean { sequence, files }) }.write(dir, options.disk.as_ref())
}

/// The first difference between the index and the truth, in words.
pub(super) fn difference(truth: &Truth, index: &Index) -> Result<Option<String>, StoreError> {
    let mut expected = truth.entries()?;
    let mut found = index.entries();
    let mut count = 0_u64;
    loop {
        let pair = match found.next().transpose() {
            Ok(pair) => pair,
            Err(fault) => return Ok(Some(fault.to_string())),
        };
        match (expected.next()?, pair) {
            (None, None) => return Ok(None),
            (expected, found) if expected == found => count += 1,
            _ => return Ok(Some(format!("entry {} is not what the journal says", count + 1))),
        }
    }
}

/// The index, or why it is not believed. It is an error only when the index proves that the truth lost something.
fn believe(truth: &Truth, state: &State, path: &Path, options: &Options) -> Result<Result<Index, String>, StoreError> {
    let proven = match &state.clean {
        Some(clean) => {
            newest(truth, clean.sequence)?;
            if !state::digests(path).is_ok_and(|digests| digests == clean.files) {
                return Ok(Err("its files are not what they were when it was closed".into()));
            }
            true
        }
        None if state.boot.is_none() || state.boot != options.boot => {
            return Ok(Err("the machine stopped while it was open".into()));
        }
        None => {
            if let Err(error) = Index::remove_snapshots(path) {
                return Ok(Err(error.to_string()));
            }
            false
        }
    };
    begin(&truth.dir, options)?;
    let index = match Index::open(path, options.cache_bytes) {
        Ok(index) => index,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let faulty = |index: Index, reason: String| {
        // It is thrown away; sled's farewell matters only for its lock, and opening waits for that.
        let _ = index.close();
        Ok(Err(reason))
    };
    let sequence = match index.sequence() {
        Ok(sequence) => sequence,
        Err(fault) => return faulty(index, fault.to_string()),
    };
    newest(truth, sequence)?;
    if sequence < truth.base_sequence() {
        return faulty(index, "it is older than the journal".into());
    }
    if let Err(fault) = replay(truth, &index, sequence)? {
        return faulty(index, fault.to_string());
    }
    if !proven && let Some(difference) = difference(truth, &index)? {
        return faulty(index, difference);
    }
    Ok(Ok(index))
}

/// A frame is applied to the index only after it was on the disk, so an index that is ahead is a witness.
fn newest(truth: &Truth, sequence: u64) -> Result<(), StoreError> {
    match truth.journals.last() {
        Some(journal) if sequence > journal.last => Err(damaged(
            &journal.path,
            format!(
                "it ends with frame {} at offset {}, but frame {sequence} had been written",
                journal.last, journal.length
            ),
        )),
        _ => Ok(()),
    }
}

/// Notes, before anything is written to the index, that it is in use.
fn begin(dir: &Path, options: &Options) -> Result<(), StoreError> {
    State { boot: options.boot.clone(), clean: None }.write(dir, options.disk.as_ref())
}

fn replay(truth: &Truth, index: &Index, sequence: u64) -> Result<Result<(), Fault>, StoreError> {
    let mut fault = Ok(());
    truth.frames_after(sequence, |sequence, payload| {
        if fault.is_ok() {
            fault = index.apply(&readable(&truth.dir, sequence, payload)?, sequence);
        }
        Ok(())
    })?;
    Ok(fault)
}

fn fill(truth: &Truth, index: &Index) -> Result<(), StoreError> {
    let at = |fault: Fault| fault.at(index.path());
    let mut entries = truth.entries()?;
    let mut some = Vec::new();
    let mut bytes = 0;
    while let Some((key, value)) = entries.next()? {
        bytes += key.len() + value.len();
        some.push((key, value));
        if some.len() >= FILL || bytes >= FILL_BYTES {
            index.fill(&mut some).map_err(at)?;
            bytes = 0;
        }
    }
    index.fill(&mut some).map_err(at)?;
    index.apply(&[], truth.last()).map_err(at)
}
