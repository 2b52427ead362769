//! The lines of a settlement file, in memory that does not grow with it.

use super::charset::{Text, TextError};

/// How long a line may be, in bytes.
const MAX_LINE: usize = 1 << 20;

/// Lines, one at a time.
pub(super) struct Lines {
    text: Text,
    held: String,
    /// Where the line at hand stands.
    line: (usize, usize),
    next: usize,
    number: u64,
}

/// Why there is no next line.
#[derive(Debug)]
pub(super) enum LineError {
    Text(TextError),
    TooLong,
}

impl Lines {
    pub(super) fn new(text: Text) -> Self {
        Self { text, held: String::new(), line: (0, 0), next: 0, number: 0 }
    }

    /// Goes to the next line that is not blank; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, LineError> {
        loop {
            let mut from = self.next;
            let end = loop {
                let rest = self.held.as_bytes().get(from..).unwrap_or_default();
                if let Some(at) = memchr::memchr(b'\n', rest) {
                    break Some(from + at);
                }
                if self.held.len() - self.next > MAX_LINE {
                    return Err(LineError::TooLong);
                }
                self.held.drain(..self.next);
                self.next = 0;
                from = self.held.len();
                if !self.text.more(&mut self.held).map_err(LineError::Text)? {
                    break None;
                }
            };
            if end.is_none() && self.next >= self.held.len() {
                return Ok(false);
            }
            let start = self.next;
            let mut to = end.unwrap_or(self.held.len());
            self.next = end.map_or(self.held.len(), |end| end + 1);
            while to > start && self.held.as_bytes().get(to - 1) == Some(&b'\r') {
                to -= 1;
            }
            self.line = (start, to);
            self.number += 1;
            if self.number == 1 && self.line().starts_with('\u{feff}') {
                self.line.0 += '\u{feff}'.len_utf8();
            }
            // Tabs alone are a row in which every cell is blank.
            if self.line().bytes().any(|byte| !byte.is_ascii_whitespace()) {
                return Ok(true);
            }
        }
    }

    /// Which line of the file is at hand, from 1 on.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The line at hand.
    pub(super) fn line(&self) -> &str {
        self.held.get(self.line.0..self.line.1).unwrap_or_default()
    }
}
