//! The memory of `Idempotency-Key`s: what a request was, and what it was answered. It is bounded: answers live for a
//! day, and of very many only the digests are kept; such a replay is answered with the document as it is now.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::sandbox::journal::{Answer, DocKind};

/// How long a key is remembered at least.
const LIFE: SignedDuration = SignedDuration::from_hours(25);
/// How much text of answers is kept.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// What is remembered of one key.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) digest: String,
    pub(super) status: u16,
    pub(super) about: Option<(DocKind, String)>,
    pub(super) text: Option<Arc<str>>,
    at: Timestamp,
}

/// All keys, and the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: HashMap<Arc<str>, Remembered>,
    by_age: VecDeque<Arc<str>>,
    with_text: VecDeque<Arc<str>>,
    text: usize,
}

impl Memory {
    /// What is known of a key.
    pub(super) fn of(&self, key: &str) -> Option<&Remembered> {
        self.known.get(key)
    }

    /// Remembers an answer and forgets what is too old or too much.
    pub(super) fn keep(&mut self, answer: &Answer, text: Option<Arc<str>>) {
        let key: Arc<str> = answer.key.as_str().into();
        if let Some(text) = &text {
            self.text += text.len();
            self.with_text.push_back(Arc::clone(&key));
        }
        let remembered = Remembered {
            digest: answer.digest.clone(),
            status: answer.status,
            about: answer.about.clone(),
            text,
            at: answer.at,
        };
        self.known.insert(Arc::clone(&key), remembered);
        self.by_age.push_back(key);
        while let Some(oldest) = self.by_age.front().filter(|key| self.is_stale(key, answer.at)).cloned() {
            self.by_age.pop_front();
            if let Some(text) = self.known.remove(&oldest).and_then(|gone| gone.text) {
                self.text -= text.len();
            }
        }
        while self.text > MOST_TEXT
            && let Some(key) = self.with_text.pop_front()
        {
            if let Some(text) = self.known.get_mut(&key).and_then(|known| known.text.take()) {
                self.text -= text.len();
            }
        }
    }

    fn is_stale(&self, key: &str, now: Timestamp) -> bool {
        self.known.get(key).is_none_or(|known| now.duration_since(known.at) > LIFE)
    }
}
