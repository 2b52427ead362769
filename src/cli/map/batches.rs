//! Lines in batches, through one or several threads, out in the order of the input. Batch number n goes to thread
//! n modulo their number and is collected from there, so that nothing needs sorting. Each thread has at most
//! [`WAITING`] batches before it and as many behind it, which bounds the memory whatever the input.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::exit::Failure;
use crate::plan::Plan;
use crate::rehearse::Mocks;
use crate::rehearse::mapper::{Mapper, Refused};
use crate::value::Value;

/// How long one record may be, in bytes.
const MAX_RECORD: usize = 16 << 20;
/// How many bytes are read at once: many records, and few enough to stay in the processor's cache.
const BATCH: usize = 128 << 10;
/// How many batches may wait before and behind each thread: enough that one goes on while the other is held up.
const WAITING: usize = 8;

/// Whole lines of the input.
pub(super) struct Batch {
    text: Vec<u8>,
    /// How much of the text there is. What is behind it was of another batch, and is not cleared each time.
    length: usize,
    /// The number of its first line, from 1.
    line: u64,
}

/// What became of a batch.
pub(super) struct Mapped {
    /// What would be written, a line each.
    pub(super) lines: Vec<u8>,
    /// The records that could not be mapped.
    pub(super) refused: Vec<Refused>,
}

/// What became of a batch, with its text, to be used again.
type Done = (Mapped, Vec<u8>);

/// Buffers that have been used and are used again: fresh memory of this size is cleared by the system each time.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give(&self, buffer: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// The input in batches.
pub(super) struct Batches {
    input: Box<dyn Read + Send>,
    /// The beginning of a line of which the end has not been read.
    carried: Vec<u8>,
    line: u64,
    ended: bool,
    spare: Arc<Spare>,
}

/// Makes a buffer at least so long.
fn reach(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
}

impl Batches {
    pub(super) fn new(input: Box<dyn Read + Send>) -> Self {
        Self { input, carried: Vec::new(), line: 1, ended: false, spare: Arc::default() }
    }

    /// The next whole lines; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Batch>, Failure> {
        let mut text = self.spare.take();
        let mut length = self.carried.len();
        reach(&mut text, length);
        text.get_mut(..length).unwrap_or_default().copy_from_slice(&self.carried);
        self.carried.clear();
        // Where a line is longer than a batch, as much again is read until its end is there.
        let mut wanted = BATCH;
        while !self.ended {
            reach(&mut text, length + wanted);
            // What has come is mapped at once: the next line of a pipe may take its time.
            let read = match self.input.read(text.get_mut(length..length + wanted).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            length += read;
            self.ended = read == 0;
            if self.line == 1 && laid_out(text.get(..length).unwrap_or_default()) {
                text.truncate(length);
                self.rest(&mut text)?;
                length = text.len();
            }
            if self.ended {
                break;
            }
            let there = text.get(..length).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', there) {
                self.carried.extend_from_slice(there.get(end + 1..).unwrap_or_default());
                let whole = there.get(..end + 1).unwrap_or_default();
                if whole.len() > MAX_RECORD && whole.split(|byte| *byte == b'\n').any(|line| line.len() > MAX_RECORD) {
                    return Err(too_long());
                }
                length = end + 1;
                break;
            }
            if length > MAX_RECORD {
                return Err(too_long());
            }
            wanted = length.max(BATCH);
        }
        if length == 0 {
            return Ok(None);
        }
        let line = self.line;
        self.line += memchr::memchr_iter(b'\n', text.get(..length).unwrap_or_default()).count() as u64;
        Ok(Some(Batch { text, length, line }))
    }

    /// A document laid out over several lines is read whole and becomes one line: only a list of lines can be of any length.
    fn rest(&mut self, text: &mut Vec<u8>) -> Result<(), Failure> {
        Read::take(&mut self.input, MAX_RECORD as u64 + 1).read_to_end(text)?;
        if text.len() > MAX_RECORD {
            let help = "give more records as one JSON object per line";
            let why = format!("a document over several lines is longer than {MAX_RECORD} bytes; {help}");
            return Err(Failure::usage(why));
        }
        // Line breaks mean nothing between the parts of a document, and inside text they are no JSON.
        text.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        self.ended = true;
        Ok(())
    }
}

