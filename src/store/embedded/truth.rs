//! The truth: a base and the journals that continue it. Everything else, the index above all, is derived from these
//! and may be thrown away. Checkpoints and exports are made from the truth too and never from the index, so that what
//! is wrong in the index cannot get into what is believed.

use std::collections::{BTreeMap, btree_map};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use super::base::{BaseFile, BaseReader};
use super::disk::{damaged, failed};
use super::frame::{self, changes};
use super::journal::{self, JournalFile};
use super::{INDEX_DIR, state};
use crate::store::{Pair, StoreError};

/// Which files hold it.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    /// The store's directory.
    pub(super) dir: PathBuf,
    /// The last base; a young store has none.
    pub(super) base: Option<BaseFile>,
    /// The journals since then, oldest first. Only a new store has none.
    pub(super) journals: Vec<JournalFile>,
    /// Files that a crash left over and that hold nothing of it.
    pub(super) stale: Vec<PathBuf>,
}

impl Truth {
    /// Reads the directory and all its journals, and finds out whether they belong together.
    pub(super) fn read(dir: &Path) -> Result<Self, StoreError> {
        let mut bases = BTreeMap::new();
        let mut journals = BTreeMap::new();
        let mut stale = Vec::new();
        for entry in fs::read_dir(dir).map_err(|error| failed(dir, &error))? {
            let path = entry.map_err(|error| failed(dir, &error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(number) = numbered(name, "base-", ".data") {
                bases.insert(number, path);
            } else if let Some(number) = numbered(name, "journal-", ".log") {
                journals.insert(number, path);
            } else if name.ends_with(".tmp") {
                stale.push(path);
            }
        }
        // A base has its name only once it is complete, so the last one includes whatever the earlier files held.
        let base = bases.pop_last();
        let start = base.as_ref().map_or(0, |(number, _)| *number);
        stale.extend(bases.into_values());
        let current = journals.split_off(&start);
        stale.extend(journals.into_values());
        let base = base.map(|(number, path)| read_base(number, &path)).transpose()?;
        let mut truth = Self { dir: dir.to_path_buf(), base, journals: Vec::new(), stale };
        truth.read_journals(start, current)?;
        Ok(truth)
    }

    /// The last frame of all.
    pub(super) fn last(&self) -> u64 {
        self.journals.last().map_or(0, |journal| journal.last)
    }

    /// The last frame that the base includes.
    pub(super) fn base_sequence(&self) -> u64 {
        self.base.as_ref().map_or(0, |base| base.sequence)
    }

    /// All entries in key order, with memory for the journals' keys only.
    pub(super) fn entries(&self) -> Result<Entries, StoreError> {
        let mut newest = BTreeMap::new();
        let mut files = Vec::new();
        for (number, journal) in self.journals.iter().enumerate() {
            self.visit(journal, |sequence, offset, payload| {
                for change in changes(payload) {
                    let Some(change) = change else { return Err(malformed(&journal.path, sequence)) };
                    let place = change.value.map(|value| Place {
                        journal: number,
                        offset: offset + change.at as u64,
                        length: value.len(),
                    });
                    newest.insert(change.key.to_vec(), place);
                }
                Ok(())
            })?;
            files.push((journal.path.clone(), File::open(&journal.path).map_err(|e| failed(&journal.path, &e))?));
        }
        let mut base = self.base.as_ref().map(|base| BaseReader::open(&base.path)).transpose()?;
        let pending = base.as_mut().map(BaseReader::next).transpose()?.flatten();
        Ok(Entries { base, pending, newest: newest.into_iter().peekable(), files })
    }

    /// The payloads of the frames after `sequence`, oldest first.
    pub(super) fn frames_after(
        &self,
        sequence: u64,
        mut visit: impl FnMut(u64, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for journal in self.journals.iter().filter(|journal| journal.last > sequence) {
            self.visit(journal, |number, _, payload| if number > sequence { visit(number, payload) } else { Ok(()) })?;
        }
        Ok(())
    }

    fn visit(
        &self,
        journal: &JournalFile,
        mut visit: impl FnMut(u64, u64, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        // A journal may have grown since it was read; what is newer is not this truth's.
        let again = journal::scan(&journal.path, |frame| {
            if frame.sequence > journal.last { Ok(()) } else { visit(frame.sequence, frame.offset, frame.payload) }
        })?;
        if again.is_none_or(|again| again.last < journal.last) {
            return Err(damaged(&journal.path, "it lost frames while it was in use"));
        }
        Ok(())
    }

    fn read_journals(&mut self, start: u64, files: BTreeMap<u64, PathBuf>) -> Result<(), StoreError> {
        let last = files.keys().next_back().copied();
        let mut next = self.base_sequence() + 1;
        for (expected, (number, path)) in (start..).zip(files) {
            if number != expected {
                return Err(damaged(&path, format!("{} before it is missing", journal::file_name(expected))));
            }
            let Some(journal) = journal::scan(&path, |_| Ok(()))? else {
                // Nothing is written to a journal before it is on the disk, so one without a header held nothing. But
                // a base is not written before its journal is there, so that one cannot be without.
                if Some(number) == last && (number > start || self.base.is_none()) {
                    self.stale.push(path);
                    break;
                }
                return Err(damaged(&path, "its header is missing"));
            };
            if journal.number != number || journal.first != next {
                return Err(damaged(
                    &path,
                    format!(
                        "it is journal {} and begins with frame {}, where {next} belongs",
                        journal.number, journal.first
                    ),
                ));
            }
            if journal.torn > 0 && Some(number) != last {
                return Err(damaged(&path, format!("what is at offset {} is no frame", journal.length)));
            }
            next = journal.last + 1;
            self.journals.push(journal);
        }
        if self.journals.is_empty() {
            let state = self.dir.join(state::FILE);
            if let Some(base) = &self.base {
                return Err(damaged(&base.path, "the journal that continues it is missing"));
            }
            if state.exists() || self.dir.join(INDEX_DIR).exists() {
                return Err(damaged(&self.dir, "there is an index, but no journal"));
            }
        }
        Ok(())
    }
}

/// A frame that has the right checksum and is not what a frame must be.
pub(super) fn malformed(path: &Path, sequence: u64) -> StoreError {
    damaged(path, format!("frame {sequence} holds no changes that this version can read"))
}

fn numbered(name: &str, before: &str, after: &str) -> Option<u64> {
    name.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

fn read_base(number: u64, path: &Path) -> Result<BaseFile, StoreError> {
    let about = BaseReader::open(path)?.about().clone();
    if about.number != number {
        return Err(damaged(path, format!("it is base {}", about.number)));
    }
    Ok(about)
}

#[derive(Debug, Clone, Copy)]
struct Place {
    journal: usize,
    offset: u64,
    length: usize,
}

/// The entries of a truth, in key order.
pub(super) struct Entries {
    base: Option<BaseReader>,
    pending: Option<Pair>,
    newest: Peekable<btree_map::IntoIter<Vec<u8>, Option<Place>>>,
    files: Vec<(PathBuf, File)>,
}

impl Entries {
    /// The next one. What came before counts only once this has said `None`.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, StoreError> {
        loop {
            let newer = match (self.newest.peek(), &self.pending) {
                (None, None) => return Ok(None),
                (None, Some(_)) => false,
                (Some(_), None) => true,
                (Some((key, _)), Some((base_key, _))) => key <= base_key,
            };
            if !newer {
                let next = self.next_of_base()?;
                return Ok(std::mem::replace(&mut self.pending, next));
            }
            let Some((key, place)) = self.newest.next() else { return Ok(None) };
            if self.pending.as_ref().is_some_and(|(base_key, _)| *base_key == key) {
                self.pending = self.next_of_base()?;
            }
            if let Some(place) = place {
                let value = self.value(place)?;
                return Ok(Some((key, value)));
            }
        }
    }

    fn next_of_base(&mut self) -> Result<Option<Pair>, StoreError> {
        self.base.as_mut().map(BaseReader::next).transpose().map(Option::flatten)
    }

    fn value(&mut self, place: Place) -> Result<Vec<u8>, StoreError> {
        let (path, file) = &mut self.files[place.journal];
        let mut value = vec![0; place.length];
        file.seek(SeekFrom::Start(place.offset))
            .and_then(|_| file.read_exact(&mut value))
            .map_err(|error| failed(path, &error))?;
        Ok(value)
    }
}

/// The changes of a frame as the index takes them.
pub(super) fn readable<'a>(
    path: &Path,
    sequence: u64,
    payload: &'a [u8],
) -> Result<Vec<frame::Change<'a>>, StoreError> {
    changes(payload).collect::<Option<Vec<_>>>().ok_or_else(|| malformed(path, sequence))
}
