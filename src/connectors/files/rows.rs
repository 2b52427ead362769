//! Rows of a table, one at a time, and of each only the cells that are asked for.
//!
//! TSV has no quotes: a quote in a title is a quote, as Amazon writes its reports. CSV has them as RFC 4180 says. The
//! first line names the columns. A flow names them without signs that a name cannot have: `settlement_id` is the column
//! `settlement-id`. A blank cell is an absent field.

use std::fmt;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::plan::fold::Row;
use crate::value::{Names, Object, Text, Value};

/// How long a row may be, in bytes.
const MAX_ROW: usize = 16 << 20;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Commas and quotes.
    Csv,
    /// Tabs and no quotes.
    Tsv,
}

impl Format {
    /// The format that a file's ending names.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "tsv" | "txt" => Some(Format::Tsv),
            _ => None,
        }
    }
}

/// Why a table cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsError {
    /// The row, from 1 on; 0 for the header.
    pub row: u64,
    /// What is wrong. It shows nothing of the row.
    pub message: String,
}

impl fmt::Display for RowsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            0 => write!(f, "the header {}", self.message),
            row => write!(f, "row {row} {}", self.message),
        }
    }
}

/// Rows of a table.
pub struct Rows {
    lines: Lines,
    /// The names that fields get, in the order of [`Row::cell`]'s indexes.
    names: Vec<Arc<str>>,
    shape: Names,
    /// Which column of the file is which field, in the file's order.
    wanted: Vec<(usize, usize)>,
    /// How many columns the file has.
    width: usize,
    /// Where each field stands in the row.
    cells: Vec<(usize, usize)>,
    /// Whether records tell which row they are.
    numbered: bool,
    number: u64,
}

enum Lines {
    Tsv(Chunks),
    Csv { reader: Box<csv::Reader<Box<dyn BufRead + Send>>>, record: csv::StringRecord },
}

/// How many bytes are read at once. Lines are looked at where they were read, and found to be UTF-8 many at a time.
const CHUNK: usize = 64 << 10;

/// Lines, read in chunks.
struct Chunks {
    input: Box<dyn BufRead + Send>,
    /// Whole lines.
    text: String,
    /// Where the line at hand stands in them.
    line: (usize, usize),
    /// Where the next one begins.
    next: usize,
    /// What was read behind the whole lines.
    carried: Vec<u8>,
    /// Whether the line behind them is not UTF-8.
    foreign: bool,
    ended: bool,
    /// Which line is at hand, from 1.
    number: usize,
}

impl Chunks {
    fn new(input: Box<dyn BufRead + Send>) -> Self {
        Self {
            input,
            text: String::new(),
            line: (0, 0),
            next: 0,
            carried: Vec::new(),
            foreign: false,
            ended: false,
            number: 0,
        }
    }

    /// The line at hand.
    fn line(&self) -> &str {
        self.text.get(self.line.0..self.line.1).unwrap_or_default()
    }

    /// Goes to the next line; false at the end. Or says what is wrong with it.
    fn advance(&mut self) -> Result<bool, String> {
        self.number += 1;
        if self.next >= self.text.len() {
            if self.foreign {
                return Err("is not UTF-8".to_owned());
            }
            self.fill()?;
            if self.text.is_empty() {
                return if self.foreign { Err("is not UTF-8".to_owned()) } else { Ok(false) };
            }
        }
        let bytes = self.text.as_bytes();
        let end = memchr::memchr(b'\n', bytes.get(self.next..).unwrap_or_default()).map(|at| at + self.next);
        let (mut to, next) = end.map_or((bytes.len(), bytes.len()), |end| (end, end + 1));
        while to > self.next && bytes.get(to - 1) == Some(&b'\r') {
            to -= 1;
        }
        self.line = (self.next, to);
        self.next = next;
        Ok(true)
    }

    fn fill(&mut self) -> Result<(), String> {
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        bytes.clear();
        bytes.append(&mut self.carried);
        while !self.ended {
            let before = bytes.len();
            bytes.resize(before + CHUNK, 0);
            let read = match self.input.read(bytes.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    bytes.truncate(before);
                    continue;
                }
                read => read.map_err(|error| format!("cannot be read: {error}"))?,
            };
            bytes.truncate(before + read);
            self.ended = read == 0;
            if let Some(end) = memchr::memrchr(b'\n', bytes.get(before..).unwrap_or_default()) {
                let whole = before + end + 1;
                self.carried.extend_from_slice(bytes.get(whole..).unwrap_or_default());
                bytes.truncate(whole);
                break;
            }
            if bytes.len() > MAX_ROW {
                return Err(format!("is longer than {MAX_ROW} bytes"));
            }
        }
        self.next = 0;
        self.text = String::from_utf8(bytes).unwrap_or_else(|error| {
            // The lines before the one that is not are read all the same.
            self.foreign = true;
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1));
            String::from_utf8(bytes).unwrap_or_default()
        });
        Ok(())
    }
}

