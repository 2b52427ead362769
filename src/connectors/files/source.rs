//! A page of records of the files that a flow reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use super::descriptor::PAGE;
use super::documents::{Document, Ndjson};
use super::encode::{SHAPES, Shape};
use super::folder::{At, Position, Stand, Wanted, matches};
use super::rows::{Format, Rows};
use super::xml::{self, Elements};
use super::{Bad, Files, Records, bug, input};
use crate::connectors::contract::{ConnectorError, Filter, Page, ReadRequest, Record};
use crate::plan::fold::Row as _;
use crate::value::query::Query;
use crate::value::{Object, Value};

/// How many bytes of records one page may have; it ends there.
const PAGE_BYTES: usize = 32 << 20;

/// A reader that waits where the last page ended.
pub(super) struct Ahead {
    of: Vec<String>,
    at: At,
    records: Box<dyn Records>,
}

/// What is read, and how.
pub(super) struct Source {
    wanted: Wanted,
    /// Whether its rows are those of tables.
    tables: bool,
    format: Option<Shape>,
    records: Option<String>,
    charset: Option<&'static Encoding>,
    largest: u64,
    fields: Vec<String>,
}

impl Source {
    /// The flow's own words win over those of the environment.
    pub(super) fn new(files: &Files, request: &ReadRequest) -> Result<Self, ConnectorError> {
        let given = |name: &str| given(&request.filters, name);
        let format = match given("format") {
            None => files.format,
            Some(word) => {
                let known = SHAPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
                let words = || SHAPES.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
                Some(known.ok_or_else(|| bug(format!("there is no format `{word}`; there are {}", words())))?.1)
            }
        };
        let charset = match given("charset") {
            None => files.charset,
            Some(name) => Some(input::charset(&name).ok_or_else(|| bug(format!("there is no charset `{name}`")))?),
        };
        let wanted = match (given("file"), &files.path) {
            (None, Some(path)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Wanted::One { name, path: path.clone() }
            }
            (given, _) => wanted(files, &given.unwrap_or_else(|| files.pattern.clone()))?,
        };
        Ok(Self {
            wanted,
            tables: request.entity == "rows",
            format,
            records: given("records").or_else(|| files.records.clone()),
            charset,
            largest: files.largest,
            fields: request.fields.clone(),
        })
    }

    /// A page, from a position on.
    pub(super) fn page(&self, position: Option<&str>, ahead: &mut Option<Ahead>) -> Result<Page, ConnectorError> {
        let mut position: Position = match position {
            None => Position::default(),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| bug("the position is not one of this connector's; begin with another --store"))?,
        };
        let mut records = Vec::new();
        let mut drained = false;
        while records.len() < PAGE {
            let Some((at, path)) = self.at(&mut position)? else {
                drained = true;
                break;
            };
            let mut reader = self.reader(&at, &path, ahead.take())?;
            let ended = fill(&mut reader, &mut records).map_err(|bad| unreadable(&path, &bad))?;
            if ended {
                // What was read must be the file as it was found, and not half of it and half of another.
                if !reader.at.stand.holds(&path) {
                    return Err(bug(format!("{}: it was changed while it was read", path.display())));
                }
                position.at = None;
                let there = |name: &str| self.wanted.path(name).is_some_and(|path| path.exists());
                position.finish(reader.at, there);
            } else {
                position.at = Some(reader.at.clone());
                *ahead = Some(reader);
            }
        }
        let next = serde_json::to_string(&position).map_err(|error| bug(error.to_string()))?;
        Ok(Page { records, next, drained })
    }

    /// The file at hand, or the next one.
    fn at(&self, position: &mut Position) -> Result<Option<(At, PathBuf)>, ConnectorError> {
        if let Some(at) = position.at.take() {
            match self.wanted.path(&at.file).filter(|path| path.exists()) {
                // Somebody has taken it away before it was read to its end, and knows why.
                None => {
                    tracing::warn!(file = at.file, rows = at.row, "a file was taken away before all of it was read")
                }
                Some(path) => {
                    let now = Stand::of(&path).map_err(|error| bug(format!("{}: {error}", path.display())))?;
                    // Another content is another file.
                    let row = if now.digest == at.stand.digest { at.row } else { 0 };
                    return Ok(Some((At { stand: now, row, ..at }, path)));
                }
            }
        }
        position.next(&self.wanted).map_err(bug)
    }

    /// The reader that stands at a place.
    fn reader(&self, at: &At, path: &Path, ahead: Option<Ahead>) -> Result<Ahead, ConnectorError> {
        if let Some(ahead) = ahead.filter(|ahead| ahead.of == self.fields && ahead.at == *at) {
            return Ok(ahead);
        }
        let size = fs::metadata(path).map_or(0, |there| there.len());
        if size > self.largest {
            let (is, most) = (size >> 20, self.largest >> 20);
            return Err(bug(format!("{}: it has {is} MiB, and `largest` allows {most}", path.display())));
        }
        let mut records = self.open(path, &at.file)?;
        for _ in 0..at.row {
            if records.next().map_err(|bad| unreadable(path, &bad))?.is_none() {
                break;
            }
        }
        Ok(Ahead { of: self.fields.clone(), at: at.clone(), records })
    }

    fn open(&self, path: &Path, name: &str) -> Result<Box<dyn Records>, ConnectorError> {
        let no_format = || bug(format!("{}: its ending tells no format; set `format`", path.display()));
        let shape = self.format.or_else(|| Shape::of(path)).ok_or_else(no_format)?;
        let refuse = |error: std::io::Error| bug(format!("{}: {error}", path.display()));
        let declared = || xml::declared(path).and_then(|name| input::charset(&name));
        let charset = self.charset.or_else(|| if shape == Shape::Xml { declared() } else { None });
        let text = input::open(path, charset).map_err(refuse)?;
        let told = self.records.as_deref();
        let records: Box<dyn Records> = match (self.tables, shape) {
            (true, Shape::Csv | Shape::Tsv) => {
                let format = if shape == Shape::Csv { Format::Csv } else { Format::Tsv };
                let names: Vec<Arc<str>> = self.columns().map(Arc::from).collect();
                let wanted = (!self.fields.is_empty()).then_some(names.as_slice());
                let rows =
                    Rows::open(text, format, wanted).map_err(|error| bug(format!("{}: {error}", path.display())))?;
                return Ok(Box::new(Table { rows, file: name.to_owned(), named: self.reads("file") }));
            }
            (false, Shape::Ndjson) => Box::new(Ndjson::new(text)),
            (false, Shape::Json) => {
                let query = told.map(Query::parse).transpose();
                let query = query.map_err(|error| bug(format!("`records` is no JSONPath: {error}")))?;
                Box::new(Document::new(text, query.as_ref()))
            }
            (false, Shape::Xml) => {
                let path =
                    told.ok_or_else(|| bug("say with `records` which elements are records, as in orders/order"))?;
                Box::new(Elements::new(text, path))
            }
            (tables, _) => {
                let (is, reads) =
                    if tables { ("rows", ".csv and .tsv") } else { ("records", ".json, .ndjson and .xml") };
                return Err(bug(format!("{}: files.{is} reads {reads} files", path.display())));
            }
        };
        Ok(Box::new(Numbered { records, fields: self.fields.clone(), file: name.to_owned(), row: 0 }))
    }

    /// Whether the flow reads a field.
    fn reads(&self, field: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|read| read == field)
    }

    /// The fields that are columns of a table.
    fn columns(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str).filter(|field| *field != "file")
    }
}

