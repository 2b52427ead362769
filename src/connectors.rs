//! The systems that flows read from and write to. A connector is a folder here and one line in `TABLE`; everything
//! else (names, checks, help, settings) follows from its descriptor.

pub mod amazon;
pub mod contract;
pub mod files;
mod gather;
mod http;
pub mod memory;
pub mod quota;
pub mod settings;
pub mod tims;
mod token;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::catalog::ConnectorSpec;
use crate::clock::SharedClock;
use crate::diag::suggest;

pub use contract::{
    Connection, Connector, ConnectorError, ErrorKind, Fetch, FieldError, Filter, Page, ReadRequest, Record,
    WriteAnswer, WriteRequest,
};
pub use quota::{QuotaMemory, Usage};
pub use settings::{ConnectionSettings, Secret, Settings};

/// What a connector gets besides its settings.
#[derive(Clone)]
pub struct Deps {
    /// The time.
    pub clock: SharedClock,
    /// Where the levels of quotas are kept.
    pub quota: Arc<dyn QuotaMemory>,
}

/// A connector: its descriptor, and how it is opened.
struct Entry {
    spec: fn() -> ConnectorSpec,
    open: fn(&Settings<'_>, &Deps) -> Result<Connection, ConnectorError>,
    /// The setting that limits all its operations together, and how it is read, where there is one.
    limit: Option<(&'static str, ReadLimit)>,
}

/// Reads a limit: so many calls in so long.
type ReadLimit = fn(&str) -> Option<(usize, Duration)>;

/// The connectors, sorted by name.
const TABLE: &[Entry] = &[
    Entry { spec: amazon::spec, open: amazon::open, limit: None },
    Entry { spec: files::spec, open: files::open, limit: None },
    Entry { spec: tims::spec, open: tims::open, limit: Some(("limit", tims::limit)) },
];

static SPECS: LazyLock<Vec<Arc<ConnectorSpec>>> =
    LazyLock::new(|| TABLE.iter().map(|entry| Arc::new((entry.spec)())).collect());

/// The descriptors of all connectors, sorted by name.
#[must_use]
pub fn specs() -> Vec<Arc<ConnectorSpec>> {
    SPECS.clone()
}

/// The limit that all operations of a connector share, so many calls in so long, as its settings say; `given` tells what
/// an environment sets.
#[must_use]
pub fn shared_limit(name: &str, given: &dyn Fn(&str) -> Option<String>) -> Option<(usize, Duration)> {
    let (spec, entry) = SPECS.iter().zip(TABLE).find(|(spec, _)| spec.name == name)?;
    let (setting, read) = entry.limit?;
    let default = || spec.settings.iter().find(|known| known.name == setting)?.default.map(str::to_owned);
    read(&given(setting).or_else(default)?)
}

/// Opens a connection: checks its settings and makes it ready, without calling anything.
pub fn open(name: &str, settings: &ConnectionSettings, deps: &Deps) -> Result<Connection, ConnectorError> {
    let found = SPECS.iter().zip(TABLE).find(|(spec, _)| spec.name == name);
    let Some((spec, entry)) = found else {
        let near = suggest::nearest(name, SPECS.iter().map(|spec| spec.name));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(ConnectorError::new(ErrorKind::Bug, format!("there is no connector `{name}`{hint}")));
    };
    let connection = (entry.open)(&Settings::check(spec, settings)?, deps)?;
    Ok(gather::gather(connection, spec))
}
