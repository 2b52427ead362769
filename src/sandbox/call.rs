//! One request as the simulated systems look at it: decoded once, with the text of its parts at hand.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

/// A request with its body read.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    /// The decoded segments of the path, without the prefix that chose the system.
    pub(super) path: Vec<String>,
    /// The decoded query, in the order it was sent.
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    /// A header's text, where it has one.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The same request once more, for who answers it in part.
    pub(super) fn again(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    /// The path's segments, for matching.
    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The first query parameter of that name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The fields of a token request, sent as a form or as JSON: both are in use.
    pub(super) fn token_fields(&self) -> Option<Vec<(String, String)>> {
        if self.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&self.body).ok()?;
            return Some(fields.into_iter().filter_map(|(k, v)| Some((k, v.as_str()?.to_owned()))).collect());
        }
        std::str::from_utf8(&self.body).ok().map(pairs)
    }
}

/// The segments of a path, each decoded after the cut, so that an encoded slash stays inside its segment.
pub(super) fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(|segment| decode(segment, false)).collect()
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) if plus_is_space => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
