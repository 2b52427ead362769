//! Amazon's answers: reading bodies exactly, and errors in words that tell what to do.

use jiff::Timestamp;

use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::connectors::http::{Answer, status};
use crate::value::{Value, json};

/// The body as a value; what is no JSON was garbled on the way.
pub(super) fn body(answer: &Answer, operation: &str) -> Result<Value, ConnectorError> {
    let value = json::parse(&answer.body).ok().filter(|value| value.as_object().is_some());
    value.ok_or_else(|| garbled(answer, operation))
}

/// An answer that is not what the operation gives.
pub(super) fn garbled(answer: &Answer, operation: &str) -> ConnectorError {
    let kind = answer.header("content-type").unwrap_or("no content type").to_owned();
    let message =
        format!("Amazon's answer to {operation} is not what it should be ({} bytes, {kind})", answer.body.len());
    of(answer, ErrorKind::Transient, None, message)
}

/// What Amazon calls an answer, for its support.
pub(super) fn request_id(answer: &Answer) -> Option<String> {
    answer.header("x-amzn-requestid").map(str::to_owned)
}

/// A refusal.
pub(super) fn error(answer: &Answer, operation: &str, now: Timestamp) -> ConnectorError {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Body {
        errors: Vec<One>,
    }
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct One {
        code: Option<String>,
        message: Option<String>,
        details: Option<String>,
    }
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let first = body.errors.into_iter().next().unwrap_or_default();
    let words = [first.message, first.details].into_iter().flatten().map(|text| text.trim().to_owned());
    let words: Vec<String> = words.filter(|text| !text.is_empty()).map(|text| short(&text)).collect();
    let said = if words.is_empty() { String::new() } else { format!(": {}", words.join("; ")) };
    let status = answer.status;
    let kind = status::kind(answer, now);
    // Codes differ between operations and over time; only the status is relied on.
    let message = match kind {
        ErrorKind::Throttled(_) => format!("Amazon asks for slower calls of {operation}"),
        ErrorKind::Auth => format!(
            "Amazon refused {operation} (status {status}){said}; check that the application has the role for it, and \
             that the seller has authorised it since the role was given"
        ),
        ErrorKind::NotFound => format!("Amazon does not have what {operation} asked for{said}"),
        ErrorKind::Transient => format!("Amazon could not answer {operation} (status {status}){said}"),
        _ => format!("Amazon refused {operation} (status {status}){said}"),
    };
    of(answer, kind, first.code, message)
}

fn of(answer: &Answer, kind: ErrorKind, code: Option<String>, message: String) -> ConnectorError {
    ConnectorError {
        status: Some(answer.status),
        code,
        request_id: request_id(answer),
        ..ConnectorError::new(kind, message)
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
