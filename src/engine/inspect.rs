//! What the ledger knows, for people: dead letters by their cause, runs, and one record's way.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::store::seal::Sealer;
use crate::store::{
    self, DeadLetter, DeadLetterState, HistoryEntry, RecordEntry, RunEntry, StepEntry, Store, StoreError, key,
};
use crate::value::{Value, json};

/// Entries that are read at once.
const CHUNK: usize = 500;

/// Which dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Which {
    /// Of this flow.
    pub flow: Option<String>,
    /// With this cause: the code of the error.
    pub cause: Option<String>,
    /// Of this record.
    pub key: Option<String>,
    /// Also those that are closed.
    pub closed: bool,
}

impl Which {
    fn takes(&self, letter: &DeadLetter) -> bool {
        self.flow.as_ref().is_none_or(|flow| *flow == letter.flow)
            && self.cause.as_ref().is_none_or(|cause| cause.eq_ignore_ascii_case(&letter.cause))
            && self.key.as_ref().is_none_or(|key| *key == letter.key)
            && (self.closed || letter.state == DeadLetterState::Open)
    }
}

/// Dead letters with one cause: one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The flow.
    pub flow: String,
    /// The code of the error.
    pub cause: String,
    /// The step that failed, where one did.
    pub step: Option<String>,
    /// The flow's file.
    pub file: String,
    /// The line of the flow.
    pub line: u32,
    /// Why the latest of them stopped.
    pub reason: String,
    /// The ids.
    pub ids: Vec<String>,
    /// When the first stopped.
    pub first: Timestamp,
    /// When the latest stopped.
    pub latest: Timestamp,
}

/// Dead letters, by id; their records stay sealed.
pub fn dead_letters(store: &dyn Store, which: &Which) -> Result<Vec<DeadLetter>, StoreError> {
    let mut letters = Vec::new();
    each(store, b"", &mut |letter: DeadLetter| {
        if which.takes(&letter) {
            letters.push(letter);
        }
    })?;
    Ok(letters)
}

/// One dead letter.
pub fn dead_letter(store: &dyn Store, id: &str) -> Result<Option<DeadLetter>, StoreError> {
    store::read(store, &key::join(&[id]))
}

/// Dead letters grouped by their cause and place, the largest group first.
pub fn incidents(store: &dyn Store, which: &Which) -> Result<Vec<Incident>, StoreError> {
    let mut groups: BTreeMap<(String, String, Option<String>, String, u32), Incident> = BTreeMap::new();
    each(store, b"", &mut |letter: DeadLetter| {
        if !which.takes(&letter) {
            return;
        }
        let DeadLetter { id, flow, cause, step, file, line, reason, at, .. } = letter;
        let place = (flow.clone(), cause.clone(), step.clone(), file.clone(), line);
        let group = groups.entry(place).or_insert_with(|| Incident {
            flow,
            cause,
            step,
            file,
            line,
            reason: String::new(),
            ids: Vec::new(),
            first: at,
            latest: at,
        });
        if at >= group.latest {
            group.latest = at;
            group.reason = reason;
        }
        group.first = group.first.min(at);
        group.ids.push(id);
    })?;
    let mut incidents: Vec<Incident> = groups.into_values().collect();
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.ids.len()));
    Ok(incidents)
}

/// The record of a dead letter, with what buyer data it has.
pub fn open_record(letter: &DeadLetter, sealer: &Sealer) -> Result<Value, StoreError> {
    let bytes = sealer.open(&letter.record)?;
    json::parse(&bytes).map_err(|_| StoreError::Entry { detail: format!("dead letter {}: not JSON", letter.id) })
}

/// The latest runs, the latest first; of one flow where it is named.
pub fn runs(store: &dyn Store, flow: Option<&str>, limit: usize) -> Result<Vec<RunEntry>, StoreError> {
    let mut runs = std::collections::VecDeque::new();
    each(store, b"", &mut |run: RunEntry| {
        if flow.is_none_or(|flow| flow == run.flow) {
            runs.push_front(run);
            runs.truncate(limit);
        }
    })?;
    Ok(runs.into())
}

/// All that is known of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHistory {
    /// Its last state; `None` where it has never been seen.
    pub record: Option<RecordEntry>,
    /// Its steps by name.
    pub steps: BTreeMap<String, StepEntry>,
    /// What was done, in order.
    pub history: Vec<HistoryEntry>,
}

/// All that is known of one record.
pub fn record(store: &dyn Store, flow: &str, record: &str) -> Result<RecordHistory, StoreError> {
    let prefix = key::join(&[flow, record]);
    let mut steps = BTreeMap::new();
    for (key, step) in store::list::<StepEntry>(store, &prefix, None, CHUNK)? {
        if let Some(name) = key::split(&key).and_then(|parts| parts.into_iter().nth(2)) {
            steps.insert(name, step);
        }
    }
    let mut history = Vec::new();
    each(store, &prefix, &mut |entry| history.push(entry))?;
    Ok(RecordHistory { record: store::read(store, &prefix)?, steps, history })
}

fn each<E: store::records::Entry>(store: &dyn Store, prefix: &[u8], take: &mut dyn FnMut(E)) -> Result<(), StoreError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let entries = store::list::<E>(store, prefix, after.as_deref(), CHUNK)?;
        let full = entries.len() == CHUNK;
        for (key, entry) in entries {
            after = Some(key);
            take(entry);
        }
        if !full {
            return Ok(());
        }
    }
}
