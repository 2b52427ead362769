//! Export and import: a store as lines of JSON that any tool can read, for backups and for moving between machines
//! and versions. The last line has the SHA-256 of all lines before it, so `head -n -1 FILE | sha256sum` gives the
//! same, and an import makes nothing visible until it was found right.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::base::BaseWriter;
use super::disk::{discard, failed, settle};
use super::journal::Journal;
use super::lock::{LOCK_FILE, Lock};
use super::truth::Truth;
use super::{Options, frame};
use crate::store::{Batch, MAX_KEY, MAX_VALUE, StoreError, Table, hex, seal};

/// The version of the export's own format.
const VERSION: u32 = 1;
/// The format byte of entries that are JSON.
const JSON_ENTRY: u8 = 1;
/// No line is longer: a value of the largest size in hexadecimal, its key, and the names around them.
const MAX_LINE: u64 = 2 * (MAX_VALUE + MAX_KEY) as u64 + 4096;

/// What was exported or imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transferred {
    /// How many entries.
    pub entries: u64,
    /// SHA-256 of all lines but the last.
    pub sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    flowrun_export: u32,
    sequence: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: String,
    key: String,
    /// The entry, where it is JSON that survives being read and written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// Its bytes, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    end: Transferred,
}

/// Writes all entries of the store in `dir`, which must not be open.
pub fn export(dir: &Path, writer: &mut dyn Write) -> Result<Transferred, StoreError> {
    if !dir.is_dir() {
        return Err(StoreError::Io { path: dir.display().to_string(), detail: "there is no such directory".into() });
    }
    let _lock = Lock::take(dir)?;
    let truth = Truth::read(dir)?;
    let out = Path::new("(the export)");
    let mut hash = Sha256::new();
    let mut put = |line: &[u8]| {
        hash.update(line);
        writer.write_all(line).map_err(|error| failed(out, &error))
    };
    put(&text(&Head { flowrun_export: VERSION, sequence: truth.last() })?)?;
    let mut entries = truth.entries()?;
    let mut count = 0;
    while let Some((key, value)) = entries.next()? {
        put(&text(&line(&key, &value)?)?)?;
        count += 1;
    }
    let end = Transferred { entries: count, sha256: hex::encode(&hash.finalize()) };
    let tail = text(&Tail { end: end.clone() })?;
    writer.write_all(&tail).and_then(|()| writer.flush()).map_err(|error| failed(out, &error))?;
    Ok(end)
}

/// Makes a store in `dir`, which must be empty or not exist, of an export. A `seal.key` may be there already.
pub fn import(reader: &mut dyn Read, dir: &Path) -> Result<Transferred, StoreError> {
    let options = Options::default();
    let _lock = Lock::take(dir)?;
    for entry in fs::read_dir(dir).map_err(|error| failed(dir, &error))? {
        let name = entry.map_err(|error| failed(dir, &error))?.file_name();
        if name != LOCK_FILE && name != seal::KEY_FILE {
            return Err(StoreError::Io {
                path: dir.display().to_string(),
                detail: format!("an import needs an empty directory, and {} is in it", name.display()),
            });
        }
    }
    let mut writer = BaseWriter::create(dir, 1, 0, Arc::clone(&options.disk))?;
    let read = read_all(reader, &mut writer);
    let transferred = match read {
        Ok(transferred) => transferred,
        Err(error) => {
            writer.abandon();
            return Err(error);
        }
    };
    // The journal first: it holds nothing, and without a base it is no store.
    let journal = Journal::create(dir, 1, 1, Arc::clone(&options.disk))?;
    if let Err(error) = writer.finish() {
        discard(options.disk.as_ref(), &journal.about().path)?;
        return Err(error);
    }
    settle(options.disk.as_ref(), dir)?;
    Ok(transferred)
}

