//! The base: all entries, sorted, as they were when a journal began. It is written once, beside the old one, and gets
//! its name only when it is complete and on the disk; its last bytes are the number of entries and the SHA-256 of all
//! before, and nothing that was read from it counts until these were reached and are right.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::disk::{Disk, damaged, failed};
use crate::store::{MAX_KEY, MAX_VALUE, Pair, StoreError};

const MAGIC: &[u8; 16] = b"flowrun base 1.\n";
const END: u32 = u32::MAX;
const BUFFER: usize = 256 << 10;

/// A base that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BaseFile {
    /// The journal that continues it.
    pub(super) number: u64,
    /// Where it is.
    pub(super) path: PathBuf,
    /// The last frame that it includes.
    pub(super) sequence: u64,
    /// Its size.
    pub(super) bytes: u64,
}

/// The name of a base.
pub(super) fn file_name(number: u64) -> String {
    format!("base-{number}.data")
}

/// Writes a base.
pub(super) struct BaseWriter {
    disk: Arc<dyn Disk>,
    file: File,
    draft: PathBuf,
    path: PathBuf,
    number: u64,
    sequence: u64,
    buffer: Vec<u8>,
    hash: Sha256,
    entries: u64,
    bytes: u64,
}

impl BaseWriter {
    /// Begins base `number`, which includes all frames up to `sequence`.
    pub(super) fn create(dir: &Path, number: u64, sequence: u64, disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let path = dir.join(file_name(number));
        let draft = path.with_extension("tmp");
        let file = disk.create(&draft).map_err(|error| failed(&draft, &error))?;
        let mut buffer = MAGIC.to_vec();
        buffer.extend_from_slice(&number.to_le_bytes());
        buffer.extend_from_slice(&sequence.to_le_bytes());
        let hash = Sha256::new();
        Ok(Self { disk, file, draft, path, number, sequence, buffer, hash, entries: 0, bytes: 0 })
    }

    /// Adds an entry; keys must come in order.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        // Both are bounded by Batch::check where they came in.
        self.buffer.extend_from_slice(&u32::try_from(key.len()).unwrap_or(END).to_le_bytes());
        self.buffer.extend_from_slice(&u32::try_from(value.len()).unwrap_or(END).to_le_bytes());
        self.buffer.extend_from_slice(key);
        self.buffer.extend_from_slice(value);
        self.entries += 1;
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Completes it: from here on it is the base. When that fails, what was written is removed.
    pub(super) fn finish(mut self) -> Result<BaseFile, StoreError> {
        match self.place() {
            Ok(()) => Ok(BaseFile { number: self.number, path: self.path, sequence: self.sequence, bytes: self.bytes }),
            Err(error) => {
                self.abandon();
                Err(error)
            }
        }
    }

    fn place(&mut self) -> Result<(), StoreError> {
        self.buffer.extend_from_slice(&END.to_le_bytes());
        self.buffer.extend_from_slice(&self.entries.to_le_bytes());
        self.flush()?;
        let digest = self.hash.clone().finalize();
        self.buffer.extend_from_slice(&digest);
        self.flush()?;
        self.disk.reached("base written");
        let place = || {
            self.disk.sync(&self.draft, &self.file)?;
            self.disk.reached("base synced");
            self.disk.rename(&self.draft, &self.path)?;
            self.disk.reached("base renamed");
            self.disk.sync_dir(self.path.parent().unwrap_or(Path::new(".")))
        };
        place().map_err(|error| failed(&self.path, &error))?;
        self.disk.reached("base durable");
        Ok(())
    }

    /// Removes what was written so far.
    pub(super) fn abandon(self) {
        // A draft that stays is removed when the store is opened next.
        let _ = self.disk.remove(&self.draft);
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.hash.update(&self.buffer);
        self.disk.write(&self.draft, &mut self.file, &self.buffer).map_err(|error| failed(&self.draft, &error))?;
        self.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Reads a base from its beginning.
pub(super) struct BaseReader {
    path: PathBuf,
    reader: BufReader<File>,
    hash: Sha256,
    entries: u64,
    last: Vec<u8>,
    about: BaseFile,
}

impl BaseReader {
    /// Opens a base and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = |error: std::io::Error| failed(path, &error);
        let file = File::open(path).map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        let about = BaseFile { number: 0, path: path.to_path_buf(), sequence: 0, bytes };
        let mut reader = Self {
            path: path.to_path_buf(),
            reader: BufReader::with_capacity(BUFFER, file),
            hash: Sha256::new(),
            entries: 0,
            last: Vec::new(),
            about,
        };
        if reader.take::<16>()? != *MAGIC {
            return Err(damaged(path, "its header is not one"));
        }
        reader.about.number = u64::from_le_bytes(reader.take()?);
        reader.about.sequence = u64::from_le_bytes(reader.take()?);
        Ok(reader)
    }

    /// What the header says.
    pub(super) fn about(&self) -> &BaseFile {
        &self.about
    }

    /// The next entry. `None` is said only after the count and the digest were found right.
    pub(super) fn next(&mut self) -> Result<Option<Pair>, StoreError> {
        let key_length = u32::from_le_bytes(self.take()?);
        if key_length == END {
            return self.end().map(|()| None);
        }
        let value_length = u32::from_le_bytes(self.take()?);
        // A key here has its table's number in front.
        if key_length as usize > MAX_KEY + 1 || value_length as usize > MAX_VALUE {
            return Err(damaged(&self.path, format!("entry {} is larger than any can be", self.entries + 1)));
        }
        let key = self.bytes(key_length)?;
        let value = self.bytes(value_length)?;
        if key <= self.last {
            return Err(damaged(&self.path, format!("entry {} is out of order", self.entries + 1)));
        }
        self.last.clone_from(&key);
        self.entries += 1;
        Ok(Some((key, value)))
    }

    fn end(&mut self) -> Result<(), StoreError> {
        let entries = u64::from_le_bytes(self.take()?);
        let expected = self.hash.clone().finalize();
        let found: [u8; 32] = self.take()?;
        let mut more = [0; 1];
        let end = self.reader.read(&mut more).map_err(|error| failed(&self.path, &error))? == 0;
        if entries != self.entries || expected[..] != found || !end {
            return Err(damaged(&self.path, "its content is not what its checksum was made of"));
        }
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| self.cut(&error))?;
        self.hash.update(bytes);
        Ok(bytes)
    }

    fn bytes(&mut self, length: u32) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes).map_err(|error| self.cut(&error))?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn cut(&self, error: &std::io::Error) -> StoreError {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                damaged(&self.path, format!("it ends within entry {}", self.entries + 1))
            }
            _ => failed(&self.path, error),
        }
    }
}
