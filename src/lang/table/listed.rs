//! A table's file as a plain list of rows, as the tests of a flow go through it.

use super::{Lines, sheet};

/// A row: its cells, which are text or not there, and its line in the file.
pub(in crate::lang) struct ListedRow {
    pub(in crate::lang) cells: Vec<Option<String>>,
    pub(in crate::lang) line: u32,
}

/// The columns and rows of a file, or why it has none.
pub(in crate::lang) fn list(path: &str, bytes: &[u8]) -> Result<(Vec<String>, Vec<ListedRow>), String> {
    if bytes.len() > sheet::MAX_BYTES {
        return Err(format!("it is larger than {} bytes", sheet::MAX_BYTES));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let mut lines = Lines { text, at: 0, line: 1 };
    let sheet = sheet::read(path, text, "key", "value").map_err(|broken| match broken.at {
        Some(at) => format!("{} (line {})", broken.why, Lines { text, at: 0, line: 1 }.of(at.start)),
        None => broken.why,
    })?;
    let rows = sheet.rows.into_iter().map(|row| ListedRow { line: lines.of(row.at.start), cells: row.cells }).collect();
    Ok((sheet.columns, rows))
}
