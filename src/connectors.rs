//! The systems that flows read from and write to. A connector is a folder here and one line in `TABLE`; everything
//! else (names, checks, help, settings) follows from its descriptor.

pub mod amazon;
pub mod contract;
mod described;
pub mod files;
mod gather;
mod http;
mod limit;
pub mod memory;
pub mod quota;
pub mod settings;
pub mod tims;
mod token;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::catalog::ConnectorSpec;
use crate::catalog::described::Description;
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
    Entry { spec: tims::spec, open: tims::open, limit: Some(("limit", limit::plan)) },
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

/// The connectors that a flow can name: those that are built in, and those that files describe.
#[derive(Debug, Clone, Default)]
pub struct Connectors {
    described: Vec<Arc<Description>>,
}

impl Connectors {
    /// The built-in ones and these.
    ///
    /// # Errors
    /// A described one has the name of one that is built in.
    pub fn with(described: Vec<Arc<Description>>) -> Result<Self, String> {
        for description in &described {
            let name = description.spec.name;
            if SPECS.iter().any(|spec| spec.name == name) {
                return Err(format!("there is a built-in connector `{name}`; give the description another name"));
            }
        }
        Ok(Self { described })
    }

    /// The descriptors of all, sorted by name.
    #[must_use]
    pub fn specs(&self) -> Vec<Arc<ConnectorSpec>> {
        let mut all = specs();
        all.extend(self.described.iter().map(|description| Arc::clone(&description.spec)));
        all.sort_by_key(|spec| spec.name);
        all
    }

    /// Opens a connection, as [`open`] does.
    pub fn open(&self, name: &str, settings: &ConnectionSettings, deps: &Deps) -> Result<Connection, ConnectorError> {
        match self.described.iter().find(|description| description.spec.name == name) {
            Some(description) => {
                let spec = &description.spec;
                let connection = described::open(description, &Settings::check(spec, settings)?, deps)?;
                Ok(gather::gather(connection, spec))
            }
            None => open(name, settings, deps),
        }
    }

    /// The limit that all operations of a connector share, as [`shared_limit`] tells it.
    #[must_use]
    pub fn shared_limit(&self, name: &str, given: &dyn Fn(&str) -> Option<String>) -> Option<(usize, Duration)> {
        let Some(description) = self.described.iter().find(|description| description.spec.name == name) else {
            return shared_limit(name, given);
        };
        let default =
            || description.spec.settings.iter().find(|known| known.name == "limit")?.default.map(str::to_owned);
        limit::plan(&given("limit").or_else(default)?)
    }
}
