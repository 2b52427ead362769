//! Lookup tables from CSV files, checked as they are loaded: columns that are there, and each key once.

use std::collections::HashMap;
use std::sync::Arc;

use super::Files;
use super::ast::{LookupFrom, Name};
use crate::diag::{Code, Diagnostic, suggest};
use crate::plan::Table;
use crate::value::Value;

/// How large a table may be, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// Loads a table. What is wrong with it is said at the place in the flow that names it.
pub(super) fn load(from: &LookupFrom, files: &dyn Files, found: &mut Vec<Diagnostic>) -> Option<Table> {
    match from {
        LookupFrom::Entity { .. } => None,
        LookupFrom::Inline { rows, by, give } => {
            let words = |names: &[Name]| names.iter().map(|name| name.text.clone()).collect::<Vec<_>>();
            let mut table = Table::new("", words(by), words(give));
            for (key, value) in rows {
                if table.insert(vec![Arc::from(key.text.as_str())], vec![value.clone()]).is_err() {
                    let found_twice =
                        Diagnostic::new(Code::E403, key.span, format!("the key {:?} is there twice", key.text));
                    let first =
                        rows.iter().find(|(other, _)| other.text == key.text).map_or(key.span, |(key, _)| key.span);
                    found.push(found_twice.label(first, "here is the first").help("remove one of the two rows"));
                }
            }
            Some(table)
        }
        LookupFrom::File { path, by, give } => csv_table(path, by, give, files, found),
    }
}

fn csv_table(path: &Name, by: &[Name], give: &[Name], files: &dyn Files, found: &mut Vec<Diagnostic>) -> Option<Table> {
    let mut refuse = |message: String| {
        found.push(
            Diagnostic::new(Code::E401, path.span, format!("the table {:?} cannot be read: {message}", path.text))
                .help("paths are relative to the flow; the first line of a table names its columns"),
        );
    };
    let bytes = match files.read(&path.text) {
        Ok(bytes) if bytes.len() > MAX_BYTES => {
            refuse(format!("it is larger than {MAX_BYTES} bytes"));
            return None;
        }
        Ok(bytes) => bytes,
        Err(why) => {
            refuse(why);
            return None;
        }
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            refuse(error.to_string());
            return None;
        }
    };
    let mut place = |column: &Name| {
        let at = header.iter().position(|name| name == column.text);
        if at.is_none() {
            let names: Vec<&str> = header.iter().collect();
            let message = format!("{:?} has no column `{}`", path.text, column.text);
            let diagnostic = Diagnostic::new(Code::E402, column.span, message);
            found.push(match suggest::nearest(&column.text, names.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("its columns are {}", names.join(", "))),
            });
        }
        at
    };
    let by_at: Vec<Option<usize>> = by.iter().map(&mut place).collect();
    let give_at: Vec<Option<usize>> = give.iter().map(&mut place).collect();
    let by_at: Vec<usize> = by_at.into_iter().collect::<Option<_>>()?;
    let give_at: Vec<usize> = give_at.into_iter().collect::<Option<_>>()?;
    let words = |names: &[Name]| names.iter().map(|name| name.text.clone()).collect::<Vec<_>>();
    let mut table = Table::new(&path.text, words(by), words(give));
    let mut lines: HashMap<Vec<Arc<str>>, u64> = HashMap::new();
    let mut sound = true;
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let why = match error.kind() {
                    csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                        let line = pos.as_ref().map_or(0, csv::Position::line);
                        format!("line {line} has {len} cells, and the columns are {expected_len}")
                    }
                    _ => error.to_string(),
                };
                let help = "a cell with a comma in it stands in double quotes";
                found.push(Diagnostic::new(Code::E423, path.span, format!("{:?}: {why}", path.text)).help(help));
                return None;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |at: &usize| row.get(*at).unwrap_or("");
        let key: Vec<Arc<str>> = by_at.iter().map(|at| Arc::from(cell(at))).collect();
        if let Some(first) = lines.insert(key.clone(), line) {
            sound = false;
            found.push(
                Diagnostic::new(
                    Code::E403,
                    path.span,
                    format!(
                        "{:?} has the key {:?} in line {first} and again in line {line}",
                        path.text,
                        key.join(", ")
                    ),
                )
                .help("remove one of the two rows"),
            );
            continue;
        }
        let given = give_at.iter().map(|at| Value::text(cell(at))).collect();
        // The key is new: `lines` has just said so.
        let _ = table.insert(key, given);
    }
    sound.then_some(table)
}
