//! The journal: the one place where an acknowledged change is certain to be. It is a file that only grows, by one
//! frame per group of commits, and is forced to the disk before any of them is acknowledged.
//!
//! A group is one frame with one checksum, not a frame per commit: a power cut may leave any of the blocks of the last,
//! unacknowledged write on the disk, so a torn group could otherwise look like a bad frame followed by good ones,
//! which is what real damage looks like. The checksum is salted with a random number of the file's own, so that no
//! value stored in a frame can pass for a frame.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::disk::{Disk, damaged, failed};
use crate::store::StoreError;

const MAGIC: &[u8; 16] = b"flowrun journal1";
const FRAME_MAGIC: &[u8; 4] = b"\xf1FRM";
const SALT: usize = 16;
const CHECK: usize = 16;
const HEADER: usize = 16 + 8 + 8 + SALT + CHECK;
const FRAME_HEADER: usize = 4 + 4 + 8 + CHECK;

/// What is known of a journal file after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JournalFile {
    /// Its place in the order of journals.
    pub(super) number: u64,
    /// Where it is.
    pub(super) path: PathBuf,
    /// The sequence its first frame has or will have.
    pub(super) first: u64,
    /// The sequence of the last frame; `first - 1` while there is none.
    pub(super) last: u64,
    /// Bytes up to the end of the last good frame.
    pub(super) length: u64,
    /// Bytes after that: an append that was cut short, and that nobody was told had succeeded.
    pub(super) torn: u64,
    salt: [u8; SALT],
}

/// One frame as it is read.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Its number; frames are numbered without gaps through all journals.
    pub(super) sequence: u64,
    /// Where its payload begins in the file.
    pub(super) offset: u64,
    /// The changes.
    pub(super) payload: &'a [u8],
}

/// The name of a journal.
pub(super) fn file_name(number: u64) -> String {
    format!("journal-{number}.log")
}

/// Reads a journal from its beginning. `None` means that the file was made but never used: the power went before its
/// header was on the disk, and before anything could be written behind it.
pub(super) fn scan(
    path: &Path,
    mut visit: impl FnMut(Frame<'_>) -> Result<(), StoreError>,
) -> Result<Option<JournalFile>, StoreError> {
    let fail = |error: std::io::Error| failed(path, &error);
    let mut file = File::open(path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len();
    let mut header = Vec::with_capacity(HEADER);
    file.by_ref().take(HEADER as u64).read_to_end(&mut header).map_err(fail)?;
    let Some((number, first, salt)) = read_header(&header) else {
        if size <= HEADER as u64 {
            return Ok(None);
        }
        return Err(damaged(path, "its header is not one, so none of its frames can be read"));
    };
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut length = HEADER as u64;
    let mut next = first;
    let mut payload = Vec::new();
    let mut head = Vec::with_capacity(FRAME_HEADER);
    loop {
        head.clear();
        reader.by_ref().take(FRAME_HEADER as u64).read_to_end(&mut head).map_err(fail)?;
        let Some((bytes, sequence, check)) = read_frame_header(&head) else { break };
        let offset = length + FRAME_HEADER as u64;
        if offset + u64::from(bytes) > size {
            break;
        }
        payload.clear();
        reader.by_ref().take(u64::from(bytes)).read_to_end(&mut payload).map_err(fail)?;
        if checksum(&salt, sequence, &payload) != check {
            break;
        }
        if sequence != next {
            return Err(damaged(path, format!("frame {sequence} is at offset {length}, where {next} belongs")));
        }
        visit(Frame { sequence, offset, payload: &payload })?;
        next += 1;
        length = offset + u64::from(bytes);
    }
    if length < size
        && let Some((offset, sequence)) = later_frame(reader.into_inner(), length, &salt, next).map_err(fail)?
    {
        return Err(damaged(
            path,
            format!("what is at offset {length} is no frame, but frame {sequence} follows at offset {offset}"),
        ));
    }
    let path = path.to_path_buf();
    Ok(Some(JournalFile { number, path, first, last: next - 1, length, torn: size - length, salt }))
}

/// The journal that commits go to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    about: JournalFile,
    disk: Arc<dyn Disk>,
}

/// A frame that did not get onto the disk.
#[derive(Debug)]
pub(super) struct Failure {
    /// Why.
    pub(super) error: StoreError,
    /// Whether the journal cannot be believed any more, because the failed frame could not be taken back either.
    pub(super) fatal: bool,
}

impl Journal {
    /// Starts a new journal, which exists for good when this returns.
    pub(super) fn create(dir: &Path, number: u64, first: u64, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let path = dir.join(file_name(number));
        let mut salt = [0; SALT];
        rand::fill(&mut salt[..]);
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&number.to_le_bytes());
        header.extend_from_slice(&first.to_le_bytes());
        header.extend_from_slice(&salt);
        let check = Sha256::digest(&header);
        header.extend_from_slice(&check[..CHECK]);
        let make = || {
            let mut file = disk.create(&path)?;
            disk.write(&path, &mut file, &header)?;
            disk.sync(&path, &file)?;
            disk.sync_dir(dir)?;
            Ok(file)
        };
        let file = make().map_err(|error| failed(&path, &error))?;
        let about = JournalFile { number, path, first, last: first - 1, length: HEADER as u64, torn: 0, salt };
        Ok(Self { file, about, disk })
    }

    /// Goes on with a journal; what is torn at its end is cut off.
    pub(super) fn resume(about: JournalFile, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let path = about.path.clone();
        let fail = |error: std::io::Error| failed(&path, &error);
        let mut file = OpenOptions::new().read(true).write(true).open(&path).map_err(fail)?;
        if about.torn > 0 {
            tracing::warn!(file = %path.display(), bytes = about.torn, "an unfinished write at the journal's end was dropped; nobody was told it had succeeded");
            disk.truncate(&path, &mut file, about.length).map_err(fail)?;
            disk.sync(&path, &file).map_err(fail)?;
        }
        file.seek(SeekFrom::Start(about.length)).map_err(fail)?;
        Ok(Self { file, about: JournalFile { torn: 0, ..about }, disk })
    }

    /// What it holds now.
    pub(super) fn about(&self) -> &JournalFile {
        &self.about
    }

    /// Adds a frame. When this succeeds it survives a power cut; when it fails it is not there.
    pub(super) fn append(&mut self, payload: &[u8]) -> Result<u64, Failure> {
        let sequence = self.about.last + 1;
        let mut frame = Vec::with_capacity(FRAME_HEADER + payload.len());
        frame.extend_from_slice(FRAME_MAGIC);
        // The writer bounds a group far below what the field holds.
        frame.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        frame.extend_from_slice(&sequence.to_le_bytes());
        frame.extend_from_slice(&checksum(&self.about.salt, sequence, payload));
        frame.extend_from_slice(payload);
        let path = &self.about.path;
        let written = self.disk.write(path, &mut self.file, &frame);
        let synced = written.is_ok();
        if let Err(error) = written.and_then(|()| self.disk.sync(path, &self.file)) {
            let error = failed(path, &error);
            let undone = self.cut(self.about.length);
            // After a failed sync the system may have forgotten which blocks it still had to write. A full disk is
            // the exception: the frame was cut off again, and what comes later is written anew.
            let fatal = undone.is_err() || (synced && !matches!(error, StoreError::Full { .. }));
            return Err(Failure { error, fatal });
        }
        self.about.length += frame.len() as u64;
        self.about.last = sequence;
        Ok(sequence)
    }

    /// Takes back the last frame, which began at `length`.
    pub(super) fn take_back(&mut self, length: u64) -> Result<(), StoreError> {
        self.cut(length)?;
        self.about.length = length;
        self.about.last -= 1;
        Ok(())
    }

    fn cut(&mut self, length: u64) -> Result<(), StoreError> {
        let path = &self.about.path;
        self.disk
            .truncate(path, &mut self.file, length)
            .and_then(|()| self.disk.sync(path, &self.file))
            .map_err(|error| failed(path, &error))
    }
}

