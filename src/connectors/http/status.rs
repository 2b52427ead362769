//! What an HTTP status means for the engine, and when it may ask again.

use std::time::Duration;

use jiff::Timestamp;

use super::Answer;
use crate::clock::until;
use crate::connectors::contract::ErrorKind;

/// The kind of error that a status is, where the remote's own code says nothing else.
pub(crate) fn kind(answer: &Answer, now: Timestamp) -> ErrorKind {
    match answer.status {
        429 => ErrorKind::Throttled(retry_after(answer, now)),
        401 | 403 => ErrorKind::Auth,
        404 | 410 => ErrorKind::NotFound,
        409 | 412 | 423 => ErrorKind::Conflict,
        408 | 425 | 500.. => ErrorKind::Transient,
        400..=499 => ErrorKind::Rejected,
        // A status that is no answer at all: a proxy's invention, or a redirect that was not to be followed.
        _ => ErrorKind::Transient,
    }
}

/// When the remote wants to be asked again: seconds, or a date.
pub(crate) fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let text = answer.header("retry-after")?;
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(86_400)));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(until(now, at.timestamp()).min(Duration::from_secs(86_400)))
}