impl Batch {
    /// Its lines that are not blank, with their numbers.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut start = 0;
        let text = self.text.get(..self.length).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', text).chain(std::iter::once(text.len()));
        let lines = ends.map(move |end| {
            let line = text.get(start..end).unwrap_or_default();
            start = end + 1;
            line
        });
        (self.line..).zip(lines).filter(|(_, text)| !text.iter().all(u8::is_ascii_whitespace))
    }
}

/// Whether the first line ends in the middle of a document.
fn laid_out(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.len() < text.len() && matches!(first.trim_ascii_end(), [.., b'{' | b'[' | b','])
}

fn too_long() -> Failure {
    Failure::usage(format!("a record is longer than {MAX_RECORD} bytes; records are one JSON object per line"))
}

/// What is done with the records.
pub(super) struct Work<'p> {
    pub(super) plan: &'p Plan,
    pub(super) params: &'p Arc<[Value]>,
    pub(super) mocks: &'p Mocks,
}

impl<'p> Work<'p> {
    fn mapper<'a>(&self, plan: &'a Plan) -> Mapper<'a>
    where
        'p: 'a,
    {
        Mapper::new(plan, Arc::clone(self.params), self.mocks)
    }
}

/// Maps all batches, each thread with a plan and a mapper of its own, and hands on what became of them in the order of the input.
pub(super) fn map(
    mut batches: Batches,
    threads: usize,
    work: &Work<'_>,
    mut collect: impl FnMut(&Mapped) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let texts = Arc::clone(&batches.spare);
    let spare = Spare::default();
    let mut collect = |(mut mapped, text): Done| {
        let collected = collect(&mapped);
        texts.give(text);
        mapped.lines.clear();
        spare.give(mapped.lines);
        collected
    };
    if threads <= 1 {
        let mut mapper = work.mapper(work.plan);
        while let Some(batch) = batches.next()? {
            collect(of_batch(&mut mapper, batch, &spare))?;
        }
        return Ok(());
    }
    std::thread::scope(|scope| {
        let mut to: Vec<SyncSender<Batch>> = Vec::new();
        let mut from: Vec<Receiver<Done>> = Vec::new();
        for _ in 0..threads {
            let (give, take) = sync_channel::<Batch>(WAITING);
            let (done, collected) = sync_channel::<Done>(WAITING);
            let spare = &spare;
            scope.spawn(move || {
                let plan = work.plan.for_a_thread();
                let mut mapper = work.mapper(&plan);
                // Nobody who collects any more: the output is gone, and so is the work.
                while let Ok(batch) = take.recv()
                    && done.send(of_batch(&mut mapper, batch, spare)).is_ok()
                {}
            });
            to.push(give);
            from.push(collected);
        }
        let reader = scope.spawn(move || -> Result<(), Failure> {
            for give in to.iter().cycle() {
                let Some(batch) = batches.next()? else { break };
                if give.send(batch).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut collected = Ok(());
        for receiver in from.iter().cycle() {
            match receiver.recv() {
                Ok(mapped) => collected = collect(mapped),
                Err(_) => break,
            }
            if collected.is_err() {
                break;
            }
        }
        drop(from);
        let read = reader.join().unwrap_or_else(|_| Err(Failure::usage("the input could not be read to its end")));
        collected.and(read)
    })
}

fn of_batch(mapper: &mut Mapper<'_>, batch: Batch, spare: &Spare) -> Done {
    let mut mapped = Mapped { lines: spare.take(), refused: Vec::new() };
    for (line, text) in batch.lines() {
        mapper.line(text, line, &mut mapped.lines, &mut mapped.refused);
    }
    (mapped, batch.text)
}
