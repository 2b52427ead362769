//! Looking into a store's files without a flow: is the truth readable to its last byte, and does the index say the
//! same? What an operator asks after a crash, and before a backup is relied upon.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::index::Index;
use super::lock::Lock;
use super::state::{self, State};
use super::truth::Truth;
use super::{INDEX_DIR, Options, prove};
use crate::store::{StoreError, Table};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The directory.
    pub path: String,
    /// The base, where there is one.
    pub base: Option<FileReport>,
    /// The journals, oldest first.
    pub journals: Vec<FileReport>,
    /// The last acknowledged frame.
    pub sequence: u64,
    /// Bytes of an unfinished write at the end, which the next start drops.
    pub torn_bytes: u64,
    /// Entries by table.
    pub entries: BTreeMap<String, u64>,
    /// How the index compares.
    pub index: String,
    /// What is wrong with the truth; empty when all is well.
    pub problems: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Frames of a journal; the last frame included in a base.
    pub frames: u64,
}

impl Report {
    /// Whether all that was acknowledged is readable. A lacking index does not count: the next start makes one.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "store    {}", self.path)?;
        if let Some(base) = &self.base {
            writeln!(f, "base     {}, {} bytes, includes frames to {}", base.name, base.bytes, base.frames)?;
        }
        for journal in &self.journals {
            writeln!(f, "journal  {}, {} bytes, {} frames", journal.name, journal.bytes, journal.frames)?;
        }
        if self.torn_bytes > 0 {
            writeln!(f, "         {} bytes of an unfinished write at the end, never acknowledged", self.torn_bytes)?;
        }
        for (table, count) in &self.entries {
            writeln!(f, "entries  {table}: {count}")?;
        }
        writeln!(f, "index    {}", self.index)?;
        for problem in &self.problems {
            writeln!(f, "PROBLEM  {problem}")?;
        }
        write!(f, "result   {}", if self.is_sound() { "sound" } else { "damaged" })
    }
}

/// Checks the store in `dir`, which must not be open.
pub fn verify(dir: &Path) -> Result<Report, StoreError> {
    let options = Options::default();
    if !dir.is_dir() {
        return Err(StoreError::Io { path: dir.display().to_string(), detail: "there is no such directory".into() });
    }
    let _lock = Lock::take(dir)?;
    let mut report = Report { path: dir.display().to_string(), index: "not looked at".into(), ..Report::default() };
    let truth = match Truth::read(dir) {
        Ok(truth) => truth,
        Err(error) => {
            report.problems.push(error.to_string());
            return Ok(report);
        }
    };
    describe(&truth, &mut report);
    if let Err(error) = count(&truth, &mut report) {
        report.problems.push(error.to_string());
        return Ok(report);
    }
    if let Err(error) = compare(&truth, &options, &mut report) {
        report.problems.push(error.to_string());
    }
    Ok(report)
}

fn describe(truth: &Truth, report: &mut Report) {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    report.base =
        truth.base.as_ref().map(|base| FileReport { name: name(&base.path), bytes: base.bytes, frames: base.sequence });
    for journal in &truth.journals {
        report.torn_bytes += journal.torn;
        report.journals.push(FileReport {
            name: name(&journal.path),
            bytes: journal.length + journal.torn,
            frames: journal.last + 1 - journal.first,
        });
    }
    report.sequence = truth.last();
}

fn count(truth: &Truth, report: &mut Report) -> Result<(), StoreError> {
    let mut entries = truth.entries()?;
    while let Some((key, _)) = entries.next()? {
        let table = key.first().and_then(|number| Table::from_number(*number));
        let name = table.map_or_else(|| format!("of unknown table {:?}", key.first()), |table| table.name().into());
        *report.entries.entry(name).or_default() += 1;
    }
    Ok(())
}

/// Opens the index and compares it; where it was closed in order and is right, it is closed in order again.
fn compare(truth: &Truth, options: &Options, report: &mut Report) -> Result<(), StoreError> {
    let path = truth.dir.join(INDEX_DIR);
    let Some(state) = State::read(&truth.dir)? else {
        report.index = "none that could be used; the next start makes one".into();
        return Ok(());
    };
    let Some(clean) = state.clean else {
        report.index = "was not closed in order; the next start checks it and makes it anew where needed".into();
        return Ok(());
    };
    if clean.sequence > truth.last() {
        report.problems.push(format!(
            "the index has frames up to {}, but the journal ends with {}: acknowledged changes are missing",
            clean.sequence,
            truth.last()
        ));
        return Ok(());
    }
    if !state::digests(&path).is_ok_and(|digests| digests == clean.files) {
        report.index = "its files were changed since it was closed; the next start makes it anew".into();
        return Ok(());
    }
    // sled writes to its files even when it only reads.
    State { boot: options.boot.clone(), clean: None }.write(&truth.dir, options.disk.as_ref())?;
    let index = match Index::open(&path, options.cache_bytes) {
        Ok(index) => index,
        Err(fault) => {
            report.index = format!("cannot be opened ({fault}); the next start makes it anew");
            return prove::distrust(&truth.dir, options.disk.as_ref());
        }
    };
    if let Some(difference) = prove::difference(truth, &index)? {
        report.index = format!("differs: {difference}; the next start makes it anew");
        let _ = index.close();
        return prove::distrust(&truth.dir, options.disk.as_ref());
    }
    report.index = "equals base and journal".into();
    prove::seal(index, &truth.dir, truth.last(), options)
}