fn given(filters: &[Filter], name: &str) -> Option<String> {
    let filter = filters.iter().find(|filter| filter.name == name)?;
    filter.values.first().and_then(Value::as_text).map(str::to_owned)
}

/// One file of the folder, or all that are like a pattern.
fn wanted(files: &Files, pattern: &str) -> Result<Wanted, ConnectorError> {
    let folder = files.folder()?;
    let (inside, name) = pattern.rsplit_once('/').map_or(("", pattern), |(inside, name)| (inside, name));
    if inside.contains(['*', '?']) {
        return Err(bug(format!("`{pattern}`: only the name of a file may have `*` and `?`, not its folder")));
    }
    if !inside.is_empty() {
        folder.place(inside).map_err(|why| bug(format!("`{pattern}`: {why}")))?;
    }
    if name.contains(['*', '?']) {
        let inside = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        return Ok(Wanted::Many { folder: folder.clone(), inside, pattern: name.to_owned(), quiet: files.quiet });
    }
    debug_assert!(matches(name, name));
    let path = folder.place(pattern).map_err(|why| bug(format!("`{pattern}`: {why}")))?;
    Ok(Wanted::One { name: pattern.to_owned(), path })
}

/// Reads until the page is full; true at the end of the file.
fn fill(reader: &mut Ahead, records: &mut Vec<Record>) -> Result<bool, Bad> {
    let mut bytes = 0;
    while records.len() < PAGE && bytes < PAGE_BYTES {
        let Some(value) = reader.records.next()? else { return Ok(true) };
        reader.at.row += 1;
        bytes += weight(&value);
        records.push(Record { value });
    }
    Ok(false)
}

/// Roughly how many bytes a value takes.
fn weight(value: &Value) -> usize {
    16 + match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Object(object) => object.values().iter().map(weight).sum(),
        _ => 0,
    }
}

fn unreadable(path: &Path, bad: &Bad) -> ConnectorError {
    let place = match (bad.line, bad.column) {
        (0, _) => String::new(),
        (line, 0) => format!(":{line}"),
        (line, column) => format!(":{line}:{column}"),
    };
    bug(format!("{}{place}: {}; mend the file, or take it away", path.display(), bad.message))
}

/// Rows of a table with the name of their file.
struct Table {
    rows: Rows,
    file: String,
    named: bool,
}

impl Records for Table {
    fn next(&mut self) -> Result<Option<Value>, Bad> {
        let more = self.rows.next();
        let line = self.rows.line();
        if !more.map_err(|error| Bad { line, column: 0, message: error.to_string() })? {
            return Ok(None);
        }
        let record = self.rows.record();
        if !self.named {
            return Ok(Some(record));
        }
        let mut object = record.as_object().cloned().unwrap_or_default();
        object.set("file", Value::text(&self.file));
        Ok(Some(Value::object(object)))
    }
}

/// Records of documents with the name of their file and their number, and with those fields alone that are read.
struct Numbered {
    records: Box<dyn Records>,
    fields: Vec<String>,
    file: String,
    row: u64,
}

impl Records for Numbered {
    fn next(&mut self) -> Result<Option<Value>, Bad> {
        let Some(value) = self.records.next()? else { return Ok(None) };
        self.row += 1;
        let Some(record) = value.as_object() else {
            let message = format!("record {} is {}, and not an object", self.row, value.kind());
            return Err(Bad { line: 0, column: 0, message });
        };
        let reads = |field: &str| self.fields.is_empty() || self.fields.iter().any(|read| read == field);
        let mut object = Object::new();
        if reads("file") {
            object.push("file", Value::text(&self.file));
        }
        if reads("row") {
            object.push("row", Value::Int(i64::try_from(self.row).unwrap_or(i64::MAX)));
        }
        for (name, value) in record.iter().filter(|(name, value)| reads(name) && !value.is_null()) {
            object.set(name.clone(), value.clone());
        }
        Ok(Some(Value::object(object)))
    }
}
