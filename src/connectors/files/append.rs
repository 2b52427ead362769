//! Files to which lines are added, each once, whatever breaks.
//!
//! Beside the file lies a hidden index, `.NAME.index`. Each batch of lines is told there first, with where it will stand,
//! its digest and the keys of its lines; that is on disk before the lines are written, and they are on disk before
//! anyone hears that they are. So after a crash the last batch is either whole, which its digest tells, or it is taken
//! out of file and index again; and a line whose key the index knows is not written a second time.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::encode::{self, Shape};
use super::place;
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::value::Value;

/// How many keys one file may have; each takes 16 bytes of memory.
const MAX_KEYS: usize = 5_000_000;
/// How large a batch may be that is read back after a crash; no batch is larger.
const MAX_BATCH: usize = 64 << 20;
/// The index line that says that the file was taken away and a new one begun.
const TAKEN_AWAY: &str = "-";

/// The files that are open.
#[derive(Debug, Default)]
pub(super) struct Logs(Mutex<HashMap<PathBuf, Arc<Log>>>);

/// A line to add.
#[derive(Debug)]
pub(super) struct Line {
    /// What it is known by.
    pub(super) key: String,
    /// What it holds.
    pub(super) content: Value,
    /// The columns of the table, where the flow says them.
    pub(super) columns: Option<Vec<String>>,
}

/// Where it is told whether a line was new.
type Told = oneshot::Sender<Result<bool, ConnectorError>>;

/// One file.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    shape: Shape,
    waiting: Mutex<Vec<(Line, Told)>>,
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    data: File,
    index: File,
    length: u64,
    keys: HashSet<[u8; 16]>,
    columns: Vec<String>,
}

impl Logs {
    /// Adds a line; tells whether it was not there yet. Lines that come at the same time are one batch.
    pub(super) async fn add(&self, path: &Path, shape: Shape, line: Line) -> Result<bool, ConnectorError> {
        let log = Arc::clone(locked(&self.0).entry(path.to_path_buf()).or_insert_with(|| {
            Arc::new(Log { path: path.to_path_buf(), shape, waiting: Mutex::default(), state: Mutex::default() })
        }));
        let (sender, receiver) = oneshot::channel();
        locked(&log.waiting).push((line, sender));
        // Whoever comes first works for all that wait; the others find nothing left to do.
        let worker = tokio::task::spawn_blocking(move || log.work());
        let answer = receiver.await.unwrap_or_else(|_| Err(broken("the line was given up")));
        // The file is let go of before anyone goes on, so that the next to open it finds it free.
        let _ = worker.await;
        answer
    }
}

impl Log {
    fn work(&self) {
        let mut state = locked(&self.state);
        let waiting = std::mem::take(&mut *locked(&self.waiting));
        if waiting.is_empty() {
            return;
        }
        let (lines, senders): (Vec<Line>, Vec<_>) = waiting.into_iter().unzip();
        let answers = self.batch(&mut state, &lines);
        for (sender, answer) in senders.into_iter().zip(answers) {
            // Whoever has stopped waiting asks again under the same key.
            let _ = sender.send(answer);
        }
    }

    fn batch(&self, state: &mut Option<State>, lines: &[Line]) -> Vec<Result<bool, ConnectorError>> {
        let failed = |error: ConnectorError| lines.iter().map(|_| Err(error.clone())).collect::<Vec<_>>();
        if state.is_none() {
            let Some(first) = lines.first() else { return Vec::new() };
            match State::open(&self.path, self.shape, first) {
                Ok(opened) => *state = Some(opened),
                Err(error) => return failed(error),
            }
        }
        let Some(open) = state.as_mut() else { return Vec::new() };
        let mut text = Vec::new();
        let mut keys: Vec<[u8; 16]> = Vec::new();
        let mut answers = Vec::with_capacity(lines.len());
        for line in lines {
            let key = digest(line.key.as_bytes());
            if open.keys.contains(&key) || keys.contains(&key) {
                answers.push(Ok(false));
                continue;
            }
            match encode::record(self.shape, &open.columns, &line.content) {
                Ok(_) if open.keys.len() + keys.len() >= MAX_KEYS => answers.push(Err(rejected(format!(
                    "the file has {MAX_KEYS} lines already; let the flow begin new ones, such as one for each month"
                )))),
                Ok(written) if text.len() + written.len() > MAX_BATCH => {
                    answers.push(Err(broken("too much was written at once; it is tried again")));
                }
                Ok(written) => {
                    text.extend(written);
                    keys.push(key);
                    answers.push(Ok(true));
                }
                Err(why) => answers.push(Err(rejected(why))),
            }
        }
        if keys.is_empty() {
            return answers;
        }
        match open.write(&text, &keys) {
            Ok(()) => {
                open.keys.extend(keys);
                answers
            }
            Err(error) => {
                // What is on disk is not known now; the next try looks.
                *state = None;
                let error = io_error(&self.path, &error);
                answers.into_iter().map(|answer| if answer == Ok(true) { Err(error.clone()) } else { answer }).collect()
            }
        }
    }
}