fn read_header(bytes: &[u8]) -> Option<(u64, u64, [u8; SALT])> {
    let (head, check) = bytes.split_at_checked(HEADER - CHECK)?;
    let number = |at: usize| Some(u64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
    let sound = head.starts_with(MAGIC) && Sha256::digest(head)[..CHECK] == *check;
    sound.then_some((number(16)?, number(24)?, head.get(32..)?.try_into().ok()?))
}

fn read_frame_header(bytes: &[u8]) -> Option<(u32, u64, [u8; CHECK])> {
    let bytes: &[u8; FRAME_HEADER] = bytes.try_into().ok()?;
    let length = u32::from_le_bytes(bytes[4..8].try_into().ok()?);
    let sequence = u64::from_le_bytes(bytes[8..16].try_into().ok()?);
    bytes.starts_with(FRAME_MAGIC).then_some((length, sequence, bytes[16..].try_into().ok()?))
}

fn checksum(salt: &[u8; SALT], sequence: u64, payload: &[u8]) -> [u8; CHECK] {
    let length = (payload.len() as u64).to_le_bytes();
    let hash = Sha256::new().chain_update(salt).chain_update(sequence.to_le_bytes()).chain_update(length);
    let digest = hash.chain_update(payload).finalize();
    let mut check = [0; CHECK];
    check.copy_from_slice(&digest[..CHECK]);
    check
}

/// The first good frame behind something that is none: the sign that the file was damaged, and not merely cut short.
fn later_frame(mut file: File, from: u64, salt: &[u8; SALT], next: u64) -> std::io::Result<Option<(u64, u64)>> {
    file.seek(SeekFrom::Start(from))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    for at in 1..rest.len().saturating_sub(FRAME_HEADER - 1) {
        let Some((length, sequence, check)) = read_frame_header(&rest[at..at + FRAME_HEADER]) else { continue };
        let start = at + FRAME_HEADER;
        let payload = usize::try_from(length).ok().and_then(|length| rest.get(start..start.checked_add(length)?));
        if payload.is_some_and(|payload| sequence >= next && checksum(salt, sequence, payload) == check) {
            return Ok(Some((from + at as u64, sequence)));
        }
    }
    Ok(None)
}
