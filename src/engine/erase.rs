//! Taking what is known of a buyer out of the ledger. Records that stopped or wait are kept whole, sealed, so that they
//! can be taken up again; answers of remotes are kept as far as flows go on with them. What is erased is gone for
//! flowrun; keys and digests stay, so that nothing is written a second time, and tell nothing of a person.

use sha2::{Digest, Sha256};

use super::audit;
use crate::clock::Clock;
use crate::store::seal::Sealer;
use crate::store::{
    self, Batch, DeadLetter, DeadLetterState, DocumentEntry, HistoryEntry, HistoryEvent, RecordEntry, RecordStatus,
    StepEntry, StepState, Store, StoreError, Table, WaitEntry, key,
};
use crate::value::{Object, Value, json};

/// Entries that are read at once.
const CHUNK: usize = 200;
/// What stands where something was.
const GONE: &str = "[erased]";

/// Whose data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Of the record with this key, and of all records that name it.
    Order(String),
    /// Of the person that is called so somewhere: an e-mail address, or the customer's reference.
    Customer(String),
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Dead letters whose record was erased.
    pub dead_letters: usize,
    /// Waiting records that were given up.
    pub waiting: usize,
    /// Answers of remotes in which texts were blanked.
    pub answers: usize,
}

impl Whom {
    fn text(&self) -> &str {
        match self {
            Whom::Order(text) | Whom::Customer(text) => text.trim(),
        }
    }

    /// Whether a text is what was named: the same but for case and spaces around it.
    fn is(&self, text: &str) -> bool {
        text.trim().to_lowercase() == self.text().to_lowercase()
    }

    /// What the audit says; who is to be forgotten is not written down anew.
    fn subject(&self) -> String {
        match self {
            Whom::Order(key) => format!("order {}", key.trim()),
            Whom::Customer(text) => {
                let digest = Sha256::digest(text.trim().to_lowercase().as_bytes());
                let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                format!("customer sha256:{hex}")
            }
        }
    }
}

/// Erases, and notes who did and why. All of it or nothing.
///
/// # Errors
/// The store cannot be read or written, or a sealed record cannot be opened with this key.
pub async fn erase(
    store: &dyn Store,
    sealer: &Sealer,
    whom: &Whom,
    actor: &str,
    reason: Option<&str>,
    clock: &dyn Clock,
) -> Result<Erased, StoreError> {
    let now = clock.now();
    let why = format!("erased: {}", reason.unwrap_or("buyer data"));
    let mut batch = Batch::default();
    let mut erased = Erased::default();
    let mut given_up: Vec<(String, String)> = Vec::new();
    let is_about = |record_key: &str, sealed: &[u8], id: &str| -> Result<bool, StoreError> {
        if matches!(whom, Whom::Order(_)) && whom.is(record_key) {
            return Ok(true);
        }
        let record = json::parse(&sealer.open(sealed)?)
            .map_err(|_| StoreError::Entry { detail: format!("the record of `{id}` is not JSON") })?;
        Ok(names(&record, whom))
    };

    let mut letters = Vec::new();
    each::<DeadLetter>(store, &mut |key, letter| letters.push((key, letter)))?;
    for (letter_key, mut letter) in letters {
        if !is_about(&letter.key, &letter.record, &letter.id)? {
            continue;
        }
        letter.record = sealer.seal(b"null");
        letter.found.clear();
        if letter.state == DeadLetterState::Open {
            letter.state = DeadLetterState::Discarded { at: now, reason: why.clone() };
            given_up.push((letter.flow.clone(), letter.key.clone()));
        }
        batch.put(letter_key, &letter);
        erased.dead_letters += 1;
    }

    let mut waiting = Vec::new();
    each::<WaitEntry>(store, &mut |key, entry| waiting.push((key, entry)))?;
    for (wait_key, entry) in waiting {
        if is_about(&entry.key, &entry.record, &entry.key)? {
            batch.remove(Table::Waiting, wait_key);
            given_up.push((entry.flow, entry.key));
            erased.waiting += 1;
        }
    }

    for (flow, record_key) in given_up {
        let place = key::join(&[&flow, &record_key]);
        if let Some(mut record) = store::read::<RecordEntry>(store, &place)? {
            let event = HistoryEvent::Operator { action: "erase".to_owned(), reason: reason.map(str::to_owned) };
            let entry = HistoryEntry { at: now, run: String::new(), step: None, event };
            batch.put(key::numbered(&[&flow, &record_key], record.next), &entry);
            record.next += 1;
            record.status = RecordStatus::Discarded { reason: why.clone() };
            record.at = now;
            batch.put(place, &record);
        }
    }

    let mut steps = Vec::new();
    each::<StepEntry>(store, &mut |key, entry| {
        if let StepState::Done { result } = &entry.state
            && let Some(blank) = blanked(result, whom)
        {
            let state = StepState::Done { result: blank };
            steps.push((key, StepEntry { state, ..entry }));
        }
    })?;
    let mut documents = Vec::new();
    each::<DocumentEntry>(store, &mut |key, entry| {
        if let Some(blank) = blanked(&entry.result, whom) {
            documents.push((key, DocumentEntry { result: blank, ..entry }));
        }
    })?;
    erased.answers = steps.len() + documents.len();
    steps.into_iter().for_each(|(key, entry)| {
        batch.put(key, &entry);
    });
    documents.into_iter().for_each(|(key, entry)| {
        batch.put(key, &entry);
    });

    audit::add(store, &mut batch, now, actor, "erase", &[&whom.subject()], reason)?;
    store.commit(batch).await?;
    Ok(erased)
}

/// Whether a text anywhere in a value is what was named.
fn names(value: &Value, whom: &Whom) -> bool {
    match value {
        Value::Text(text) => whom.is(text),
        Value::List(items) => items.iter().any(|item| names(item, whom)),
        Value::Object(object) => object.iter().any(|(_, value)| names(value, whom)),
        _ => false,
    }
}

/// An answer without the texts that were named; nothing where it has none. Orders are no persons: their numbers stay.
fn blanked(result: &str, whom: &Whom) -> Option<String> {
    if matches!(whom, Whom::Order(_)) {
        return None;
    }
    let value = json::parse(result.as_bytes()).ok()?;
    names(&value, whom).then(|| json::to_string(&blank(&value, whom)))
}

fn blank(value: &Value, whom: &Whom) -> Value {
    match value {
        Value::Text(text) if whom.is(text) => Value::text(GONE),
        Value::List(items) => Value::list(items.iter().map(|item| blank(item, whom)).collect()),
        Value::Object(object) => {
            let fields = object.iter().map(|(name, value)| (name.clone(), blank(value, whom)));
            Value::object(fields.collect::<Object>())
        }
        other => other.clone(),
    }
}

fn each<E: store::records::Entry>(store: &dyn Store, take: &mut dyn FnMut(Vec<u8>, E)) -> Result<(), StoreError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let entries = store::list::<E>(store, b"", after.as_deref(), CHUNK)?;
        let full = entries.len() == CHUNK;
        for (key, entry) in entries {
            after = Some(key.clone());
            take(key, entry);
        }
        if !full {
            return Ok(());
        }
    }
}
