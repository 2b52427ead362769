//! A key as one run of bytes: its columns behind each other, with a byte between them that no text holds. So a key of any
//! number of columns is hashed and compared at once, and nothing is allocated for it.

use std::fmt::Write as _;

use crate::value::Value;

/// Between two columns. UTF-8 never holds this byte, so columns cannot run into each other.
const BETWEEN: u8 = 0xFF;
/// Keys up to this length stay on the stack.
const SHORT: usize = 192;

/// What is ignored where keys are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fold {
    /// Capital letters are small ones.
    pub case: bool,
    /// What is no letter and no digit is not there.
    pub punctuation: bool,
}

impl Fold {
    /// A text as it is compared.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.each(text, |part| out.push_str(part));
        out
    }

    fn each(self, text: &str, mut put: impl FnMut(&str)) {
        let mut small = [0; 4];
        for char in text.chars() {
            if self.punctuation && !char.is_alphanumeric() {
                continue;
            }
            if self.case {
                char.to_lowercase().for_each(|char| put(char.encode_utf8(&mut small)));
            } else {
                put(char.encode_utf8(&mut small));
            }
        }
    }
}

/// Bytes that are on the stack as long as they are few.
struct Buffer {
    short: [u8; SHORT],
    length: usize,
    long: Vec<u8>,
}

impl Buffer {
    fn new() -> Self {
        Self { short: [0; SHORT], length: 0, long: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.long.is_empty() {
            if let Some(place) = self.short.get_mut(self.length..self.length + bytes.len()) {
                place.copy_from_slice(bytes);
                self.length += bytes.len();
                return;
            }
            self.long.extend_from_slice(self.short.get(..self.length).unwrap_or_default());
        }
        self.long.extend_from_slice(bytes);
    }

    fn bytes(&self) -> &[u8] {
        if self.long.is_empty() { self.short.get(..self.length).unwrap_or_default() } else { &self.long }
    }
}

impl std::fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// Hands a key's bytes on.
pub(super) fn with<T>(keys: &[Value], then: impl FnOnce(&[u8]) -> T) -> T {
    if let [only] = keys
        && let Some(text) = only.as_text()
    {
        return then(text.as_bytes());
    }
    let mut buffer = Buffer::new();
    for (at, key) in keys.iter().enumerate() {
        if at > 0 {
            buffer.put(&[BETWEEN]);
        }
        match (key.as_text(), key) {
            (Some(text), _) => buffer.put(text.as_bytes()),
            // Writing to the buffer cannot fail.
            (None, Value::Int(int)) => drop(write!(buffer, "{int}")),
            (None, other) => buffer.put(other.display().as_bytes()),
        }
    }
    then(buffer.bytes())
}

/// The bytes of a key's cells.
pub(super) fn joined(cells: &[String], form: impl Fn(&String) -> String) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(BETWEEN);
        }
        out.extend_from_slice(form(cell).as_bytes());
    }
    out
}

/// Hands a key's bytes on as they are compared.
pub(super) fn folded<T>(raw: &[u8], fold: Fold, then: impl FnOnce(&[u8]) -> T) -> T {
    if fold == Fold::default() {
        return then(raw);
    }
    let mut buffer = Buffer::new();
    for (at, column) in columns(raw).enumerate() {
        if at > 0 {
            buffer.put(&[BETWEEN]);
        }
        // The bytes came from text.
        fold.each(std::str::from_utf8(column).unwrap_or_default(), |part| buffer.put(part.as_bytes()));
    }
    then(buffer.bytes())
}

/// The columns of a key.
pub(super) fn columns(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    key.split(|byte| *byte == BETWEEN)
}

/// The first column of a key, and the others where there are any.
pub(super) fn first(key: &[u8]) -> (&[u8], Option<&[u8]>) {
    let at = key.iter().position(|byte| *byte == BETWEEN);
    match at.and_then(|at| key.split_at_checked(at)) {
        Some((column, rest)) => (column, rest.get(1..)),
        None => (key, None),
    }
}
