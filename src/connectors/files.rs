//! Files as a system that flows read from and write to. Tables are read row by row, documents record by record; what is
//! written is either a whole file, replaced at once, or a line that is added once. Nothing outside of the folder that the
//! environment names is read or written.

mod append;
mod descriptor;
mod documents;
mod encode;
mod folder;
mod input;
mod place;
mod rows;
mod source;
mod xml;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use encoding_rs::Encoding;

use self::append::{Line, Logs, io_error};
use self::encode::{SHAPES, Shape};
use self::place::Folder;
use self::source::{Ahead, Source};
use super::Deps;
use super::contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
};
use super::settings::Settings;
use crate::value::{Object, Value};

pub use descriptor::spec;
pub use rows::{Format, Rows, RowsError};

/// Opens a connection. Files are looked at when they are read or written.
pub(super) fn open(settings: &Settings<'_>, _: &Deps) -> Result<Connection, ConnectorError> {
    let (path, folder) = (settings.maybe("path"), settings.maybe("folder"));
    if path.is_none() && folder.is_none() {
        return Err(
            settings.wrong("folder", "is missing: name the folder of the files, or with `path` the one to read")
        );
    }
    let format = match settings.maybe("format") {
        Some(_) => Some(settings.choice("format", SHAPES)?),
        None => path.and_then(|path| Shape::of(Path::new(path))),
    };
    if path.is_some() && format.is_none() {
        return Err(settings.wrong("format", "is missing, and the file's ending does not tell it"));
    }
    let charset = match settings.maybe("charset") {
        Some(name) => Some(input::charset(name).ok_or_else(|| {
            settings.wrong("charset", format!("is `{name}`, which is no charset; write utf-8, windows-1252, …"))
        })?),
        None => None,
    };
    let megabytes = settings.count("largest", 1, 1 << 20)?;
    Ok(Arc::new(Files {
        path: path.map(PathBuf::from),
        folder: folder.map(Folder::new),
        pattern: settings.text("pattern").to_owned(),
        format,
        records: settings.maybe("records").map(str::to_owned),
        charset,
        quiet: settings.duration("quiet")?,
        largest: u64::from(megabytes) << 20,
        ahead: Arc::default(),
        logs: Logs::default(),
    }))
}

fn bug(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, message)
}

fn rejected(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, message)
}

/// Records of one file, one at a time.
trait Records: Send {
    /// The next record; nothing at the end.
    fn next(&mut self) -> Result<Option<Value>, Bad>;
}

/// What is wrong with a file, and where. It shows nothing of its content.
#[derive(Debug)]
struct Bad {
    /// From 1; 0 where it is not known.
    line: usize,
    /// From 1; 0 where it is not known.
    column: usize,
    message: String,
}

struct Files {
    /// The one file to read, where the environment names one.
    path: Option<PathBuf>,
    folder: Option<Folder>,
    pattern: String,
    format: Option<Shape>,
    records: Option<String>,
    charset: Option<&'static Encoding>,
    quiet: Duration,
    largest: u64,
    /// The reader where the last page ended, so that the next one goes on there and not from the beginning.
    ahead: Arc<Mutex<Option<Ahead>>>,
    logs: Logs,
}

impl Files {
    fn folder(&self) -> Result<&Folder, ConnectorError> {
        self.folder.as_ref().ok_or_else(|| bug("connections.files.folder is missing: name the folder of the files"))
    }

    async fn replace(&self, path: PathBuf, payload: &Object) -> Result<bool, ConnectorError> {
        let content = payload.get("content").ok_or_else(|| bug("a document needs `content`"))?;
        let shape = Shape::of(&path).unwrap_or(Shape::Text);
        // A text file is text as it is, whatever tables are called.
        let shape = if path.extension().is_some_and(|ending| ending == "txt") { Shape::Text } else { shape };
        let columns = columns(payload)?;
        let bytes = encode::document(shape, content, columns.as_deref()).map_err(rejected)?;
        blocking(move || place::replace(&path, &bytes).map_err(|error| io_error(&path, &error))).await
    }

    async fn append(&self, path: &Path, payload: &Object, request: &WriteRequest) -> Result<bool, ConnectorError> {
        let content = payload.get("row").ok_or_else(|| bug("a line needs `row`"))?.clone();
        let shape = Shape::of(path).filter(|shape| matches!(shape, Shape::Csv | Shape::Tsv | Shape::Ndjson));
        let shape = shape.ok_or_else(|| rejected("lines are added to .ndjson, .csv and .tsv files only"))?;
        // A key of the flow's own and one of the engine's are never the same.
        let key = match payload.get("key").and_then(Value::as_text) {
            Some(key) => format!("key {key}"),
            None => format!("write {}", request.idempotency_key),
        };
        self.logs.add(path, shape, Line { key, content, columns: columns(payload)? }).await
    }
}

fn columns(payload: &Object) -> Result<Option<Vec<String>>, ConnectorError> {
    let Some(list) = payload.get("columns").and_then(Value::as_list) else { return Ok(None) };
    let mut columns: Vec<String> = Vec::with_capacity(list.len());
    for name in list {
        let name = name.as_text().map(str::trim).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| rejected("each of the columns must have a name"))?;
        if columns.iter().any(|known| known == name) {
            return Err(rejected(format!("the column `{name}` is there twice")));
        }
        columns.push(name.to_owned());
    }
    Ok(Some(columns))
}

/// Work with files, where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ConnectorError> + Send + 'static,
) -> Result<T, ConnectorError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ConnectorError::new(ErrorKind::Transient, "work with a file was given up")))
}

#[async_trait]
impl Connector for Files {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let source = Source::new(self, request)?;
        let (position, ahead) = (request.position.clone(), Arc::clone(&self.ahead));
        blocking(move || {
            let mut ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner);
            source.page(position.as_deref(), &mut ahead)
        })
        .await
    }

    async fn fetch(&self, _: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        Err(bug("rows of files cannot be looked up; a table beside the flow can"))
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        let payload = request.payload.as_object().ok_or_else(|| bug("a file needs an object"))?;
        let name = payload.get("path").and_then(Value::as_text).unwrap_or_default();
        let path = self.folder()?.place(name).map_err(rejected)?;
        let written = match (request.entity.as_str(), request.verb.as_str()) {
            ("documents", "upsert") => self.replace(path, payload).await?,
            ("documents", "delete") => {
                blocking(move || place::remove(&path).map_err(|error| io_error(&path, &error))).await?
            }
            ("lines", "create") => self.append(&path, payload, request).await?,
            (entity, verb) => return Err(bug(format!("files cannot {verb} {entity}"))),
        };
        let mut document = Object::new();
        document.push("path", Value::text(name));
        document.push("written", Value::Bool(written));
        Ok(WriteAnswer { document: Value::object(document), request_id: None })
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        let place = self.folder.as_ref().map(|folder| folder.root().to_path_buf()).or_else(|| self.path.clone());
        let place = place.unwrap_or_default();
        blocking(move || {
            std::fs::metadata(&place).map(drop).map_err(|error| bug(format!("{}: {error}", place.display())))
        })
        .await
    }
}