fn read_all(reader: &mut dyn Read, writer: &mut BaseWriter) -> Result<Transferred, StoreError> {
    let mut lines = Lines { reader: BufReader::new(reader), number: 0, line: Vec::new() };
    let mut hash = Sha256::new();
    if !lines.next()? {
        return Err(lines.refused("it is empty"));
    }
    let head: Head = lines.parse()?;
    if head.flowrun_export != VERSION {
        return Err(lines.refused(format!("it has format {}, and this flowrun reads {VERSION}", head.flowrun_export)));
    }
    hash.update(&lines.line);
    let mut last: Option<Vec<u8>> = None;
    let mut entries = 0;
    while lines.next()? {
        if lines.line.starts_with(b"{\"end\":") {
            let Tail { end } = lines.parse()?;
            if end != (Transferred { entries, sha256: hex::encode(&hash.finalize()) }) {
                return Err(lines.refused("its content is not what its checksum was made of; it was changed or cut"));
            }
            if lines.next()? {
                return Err(lines.refused("there is more after its end"));
            }
            return Ok(end);
        }
        hash.update(&lines.line);
        let (key, value) = lines.entry()?;
        if last.as_ref().is_some_and(|last| *last >= key) {
            return Err(lines.refused("the keys are not in order"));
        }
        writer.add(&key, &value)?;
        last = Some(key);
        entries += 1;
    }
    Err(lines.refused("its last line is missing: it was cut short"))
}

struct Lines<'a> {
    reader: BufReader<&'a mut dyn Read>,
    number: u64,
    line: Vec<u8>,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<bool, StoreError> {
        self.line.clear();
        self.number += 1;
        let read = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line);
        match read.map_err(|error| failed(Path::new("(the export)"), &error))? {
            0 => Ok(false),
            _ if self.line.ends_with(b"\n") => Ok(true),
            _ => Err(self.refused("it ends within a line, or the line is too long")),
        }
    }

    fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, StoreError> {
        serde_json::from_slice(&self.line).map_err(|error| self.refused(error))
    }

    fn entry(&self) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let line: Line = self.parse()?;
        let table = Table::from_name(&line.table)
            .ok_or_else(|| self.refused(format!("this flowrun has no table {}", line.table)))?;
        let key = hex::decode(&line.key).ok_or_else(|| self.refused("the key is not hexadecimal"))?;
        let value = match (line.value, line.bytes) {
            (Some(value), None) => {
                let mut bytes = vec![JSON_ENTRY];
                serde_json::to_writer(&mut bytes, &value).map_err(|error| self.refused(error))?;
                bytes
            }
            (None, Some(text)) => hex::decode(&text).ok_or_else(|| self.refused("the bytes are not hexadecimal"))?,
            _ => return Err(self.refused("it needs a value or bytes")),
        };
        let mut batch = Batch::default();
        batch.changes.push((table, key, Some(value)));
        batch.check()?;
        let (_, key, value) = batch.changes.swap_remove(0);
        Ok((frame::full_key(table, &key), value.unwrap_or_default()))
    }

    fn refused(&self, detail: impl std::fmt::Display) -> StoreError {
        StoreError::Damaged {
            path: "(the export)".into(),
            detail: format!("line {}: {detail}. Nothing was imported", self.number),
        }
    }
}

fn line(key: &[u8], value: &[u8]) -> Result<Line, StoreError> {
    let (table, key) = key
        .split_first()
        .and_then(|(number, key)| Some((Table::from_number(*number)?, key)))
        .ok_or_else(|| StoreError::Entry { detail: "it belongs to a table that a newer flowrun made".into() })?;
    let json = value.strip_prefix(&[JSON_ENTRY]).and_then(exact);
    let bytes = json.is_none().then(|| hex::encode(value));
    Ok(Line { table: table.name().into(), key: hex::encode(key), value: json, bytes })
}

/// The JSON, if writing it again gives the same bytes: an import must give back what was exported, bit for bit.
fn exact(text: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(text).ok()?;
    (!value.is_null() && serde_json::to_vec(&value).is_ok_and(|again| again == text)).then_some(value)
}

fn text<T: Serialize>(line: &T) -> Result<Vec<u8>, StoreError> {
    let mut bytes = serde_json::to_vec(line)
        .map_err(|error| StoreError::Io { path: "(the export)".into(), detail: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
