//! Settlement files as they came, kept before anything else is done with them: Amazon has a report for 90 days and no
//! longer, and an accountant looks back for years. A file is never changed; beside it stands what is known of it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bytes, Known, Report, digest};
use crate::connectors::contract::{ConnectorError, ErrorKind};

/// The folder of settlements in an archive.
const FOLDER: &str = "settlements";
/// The ending of what is known of a file.
const NOTE: &str = "json";

/// What is known of an archived file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The file's name, in the folder of settlements.
    pub file: String,
    /// Amazon's number of the report.
    pub report_id: String,
    /// Amazon's number of the document.
    pub document_id: String,
    /// The settlement that it is of; blank where the file does not tell.
    pub settlement_id: String,
    /// The digest of its bytes.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The `Content-Type` that it came with.
    pub content_type: Option<String>,
    /// When it was kept.
    pub archived_at: Timestamp,
}

/// The archived files of a settlement, the oldest first. There is more than one only where Amazon gave it out again with
/// other bytes.
///
/// # Errors
/// The folder or a note in it cannot be read.
pub fn find(archive: &Path, settlement_id: &str) -> io::Result<Vec<(PathBuf, Archived)>> {
    let mut found = all(archive)?;
    found.retain(|(_, known)| known.settlement_id == settlement_id);
    Ok(found)
}

/// All archived files, the oldest first; none where there is no archive yet.
///
/// # Errors
/// The folder or a note in it cannot be read.
pub fn all(archive: &Path) -> io::Result<Vec<(PathBuf, Archived)>> {
    let folder = archive.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == NOTE) {
            let known: Archived = serde_json::from_slice(&std::fs::read(&path)?)?;
            found.push((folder.join(&known.file), known));
        }
    }
    found.sort_by(|(_, a), (_, b)| (a.archived_at, &a.file).cmp(&(b.archived_at, &b.file)));
    Ok(found)
}

/// Looks through an archived file.
///
/// # Errors
/// Its bytes cannot be read.
pub fn open(archive: &Path, known: &Archived) -> io::Result<Report> {
    let about = Known {
        file: known.file.clone(),
        content_type: known.content_type.clone(),
        report_id: Some(known.report_id.clone()),
    };
    Report::open(Bytes::File(archive.join(FOLDER).join(&known.file)), &about)
}

/// A file that is about to be kept: written beside its place, and moved there whole.
pub(super) struct Draft {
    folder: PathBuf,
    file: tempfile::NamedTempFile,
}

impl Draft {
    pub(super) fn new(archive: &Path) -> Result<Self, ConnectorError> {
        let folder = archive.join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(|error| broken(&folder, &error))?;
        let file = tempfile::Builder::new().prefix(".draft-").tempfile_in(&folder);
        Ok(Self { file: file.map_err(|error| broken(&folder, &error))?, folder })
    }

    pub(super) fn out(&mut self) -> &mut std::fs::File {
        self.file.as_file_mut()
    }

    /// Keeps it; the same bytes of the same report are one file.
    pub(super) fn keep(
        mut self,
        report_id: &str,
        document_id: &str,
        content_type: Option<String>,
        now: Timestamp,
    ) -> Result<(Report, Archived), ConnectorError> {
        let folder = self.folder.clone();
        self.keep_in(report_id, document_id, content_type, now).map_err(|error| broken(&folder, &error))
    }

    fn keep_in(
        &mut self,
        report_id: &str,
        document_id: &str,
        content_type: Option<String>,
        now: Timestamp,
    ) -> io::Result<(Report, Archived)> {
        let file = self.file.as_file_mut();
        file.flush()?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        let held = Bytes::File(self.file.path().to_path_buf());
        let sha256 = digest(&held)?;
        let name: String = report_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let stem = format!("{name}-{}", sha256.get(..16).unwrap_or_default());
        let place = self.folder.join(format!("{stem}.txt"));
        // A second name for the bytes, so that the draft may go whatever happens here.
        match std::fs::hard_link(self.file.path(), &place) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => drop(std::fs::copy(self.file.path(), &place)?),
        }
        let mut known = Archived {
            file: format!("{stem}.txt"),
            report_id: report_id.to_owned(),
            document_id: document_id.to_owned(),
            settlement_id: String::new(),
            sha256,
            bytes,
            content_type,
            archived_at: now,
        };
        let note = self.folder.join(format!("{stem}.{NOTE}"));
        // It is kept before it is looked into.
        write(&note, &known)?;
        let archive = self.folder.parent().map(Path::to_path_buf).unwrap_or_default();
        let report = open(&archive, &known)?;
        report.settlement_id().clone_into(&mut known.settlement_id);
        write(&note, &known)?;
        Ok((report, known))
    }
}

fn write(note: &Path, known: &Archived) -> io::Result<()> {
    let folder = note.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".draft-").tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(known)?)?;
    file.as_file().sync_all()?;
    file.persist(note)?;
    Ok(())
}

fn broken(folder: &Path, error: &io::Error) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, format!("settlements cannot be archived in {}: {error}", folder.display()))
}