impl Rows {
    /// Reads the header. `wanted` are the fields that are asked for; all columns where it is `None`. A field without a
    /// column is always absent; [`Rows::missing`] tells which.
    pub fn open(
        input: Box<dyn BufRead + Send>,
        format: Format,
        wanted: Option<&[Arc<str>]>,
    ) -> Result<Self, RowsError> {
        let mut lines = match format {
            Format::Tsv => Lines::Tsv(Chunks::new(input)),
            Format::Csv => {
                let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
                Lines::Csv { reader: Box::new(reader), record: csv::StringRecord::new() }
            }
        };
        let wrong = |message: String| RowsError { row: 0, message };
        if !lines.next(0)? {
            return Err(wrong("is missing: the file is empty".to_owned()));
        }
        let header: Vec<String> = lines.header().map_err(|why| wrong(why.to_owned()))?;
        let fields: Vec<String> = header.iter().map(|name| field(name)).collect();
        let all: Vec<Arc<str>>;
        let names = match wanted {
            Some(wanted) => wanted,
            None => {
                all = fields.iter().map(|name| Arc::from(name.as_str())).collect();
                &all
            }
        };
        let column = |name: &str| {
            let exact = header.iter().position(|column| column == name);
            exact.or_else(|| fields.iter().position(|column| column == name))
        };
        let mut places: Vec<(usize, usize)> =
            names.iter().enumerate().filter_map(|(at, name)| Some((column(name)?, at))).collect();
        places.sort_unstable();
        if let Some(twice) = twice(&fields, &places) {
            return Err(wrong(format!("has the column `{twice}` twice")));
        }
        let numbered = wanted.is_none() || names.iter().any(|name| &**name == "row") && column("row").is_none();
        Ok(Self {
            lines,
            names: names.to_vec(),
            shape: Arc::new(names.iter().map(|name| Text::from(&**name)).collect()),
            wanted: places,
            width: header.len(),
            cells: vec![(0, 0); names.len()],
            numbered,
            number: 0,
        })
    }

    /// Goes to the next row; false at the end. Blank lines are none.
    #[allow(clippy::should_implement_trait, reason = "a row borrows from here, which an iterator's item cannot")]
    pub fn next(&mut self) -> Result<bool, RowsError> {
        let number = self.number + 1;
        if !self.lines.next(number)? {
            return Ok(false);
        }
        self.number = number;
        self.cells.fill((0, 0));
        let count = match &self.lines {
            Lines::Tsv(chunks) => split(chunks.line().as_bytes(), &self.wanted, &mut self.cells),
            Lines::Csv { record, .. } => {
                for (column, at) in &self.wanted {
                    if let (Some(range), Some(cell)) = (record.range(*column), self.cells.get_mut(*at)) {
                        *cell = (range.start, range.end);
                    }
                }
                record.len()
            }
        };
        // Cells at the end may be left out where they are blank; one more than there are columns means that a row is
        // shifted, and each of its values in the wrong place.
        if count > self.width {
            let message = format!("has {count} cells, and the header names {} columns", self.width);
            return Err(RowsError { row: number, message });
        }
        Ok(true)
    }

    /// Which row it is, from 1 on.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// At which line of the file it is, or has found something wrong, from 1 on.
    #[must_use]
    pub fn line(&self) -> usize {
        match &self.lines {
            Lines::Tsv(chunks) => chunks.number,
            Lines::Csv { record, .. } => {
                record.position().and_then(|at| usize::try_from(at.line()).ok()).unwrap_or_default()
            }
        }
    }

    /// The fields for which there is no column.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let there = |at: usize| self.wanted.iter().any(|(_, known)| *known == at);
        let names = self.names.iter().enumerate();
        names.filter(move |(at, name)| !(there(*at) || self.numbered && &***name == "row")).map(|(_, name)| &**name)
    }

    fn text(&self) -> &str {
        match &self.lines {
            Lines::Tsv(chunks) => chunks.line(),
            Lines::Csv { record, .. } => record.as_slice(),
        }
    }
}

impl Row for Rows {
    fn cell(&self, column: usize) -> Option<&str> {
        let (from, to) = *self.cells.get(column)?;
        let text = self.text().get(from..to)?;
        (!text.is_empty()).then_some(text)
    }

    fn record(&self) -> Value {
        let mut values: SmallVec<[Value; 4]> = SmallVec::with_capacity(self.names.len());
        let mut whole = true;
        for at in 0..self.names.len() {
            match self.cell(at) {
                Some(text) => values.push(Value::text(text)),
                None => {
                    whole = false;
                    values.push(Value::Null);
                }
            }
        }
        let number = || Value::Int(i64::try_from(self.number).unwrap_or(i64::MAX));
        if whole && !self.numbered {
            return Value::object(Object::shaped(&self.shape, values));
        }
        let mut object = Object::new();
        if self.numbered {
            object.set("row", number());
        }
        for (name, value) in self.shape.iter().zip(values) {
            if !value.is_null() {
                object.set(name.clone(), value);
            }
        }
        Value::object(object)
    }
}

