//! How far the orders have been read: a window of change times, and the page within it. The window moves on only when
//! its last page is read, so that a crash, a lost token or a restart repeats orders and never leaves one out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::until;
use crate::connectors::contract::{ConnectorError, ErrorKind};

/// Amazon's pagination tokens live 24 hours; the hour less is for the way and for clocks that differ.
const TOKEN_LIFE: Duration = Duration::from_secs(23 * 3600);
/// How often a window is begun again before a person is asked.
const RESTARTS: u32 = 6;
/// How long it rests then.
const REST: Duration = Duration::from_secs(3600);
/// How many tokens and pages are remembered to notice that Amazon goes in a circle.
const SEEN: usize = 16;
/// Below this a window is not cut in half any more.
const SMALLEST: SignedDuration = SignedDuration::from_mins(30);

/// A position, as it is stored between reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// The start of the window, which is in it.
    pub(super) after: Timestamp,
    /// The end of the window, where one is asked for; else it is Amazon's now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Timestamp>,
    /// The page within the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<PagePlace>,
    /// How often this window was begun again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) restarts: u32,
}

/// A page within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PagePlace {
    /// Amazon's token for it.
    pub(super) token: String,
    /// When the token was given.
    pub(super) given: Timestamp,
    /// The end of the window as Amazon told it.
    pub(super) mark: Timestamp,
    /// What the token was asked with; a token is only good for the same question.
    pub(super) question: String,
    /// Digests of tokens and pages that came before.
    #[serde(default)]
    pub(super) seen: Vec<String>,
}

// serde's `skip_serializing_if` hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Position {
    /// The stored position, or the very first one.
    pub(super) fn read(text: Option<&str>, since: Timestamp) -> Result<Self, ConnectorError> {
        let Some(text) = text else {
            return Ok(Self::at(since));
        };
        serde_json::from_str(text).map_err(|error| {
            let message = format!("the stored position of orders cannot be read ({error}); reset it to read again");
            ConnectorError::new(ErrorKind::Bug, message)
        })
    }

    fn at(after: Timestamp) -> Self {
        Self { after, before: None, page: None, restarts: 0 }
    }

    /// The position as it is stored.
    pub(super) fn write(&self) -> Result<String, ConnectorError> {
        serde_json::to_string(self).map_err(|error| ConnectorError::new(ErrorKind::Bug, error.to_string()))
    }

    /// Whether the page's token is too old, or was for another question.
    pub(super) fn is_stale(&self, now: Timestamp, question: &str) -> bool {
        self.page.as_ref().is_some_and(|page| until(page.given, now) >= TOKEN_LIFE || page.question != question)
    }

    /// The same window from its start. A window that is too long for the life of its token is cut in half, or it would
    /// never be read to its end.
    pub(super) fn restarted(&self, now: Timestamp) -> Result<Self, ConnectorError> {
        let recent = self.page.as_ref().is_some_and(|page| until(page.given, now) < REST);
        if self.restarts >= RESTARTS && recent {
            let message = format!(
                "Amazon has refused its own page tokens in {RESTARTS} tries of the orders changed from {} on; the next \
                 try is made when the last token is {REST:?} old",
                self.after
            );
            return Err(ConnectorError::new(ErrorKind::Transient, message));
        }
        let end = self.before.or_else(|| self.page.as_ref().map(|page| page.mark));
        let span = end.map_or(SignedDuration::ZERO, |end| end.duration_since(self.after));
        // Whole seconds, as they are asked for and told back.
        let half = SignedDuration::from_secs(span.as_secs() / 2);
        let half = if span > SMALLEST { self.after.checked_add(half).ok() } else { None };
        let half = half.and_then(|half| Timestamp::from_second(half.as_second()).ok());
        let restarts = if self.restarts >= RESTARTS { 1 } else { self.restarts + 1 };
        Ok(Self { after: self.after, before: half.or(self.before), page: None, restarts })
    }

    /// The next page of the same window.
    pub(super) fn next_page(
        &self,
        token: &str,
        mark: Timestamp,
        question: &str,
        ids: &[&str],
        now: Timestamp,
    ) -> Result<Self, ConnectorError> {
        let mut seen = self.page.as_ref().map(|page| page.seen.clone()).unwrap_or_default();
        let used = self.page.as_ref().map(|page| page.token.as_str());
        let mut fresh = vec![digest("token", &[token])];
        if !ids.is_empty() {
            fresh.push(digest("page", ids));
        }
        if used == Some(token) || fresh.iter().any(|digest| seen.contains(digest)) {
            let message = "Amazon's pages of orders go in a circle: a page or its token came twice";
            return Err(ConnectorError::new(ErrorKind::Transient, message));
        }
        seen.append(&mut fresh);
        seen.drain(..seen.len().saturating_sub(SEEN));
        // The earliest end that was told is the safe one.
        let mark = self.page.as_ref().map_or(mark, |page| page.mark.min(mark));
        let page = PagePlace { token: token.to_owned(), given: now, mark, question: question.to_owned(), seen };
        Ok(Self { page: Some(page), ..self.clone() })
    }

    /// The next window, and whether it begins at Amazon's now. Orders that changed just before the end may be listed
    /// late, so the next window overlaps; a window that ended in the past needs no overlap.
    pub(super) fn next_window(&self, mark: Timestamp, overlap: Duration) -> (Self, bool) {
        let mark = self.page.as_ref().map_or(mark, |page| page.mark.min(mark));
        if let Some(before) = self.before.filter(|before| *before <= mark) {
            return (Self::at(before.max(self.after)), false);
        }
        let overlap = SignedDuration::try_from(overlap).unwrap_or(SignedDuration::ZERO);
        let after = mark.checked_sub(overlap).unwrap_or(mark);
        (Self::at(after.max(self.after)), true)
    }
}

/// A short digest of a question, a token or a page.
pub(super) fn digest(kind: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