impl State {
    fn open(path: &Path, shape: Shape, first: &Line) -> Result<Self, ConnectorError> {
        let refuse = |error: io::Error| io_error(path, &error);
        place::make_folder(path.parent().unwrap_or(Path::new("."))).map_err(refuse)?;
        let index_path = index_of(path);
        let mut index = OpenOptions::new().create(true).append(true).read(true).open(&index_path).map_err(refuse)?;
        index.try_lock().map_err(|_| {
            ConnectorError::new(
                ErrorKind::Bug,
                format!("{} is being written by another process; two may not add lines to one file", path.display()),
            )
        })?;
        let (mut keys, last, whole) = read_index(&index).map_err(refuse)?;
        index.set_len(whole).map_err(refuse)?;
        let missing = !path.exists();
        if fs::metadata(path).map_or(true, |there| there.len() == 0) {
            let head = match shape {
                Shape::Csv | Shape::Tsv => {
                    let columns = first.columns.clone().unwrap_or_else(|| encode::columns(&first.content));
                    encode::header(shape, &columns).map_err(rejected)?
                }
                _ => Vec::new(),
            };
            place::replace(path, &head).map_err(refuse)?;
        }
        if missing && whole > 0 {
            // Whoever reads the file has taken it away; what was in it was delivered.
            index.write_all(format!("{TAKEN_AWAY}\n").as_bytes()).and_then(|()| index.sync_all()).map_err(refuse)?;
        }
        let mut data = OpenOptions::new().append(true).read(true).open(path).map_err(refuse)?;
        if let Some(batch) = last.filter(|_| !missing)
            && !batch.is_whole(&mut data).map_err(refuse)?
        {
            let length = data.metadata().map_err(refuse)?.len();
            data.set_len(length.min(batch.from)).and_then(|()| data.sync_all()).map_err(refuse)?;
            index.set_len(batch.told_at).and_then(|()| index.sync_all()).map_err(refuse)?;
            batch.keys.iter().for_each(|key| {
                keys.remove(key);
            });
        }
        let mut length = data.metadata().map_err(refuse)?.len();
        if length > 0 && !ends_a_line(&mut data, length).map_err(refuse)? {
            data.write_all(b"\n").map_err(refuse)?;
            length += 1;
        }
        let columns = match shape {
            Shape::Csv | Shape::Tsv => columns_of(path, shape).map_err(refuse)?,
            _ => Vec::new(),
        };
        Ok(Self { data, index, length, keys, columns })
    }

    fn write(&mut self, text: &[u8], keys: &[[u8; 16]]) -> io::Result<()> {
        let mut told = format!("{} {} {}", self.length, text.len(), hex(&digest(text)));
        for key in keys {
            told.push(' ');
            told.push_str(&hex(key));
        }
        told.push('\n');
        self.index.write_all(told.as_bytes())?;
        self.index.sync_data()?;
        self.data.write_all(text)?;
        self.data.sync_data()?;
        self.length += text.len() as u64;
        Ok(())
    }
}

/// A batch as the index tells of it.
struct Batch {
    told_at: u64,
    from: u64,
    length: u64,
    digest: [u8; 16],
    keys: Vec<[u8; 16]>,
}

impl Batch {
    fn read(line: &str, told_at: u64) -> Option<Self> {
        let mut words = line.split(' ');
        let from = words.next()?.parse().ok()?;
        let length = words.next()?.parse().ok()?;
        let digest = unhex(words.next()?)?;
        let keys = words.map(unhex).collect::<Option<_>>()?;
        Some(Self { told_at, from, length, digest, keys })
    }

    fn is_whole(&self, data: &mut File) -> io::Result<bool> {
        if data.metadata()?.len() < self.from + self.length || self.length > MAX_BATCH as u64 {
            return Ok(false);
        }
        data.seek(SeekFrom::Start(self.from))?;
        let mut text = Vec::new();
        data.take(self.length).read_to_end(&mut text)?;
        Ok(digest(&text) == self.digest)
    }
}

/// All keys, the last batch, and how long the index is without a line that was cut off.
fn read_index(index: &File) -> io::Result<(HashSet<[u8; 16]>, Option<Batch>, u64)> {
    let mut reader = BufReader::new(index);
    reader.seek(SeekFrom::Start(0))?;
    let (mut keys, mut last, mut whole) = (HashSet::new(), None, 0);
    let mut line = String::new();
    loop {
        line.clear();
        let read = reader.read_line(&mut line)?;
        if read == 0 || !line.ends_with('\n') {
            return Ok((keys, last, whole));
        }
        last = match line.trim_end() {
            TAKEN_AWAY => None,
            text => {
                let damaged = || io::Error::new(io::ErrorKind::InvalidData, "its index is damaged");
                let batch = Batch::read(text, whole).ok_or_else(damaged)?;
                keys.extend(batch.keys.iter().copied());
                Some(batch)
            }
        };
        whole += read as u64;
    }
}

