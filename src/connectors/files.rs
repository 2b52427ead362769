//! Tables in files: CSV and TSV, read row by row. What columns a table has, the flow says.

mod rows;

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::Deps;
use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, Record, WriteAnswer, WriteRequest,
};
use super::settings::Settings;
use crate::catalog::build::must;
use crate::catalog::{Base, ConnectorSpec, EntitySpec, ObjectSpec, OperationSpec, Setting, SourceSpec};

use crate::plan::fold::Row as _;

pub use rows::{Format, Rows, RowsError};

/// Rows of one page.
const PAGE: usize = 1000;

/// The descriptor of the connector `files`.
#[must_use]
pub fn spec() -> ConnectorSpec {
    ConnectorSpec {
        name: "files",
        summary: "Tables in files, as CSV or TSV",
        settings: vec![
            Setting { name: "path", doc: "The file", default: None, secret: false },
            Setting {
                name: "format",
                doc: "`csv`, with quotes, or `tsv`, without; by the file's ending where it is not said",
                default: Some(""),
                secret: false,
            },
        ],
        entities: vec![EntitySpec {
            name: "rows",
            summary: "The rows of a table; the flow says which columns it reads",
            source: Some(SourceSpec {
                record: Arc::new(ObjectSpec {
                    name: "Row".to_owned(),
                    fields: vec![must(
                        "row",
                        Base::Int,
                        "Which row of the file it is, from 1 on, not counting the header",
                    )],
                    open: true,
                }),
                key: "row",
                stamp: None,
                events: Vec::new(),
                filters: Vec::new(),
                operation: "read",
                fetch: None,
                columns: true,
            }),
            lookup: None,
            writes: Vec::new(),
        }],
        operations: vec![OperationSpec { name: "read", path: "", rate: None, batch: PAGE }],
    }
}

/// Opens a connection. The file is looked at when it is read.
pub(super) fn open(settings: &Settings<'_>, _: &Deps) -> Result<Connection, ConnectorError> {
    let path = PathBuf::from(settings.text("path"));
    let format = match settings.maybe("format") {
        Some(_) => Some(settings.choice("format", &[("csv", Format::Csv), ("tsv", Format::Tsv)])?),
        None => Format::of(&path),
    };
    let format =
        format.ok_or_else(|| settings.wrong("format", "is missing, and the file's ending does not tell it"))?;
    Ok(Arc::new(Files { path, format, ahead: Mutex::default() }))
}

fn bug(message: String) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, message)
}

struct Files {
    path: PathBuf,
    format: Format,
    /// The reader where the last page ended, so that the next one goes on there and not from the beginning.
    ahead: Mutex<Option<(Vec<String>, Rows)>>,
}

impl Files {
    /// A page of rows, from a row on.
    fn page(&self, from: u64, fields: &[String]) -> Result<Page, ConnectorError> {
        let refuse = |error: RowsError| bug(format!("{}: {error}", self.path.display()));
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut rows = match ahead.filter(|(of, rows)| of == fields && rows.number() == from) {
            Some((_, rows)) => rows,
            None => {
                let file = File::open(&self.path).map_err(|error| self.gone(&error))?;
                let names: Vec<Arc<str>> = fields.iter().map(|name| Arc::from(name.as_str())).collect();
                let wanted = (!names.is_empty()).then_some(names.as_slice());
                Rows::open(Box::new(BufReader::with_capacity(1 << 16, file)), self.format, wanted).map_err(refuse)?
            }
        };
        let mut records = Vec::new();
        let mut drained = false;
        while records.len() < PAGE {
            if !rows.next().map_err(refuse)? {
                drained = true;
                break;
            }
            if rows.number() > from {
                records.push(Record { value: rows.record() });
            }
        }
        let next = rows.number().max(from).to_string();
        if !drained {
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some((fields.to_vec(), rows));
        }
        Ok(Page { next, records, drained })
    }

    fn gone(&self, error: &std::io::Error) -> ConnectorError {
        bug(format!("{}: {error}", self.path.display()))
    }
}

#[async_trait]
impl Connector for Files {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let from = request.position.as_deref().unwrap_or("0").parse();
        let from = from.map_err(|_| bug("the position is not one of this connector's".to_owned()))?;
        self.page(from, &request.fields)
    }

    async fn fetch(&self, _: &Fetch) -> Result<Vec<crate::value::Value>, ConnectorError> {
        Err(bug("rows of files cannot be looked up".to_owned()))
    }

    async fn write(&self, _: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        Err(bug("nothing is written to files".to_owned()))
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        File::open(&self.path).map(drop).map_err(|error| self.gone(&error))
    }
}