impl Lines {
    fn next(&mut self, row: u64) -> Result<bool, RowsError> {
        let wrong = |message: String| RowsError { row, message };
        match self {
            Lines::Tsv(chunks) => loop {
                if !chunks.advance().map_err(wrong)? {
                    return Ok(false);
                }
                if row == 0 && chunks.line().starts_with('\u{feff}') {
                    chunks.line.0 += '\u{feff}'.len_utf8();
                }
                if !chunks.line().is_empty() {
                    return Ok(true);
                }
            },
            Lines::Csv { reader, record } => {
                let more = reader.read_record(record).map_err(|error| {
                    wrong(match error.kind() {
                        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
                        _ => format!("cannot be read: {error}"),
                    })
                })?;
                if more && record.as_slice().len() > MAX_ROW {
                    return Err(wrong(format!("is longer than {MAX_ROW} bytes")));
                }
                Ok(more)
            }
        }
    }

    fn header(&self) -> Result<Vec<String>, &'static str> {
        let names: Vec<String> = match self {
            Lines::Tsv(chunks) => chunks.line().split('\t').map(|name| name.trim().to_owned()).collect(),
            Lines::Csv { record, .. } => {
                let names = record.iter().map(|name| name.trim().to_owned());
                names.map(|name| name.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(name)).collect()
            }
        };
        Ok(names)
    }
}

/// Finds the wanted cells of a line; tells how many cells there are.
fn split(line: &[u8], wanted: &[(usize, usize)], cells: &mut [(usize, usize)]) -> usize {
    let (mut column, mut from) = (0, 0);
    let mut wanted = wanted.iter().peekable();
    let mut tabs = memchr::memchr_iter(b'\t', line);
    while wanted.peek().is_some() {
        let tab = tabs.next();
        let to = tab.unwrap_or(line.len());
        while let Some((_, at)) = wanted.next_if(|(wanted, _)| *wanted == column) {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = (from, to);
            }
        }
        match tab {
            Some(tab) => from = tab + 1,
            None => return column + 1,
        }
        column += 1;
    }
    column + tabs.count() + 1
}

/// The name of a column as a flow may write it.
fn field(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    for letter in column.trim().chars() {
        match letter {
            c if c.is_alphanumeric() => name.extend(c.to_lowercase()),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    name.trim_matches('_').to_owned()
}

/// A wanted column of which there are two.
fn twice(fields: &[String], places: &[(usize, usize)]) -> Option<String> {
    let mut names = places.iter().filter_map(|(column, _)| fields.get(*column));
    names.find(|name| fields.iter().filter(|other| other == name).count() > 1).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn read(text: &'static str, format: Format, wanted: &[&str]) -> Result<Vec<String>, RowsError> {
        let names: Vec<Arc<str>> = wanted.iter().map(|name| Arc::from(*name)).collect();
        let wanted = (!wanted.is_empty()).then_some(names.as_slice());
        let mut rows = Rows::open(Box::new(text.as_bytes()), format, wanted)?;
        let mut out = Vec::new();
        while rows.next()? {
            out.push(json::to_string(&rows.record()));
        }
        Ok(out)
    }

    #[test]
    fn tsv_has_no_quotes_and_a_blank_cell_is_absent() {
        let text = "\u{feff}settlement-id\tTitle \tamount\r\n1\t3\" pipe\t\r\n\r\n2\t\"a\t5,05\n3\n";
        assert_eq!(
            read(text, Format::Tsv, &[]).unwrap(),
            [
                r#"{"row":1,"settlement_id":"1","title":"3\" pipe"}"#,
                r#"{"row":2,"settlement_id":"2","title":"\"a","amount":"5,05"}"#,
                r#"{"row":3,"settlement_id":"3"}"#,
            ]
        );
        assert_eq!(read(text, Format::Tsv, &["amount", "none"]).unwrap(), ["{}", r#"{"amount":"5,05"}"#, "{}"]);
        assert_eq!(read(text, Format::Tsv, &["amount", "row"]).unwrap()[1], r#"{"row":2,"amount":"5,05"}"#);
    }

    #[test]
    fn csv_has_quotes() {
        let text = "a,b c\n\"1,\n\"\"x\"\"\",2\n3,\n";
        assert_eq!(read(text, Format::Csv, &["a", "b_c"]).unwrap(), [r#"{"a":"1,\n\"x\"","b_c":"2"}"#, r#"{"a":"3"}"#]);
    }

    #[test]
    fn a_shifted_row_is_told_and_so_is_what_cannot_be_read() {
        let refused = |text, format| read(text, format, &["a"]).unwrap_err().to_string();
        assert_eq!(refused("a\tb\n1\t2\t3\n", Format::Tsv), "row 1 has 3 cells, and the header names 2 columns");
        assert_eq!(refused("a,b\n1,2\n1,2,3\n", Format::Csv), "row 2 has 3 cells, and the header names 2 columns");
        assert_eq!(refused("a\tA\n1\t2\n", Format::Tsv), "the header has the column `a` twice");
        assert_eq!(refused("", Format::Csv), "the header is missing: the file is empty");
        let input: &[u8] = b"a\n\xff\n";
        let mut rows = Rows::open(Box::new(input), Format::Tsv, None).unwrap();
        assert_eq!(rows.next().unwrap_err().to_string(), "row 1 is not UTF-8");
    }
}