fn ends_a_line(data: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    data.seek(SeekFrom::Start(length - 1))?;
    data.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The columns that a table has already.
fn columns_of(path: &Path, shape: Shape) -> io::Result<Vec<String>> {
    let delimiter = if shape == Shape::Tsv { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(shape == Shape::Csv)
        .from_reader(BufReader::new(File::open(path)?));
    let header = reader.headers().map_err(io::Error::other)?;
    Ok(header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect())
}

fn index_of(path: &Path) -> PathBuf {
    path.with_file_name(format!(".{}.index", path.file_name().unwrap_or_default().to_string_lossy()))
}

fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(Sha256::digest(bytes)) {
        *to = from;
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32).map(u128::to_be_bytes)
}

fn rejected(why: String) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, why)
}

fn broken(why: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Transient, why)
}

/// A disk that does not take something may take it later; a folder that may not be written needs a person.
pub(super) fn io_error(path: &Path, error: &io::Error) -> ConnectorError {
    let kind = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::InvalidData => {
            ErrorKind::Bug
        }
        _ => ErrorKind::Transient,
    };
    ConnectorError::new(kind, format!("{}: {error}", path.display()))
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn line(key: &str, content: &str) -> Line {
        Line { key: key.to_owned(), content: json::parse(content.as_bytes()).unwrap(), columns: None }
    }

    async fn add(path: &Path, lines: &[(&str, &str)]) -> Vec<Result<bool, ConnectorError>> {
        let (logs, shape) = (Logs::default(), Shape::of(path).unwrap());
        let adding = lines.iter().map(|(key, content)| logs.add(path, shape, line(key, content)));
        futures::future::join_all(adding).await
    }

    #[tokio::test]
    async fn a_key_is_written_once_over_restarts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("in/log.ndjson");
        assert_eq!(add(&path, &[("a", "1"), ("b", "2"), ("a", "1")]).await, [Ok(true), Ok(true), Ok(false)]);
        assert_eq!(add(&path, &[("b", "2"), ("c", "3")]).await, [Ok(false), Ok(true)]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n3\n");
        fs::remove_file(&path).unwrap();
        assert_eq!(add(&path, &[("a", "1"), ("d", "4")]).await, [Ok(false), Ok(true)]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "4\n");
        assert_eq!(add(&path, &[("d", "4")]).await, [Ok(false)]);
    }

    #[tokio::test]
    async fn whatever_byte_a_crash_comes_at_each_line_is_there_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.csv");
        add(&path, &[("a", r#"{"id":1,"t":"x"}"#)]).await;
        let (data, index) = (fs::read(&path).unwrap(), fs::read(index_of(&path)).unwrap());
        add(&path, &[("b", r#"{"id":2,"t":"y,"}"#)]).await;
        let (after, told) = (fs::read(&path).unwrap(), fs::read(index_of(&path)).unwrap());
        let mut crashes: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for cut in index.len()..=told.len() {
            crashes.push((data.clone(), told[..cut].to_vec()));
        }
        for cut in data.len()..=after.len() {
            crashes.push((after[..cut].to_vec(), told.clone()));
        }
        let mut zeroed = data.clone();
        zeroed.resize(after.len(), 0);
        crashes.push((zeroed, told.clone()));
        for (data, index) in crashes {
            fs::write(&path, &data).unwrap();
            fs::write(index_of(&path), &index).unwrap();
            add(&path, &[("b", r#"{"id":2,"t":"y,"}"#), ("c", r#"{"t":"z"}"#)]).await;
            let text = fs::read_to_string(&path).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            lines[2..].sort_unstable();
            assert_eq!(lines, ["id,t", "1,x", ",z", "2,\"y,\""], "{data:?} {index:?}");
        }
    }

    #[tokio::test]
    async fn a_row_that_does_not_fit_is_refused_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.tsv");
        let answers = add(&path, &[("a", r#"{"x":"1"}"#), ("b", r#"{"y":"2"}"#), ("c", r#"{"x":"a\tb"}"#)]).await;
        assert_eq!(answers[0], Ok(true));
        assert!(answers[1].as_ref().unwrap_err().message.contains("only the columns x"));
        assert_eq!(answers[2].as_ref().unwrap_err().kind, ErrorKind::Rejected);
        let (logs, other) = (Logs::default(), Logs::default());
        logs.add(&path, Shape::Tsv, line("d", r#"{"x":"1"}"#)).await.unwrap();
        let error = other.add(&path, Shape::Tsv, line("e", r#"{"x":"1"}"#)).await.unwrap_err();
        assert!(error.message.contains("another process"), "{error}");
    }
}
