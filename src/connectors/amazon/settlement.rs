//! Settlement reports: how Amazon settles with a seller, as a file of one settlement with a row for each amount.
//!
//! A [`Report`] looks through a file once and knows then in which charset it is, what its signs and dates mean, which
//! settlement it is of, and what is wrong with it ([`Report::problem`]); [`Report::rows`] gives its amounts one by one, in
//! memory that does not grow with the file. Whatever the file is like, a record has the same fields:
//! `schema/settlement.rs` lists them.
//!
//! A file of which anything cannot be read for certain gives one record that says so and none of its amounts: a
//! settlement without one of them would be wrong.

pub mod archive;
mod charset;
mod date;
mod layout;
mod lines;
mod number;
mod position;
mod rows;
mod scan;
pub(super) mod source;

use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use self::scan::Scan;
use crate::value::json;

pub use rows::Rows;

/// How many bytes are read at once.
const BUFFER: usize = 256 << 10;

/// Where a file's bytes are.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// On disk.
    File(PathBuf),
    /// In memory.
    Held(Arc<[u8]>),
}

impl Bytes {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Bytes::File(path) => Box::new(std::fs::File::open(path)?),
            Bytes::Held(bytes) => Box::new(io::Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// What is known of a file besides its bytes.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What it is called where it lies.
    pub file: String,
    /// The `Content-Type` that it came with.
    pub content_type: Option<String>,
    /// Amazon's number of the report.
    pub report_id: Option<String>,
}

/// A settlement report that has been looked through.
#[derive(Debug, Clone)]
pub struct Report {
    bytes: Bytes,
    scan: Scan,
    /// The fields that are the same in all its records.
    constants: Vec<(&'static str, String)>,
    /// Whether the time of rows is asked for, and not their day alone.
    wants_time: bool,
}

impl Report {
    /// Looks through a file.
    ///
    /// # Errors
    /// The bytes cannot be read. What is wrong with their content is no error: [`Report::problem`] tells it.
    pub fn open(bytes: Bytes, known: &Known) -> io::Result<Self> {
        let scan = scan::scan(&mut || unpacked(bytes.open()?), known.content_type.as_deref())?;
        let digest = digest(&bytes)?;
        let mut report = Self { bytes, constants: Vec::new(), wants_time: false, scan };
        report.constants = report.constants(known, digest);
        Ok(report)
    }

    /// What is wrong with the file, in one sentence; nothing where it can be used.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.scan.problems.sentence()
    }

    /// The settlement that the file is of; blank where the file does not tell.
    #[must_use]
    pub fn settlement_id(&self) -> &str {
        &self.scan.head.settlement_id
    }

    /// A field that is the same in all records of the file, such as `total_amount`.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<&str> {
        self.constants.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str())
    }

    /// The amounts of the file, with these fields of each.
    ///
    /// # Errors
    /// The bytes cannot be read again.
    pub fn rows(mut self, fields: &[Arc<str>]) -> io::Result<Rows> {
        self.wants_time = fields.iter().any(|name| &**name == "posted_date_time");
        Rows::new(Arc::new(self), fields)
    }

    /// The same from a report that is asked further; it is copied but for its bytes.
    ///
    /// # Errors
    /// The bytes cannot be read again.
    pub fn rows_again(&self, fields: &[Arc<str>]) -> io::Result<Rows> {
        self.clone().rows(fields)
    }

    fn open_bytes(&self) -> io::Result<Box<dyn Read + Send>> {
        unpacked(self.bytes.open()?)
    }

    fn constants(&self, known: &Known, digest: String) -> Vec<(&'static str, String)> {
        let (scan, head) = (&self.scan, &self.scan.head);
        let order = scan.order;
        let instant = |text: &str| date::read(text).and_then(|stamp| stamp.instant(order)).map(|at| at.to_string());
        let day = |text: &str| date::read(text).and_then(|stamp| stamp.utc_day(order)).map(|day| day.to_string());
        let total = rows::amount(&head.total, scan.numbers);
        let total = Some(total).filter(|text| json::decimal(text).is_some());
        let id = if head.settlement_id.is_empty() {
            known.report_id.clone().unwrap_or_else(|| known.file.clone())
        } else {
            head.settlement_id.clone()
        };
        let fields = [
            ("settlement_id", Some(id)),
            ("settlement_start_date", instant(&head.start)),
            ("settlement_end_date", instant(&head.end)),
            ("deposit_date", day(&head.deposit)),
            ("total_amount", total),
            ("currency", Some(head.currency.clone())),
            ("problem", self.problem()),
            ("version", scan.layout.as_ref().map(|layout| layout.version().to_owned())),
            ("charset", Some(scan.encoding.name().to_owned())),
            ("file", Some(known.file.clone())),
            ("sha256", Some(digest)),
            ("report_id", known.report_id.clone()),
        ];
        fields.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect()
    }
}

/// The bytes unpacked, where they begin as gzip does.
fn unpacked(input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let start = io::BufRead::fill_buf(&mut input)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(MultiGzDecoder::new(input)));
    }
    Ok(Box::new(input))
}

/// The digest of the bytes as they came, packed or not.
fn digest(bytes: &Bytes) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut input = bytes.open()?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
