//! A table's file as columns and rows of text, whatever its format: CSV, TSV, JSON or YAML by its ending. Each row knows
//! where it stands, so that findings can show it.

use std::ops::Range;

use super::yaml;
use crate::diag::Code;
use crate::value::{Value, json};

/// How large a table may be, in bytes.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// Columns and rows.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    /// The rows.
    pub(super) rows: Vec<SheetRow>,
}

/// A row.
#[derive(Debug)]
pub(super) struct SheetRow {
    /// Its cells, one for each column; `None` where there is none.
    pub(super) cells: Vec<Option<String>>,
    /// Where it stands in the file, in bytes.
    pub(super) at: Range<usize>,
}

/// Why a file is no table, and where in it.
#[derive(Debug)]
pub(super) struct Broken {
    /// The kind of fault.
    pub(super) code: Code,
    /// What it is.
    pub(super) why: String,
    /// Where.
    pub(super) at: Option<Range<usize>>,
}

impl Broken {
    pub(super) fn new(why: impl Into<String>, at: Option<Range<usize>>) -> Self {
        Self { code: Code::E401, why: why.into(), at }
    }
}

/// Reads a table. `key` and `given` name the columns of a mapping whose entries are no objects.
pub(super) fn read(path: &str, text: &str, key: &str, given: &str) -> Result<Sheet, Broken> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "json" => json_sheet(text, key, given),
        "yaml" | "yml" => yaml::read(text, key, given),
        "tsv" | "tab" => delimited(text, b'\t'),
        _ => delimited(text, b','),
    }
}

fn delimited(text: &str, between: u8) -> Result<Sheet, Broken> {
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(skipped..).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(between)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(body.as_bytes());
    let columns = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect::<Vec<_>>(),
        Err(error) => return Err(Broken::new(error.to_string(), None)),
    };
    let mut sheet = Sheet { columns, rows: Vec::new() };
    let start = |position: Option<&csv::Position>| {
        skipped + position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0))
    };
    for row in reader.records() {
        let row = row.map_err(|error| match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let at = start(pos.as_ref());
                let plural = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
                let why =
                    format!("a row has {}, and there are {}", plural(*len, "cell"), plural(*expected_len, "column"));
                Broken { code: Code::E423, ..Broken::new(why, Some(line(text, at))) }
            }
            _ => Broken::new(error.to_string(), None),
        })?;
        // A comment or a blank line before a row belongs to where the reader begins it.
        let at = line(text, start(row.position()));
        sheet.rows.push(SheetRow { cells: row.iter().map(|cell| Some(cell.to_owned())).collect(), at });
    }
    Ok(sheet)
}

/// The first line from a byte on that says something.
fn line(text: &str, mut at: usize) -> Range<usize> {
    while let Some(rest) = text.get(at..) {
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        if length == rest.len() || !(line.trim().is_empty() || line.starts_with('#')) {
            return at..at + line.trim_end().len();
        }
        at += length + 1;
    }
    at..at
}

fn json_sheet(text: &str, key: &str, given: &str) -> Result<Sheet, Broken> {
    let document = json::parse(text.trim_start_matches('\u{feff}').as_bytes()).map_err(|error| {
        let start = text.split_inclusive('\n').take(error.line.saturating_sub(1)).map(str::len).sum();
        Broken::new(error.message.clone(), Some(line(text, start)))
    })?;
    let mut builder = Builder::default();
    match &document {
        Value::List(rows) => {
            let places = members(text);
            for (row, at) in rows.iter().zip(places) {
                let Some(object) = row.as_object() else {
                    return Err(Broken::new(format!("a row is {}, not an object", row.kind()), Some(at)));
                };
                let mut cells = Vec::new();
                for (name, value) in object.iter() {
                    cells.push((name.to_string(), cell(value).map_err(|why| Broken::new(why, Some(at.clone())))?));
                }
                builder.row(cells, at);
            }
        }
        Value::Object(entries) => {
            for ((name, value), at) in entries.iter().zip(members(text)) {
                let mut cells = vec![(key.to_owned(), Some(name.to_string()))];
                match value.as_object() {
                    Some(object) => {
                        for (name, value) in object.iter() {
                            cells.push((
                                name.to_string(),
                                cell(value).map_err(|why| Broken::new(why, Some(at.clone())))?,
                            ));
                        }
                    }
                    None => {
                        cells.push((given.to_owned(), cell(value).map_err(|why| Broken::new(why, Some(at.clone())))?));
                    }
                }
                builder.row(cells, at);
            }
        }
        other => return Err(Broken::new(format!("it is {}, not a list of objects", other.kind()), None)),
    }
    Ok(builder.sheet)
}

fn cell(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::List(_) | Value::Object(_) => Err(format!("a cell is {}, not one value", value.kind())),
        value => Ok(Some(value.display())),
    }
}

/// Where the members of the outermost list or object stand. The text is well formed.
fn members(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found = Vec::new();
    let (mut depth, mut quoted, mut begun) = (0_usize, false, None);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => drop(bytes.next()),
            b'"' => {
                quoted = !quoted;
                begun = begun.or((depth == 1).then_some(at));
            }
            _ if quoted => {}
            b'[' | b'{' => {
                begun = begun.or((depth == 1).then_some(at));
                depth += 1;
            }
            b']' | b'}' | b',' => {
                if depth == 1 {
                    found.extend(begun.take().map(|begin: usize| begin..at));
                }
                depth -= usize::from(byte != b',' && depth > 0);
            }
            byte if !byte.is_ascii_whitespace() && depth == 1 => begun = begun.or(Some(at)),
            _ => {}
        }
    }
    let ends = move |at: Range<usize>| at.start..at.start + text.get(at).unwrap_or_default().trim_end().len();
    found.into_iter().map(ends)
}

/// Puts rows together that name their cells. A column is there when any row has it.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) sheet: Sheet,
}

impl Builder {
    pub(super) fn row(&mut self, cells: Vec<(String, Option<String>)>, at: Range<usize>) {
        let mut row = vec![None; self.sheet.columns.len()];
        for (name, value) in cells {
            match self.sheet.columns.iter().position(|column| *column == name) {
                Some(at) => {
                    if let Some(place) = row.get_mut(at) {
                        *place = value;
                    }
                }
                None => {
                    self.sheet.columns.push(name);
                    self.sheet.rows.iter_mut().for_each(|row| row.cells.push(None));
                    row.push(value);
                }
            }
        }
        self.sheet.rows.push(SheetRow { cells: row, at });
    }
}
