//! What an environment file says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::given::{Given, Place, Where};
use super::read::{Item, Reader};
use super::yaml::Document;
use super::{ConfigError, Problem};
use crate::catalog::ConnectorSpec;
use crate::diag::suggest;
use crate::value::Value;

/// What becomes of buyer data on its way to the targets of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BuyerData {
    /// It goes as it is.
    Allowed,
    /// Something of the same form goes in its place.
    Masked,
    /// A flow that would send some does not compile.
    #[default]
    Forbidden,
}

impl BuyerData {
    const ALL: [Self; 3] = [Self::Allowed, Self::Masked, Self::Forbidden];

    /// How an environment file says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Masked => "masked",
            Self::Forbidden => "forbidden",
        }
    }
}

/// An environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name: the stem of its file.
    pub name: String,
    /// Its file, as the user gave it.
    pub file: String,
    /// Whether real business depends on it.
    pub production: bool,
    /// What becomes of buyer data on its way to targets. Without a word on it: allowed in production, forbidden elsewhere.
    pub buyer_data: BuyerData,
    /// The store's directory; `.flowrun/NAME` without a word on it.
    pub store: PathBuf,
    /// How long a remote may be away before a run gives up.
    pub patience: Duration,
    /// How many records are worked on at once.
    pub concurrency: usize,
    /// The systems, by the connector's name.
    pub connections: BTreeMap<String, Connection>,
    /// The flows' parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Where alerts go, by the name of the route.
    pub alerts: BTreeMap<String, Alert>,
    /// The simulated systems; an environment without them is a real one.
    pub sandbox: Option<Sandbox>,
}

/// A system.
#[derive(Debug, Clone)]
pub struct Connection {
    /// What is set, by name.
    pub settings: BTreeMap<String, Given>,
    /// Where it stands.
    pub place: Place,
}

/// Where an alert goes.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Where the address is kept to which it is posted. Whoever has the address can post, so it is a secret.
    pub webhook: Given,
}

/// Simulated systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandbox {
    /// Orders in the shop.
    pub orders: Option<usize>,
    /// Which shop.
    pub seed: u64,
    /// How many times as fast its time runs; without it, nobody waits.
    pub speed: Option<u32>,
    /// How long its warehouse takes to ship what was released; without it, it ships when it is told to.
    pub warehouse: Option<Duration>,
}

const PATIENCE: Duration = Duration::from_secs(15 * 60);
const CONCURRENCY: usize = 16;

impl Settings {
    /// Checks the connections against what connectors have: their names, the names of their settings, and that no
    /// secret is written down.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn check(&self, connectors: &[Arc<ConnectorSpec>]) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        for (name, connection) in &self.connections {
            let path = format!("connections.{name}");
            let Some(spec) = connectors.iter().find(|spec| spec.name == name) else {
                let names = || connectors.iter().map(|spec| spec.name);
                let hint = hint(name, names());
                let message = format!("there is no such connector; {hint}");
                problems.push(Problem { place: connection.place, path, message });
                continue;
            };
            for (setting, given) in &connection.settings {
                let known = spec.settings.iter().find(|known| known.name == setting);
                let message = match (known, &given.at) {
                    (None, _) => {
                        let hint = hint(setting, spec.settings.iter().map(|known| known.name));
                        format!("{name} has no such setting; {hint}")
                    }
                    (Some(known), Where::Here(_)) if known.secret => {
                        "is a secret, and files are copied, committed and \
                         shown: say where it is kept, with {env: NAME} or {file: PATH}"
                            .to_owned()
                    }
                    (Some(known), Where::Env { default: Some(_), .. }) if known.secret => {
                        "is a secret, so its default cannot stand here".to_owned()
                    }
                    _ => continue,
                };
                problems.push(Problem { place: given.place, path: format!("{path}.{setting}"), message });
            }
        }
        problems.sort_by_key(|problem| problem.place);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError { file: self.file.clone(), problems }) }
    }
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match suggest::nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    }
}

pub(super) fn read(document: &Document<'_>, file: &str) -> Result<Settings, ConfigError> {
    let reader = Reader::new(document);
    let settings = whole(&reader.root(), file);
    let problems = reader.problems();
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(ConfigError { file: file.to_owned(), problems }),
    }
}

fn whole(root: &Item<'_>, file: &str) -> Option<Settings> {
    let fields = root.fields(&[
        "production",
        "buyer_data",
        "store",
        "patience",
        "concurrency",
        "connections",
        "parameters",
        "alerts",
        "sandbox",
    ])?;
    let name = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let production = match fields.get("production") {
        Some(item) => item.flag()?,
        None => false,
    };
    let sandbox = fields.get("sandbox").and_then(|item| self::sandbox(item, production));
    Some(Settings {
        production,
        buyer_data: match fields.get("buyer_data") {
            Some(item) => buyer_data(item).unwrap_or_default(),
            None if production => BuyerData::Allowed,
            None => BuyerData::Forbidden,
        },
        store: fields
            .get("store")
            .and_then(Item::text)
            .map_or_else(|| Path::new(".flowrun").join(&name), PathBuf::from),
        patience: fields.get("patience").and_then(Item::duration).unwrap_or(PATIENCE),
        concurrency: fields
            .get("concurrency")
            .and_then(|item| item.count(1, 1000))
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(CONCURRENCY),
        connections: each(fields.get("connections"), connection),
        parameters: each(fields.get("parameters"), |item| item.value()),
        alerts: each(fields.get("alerts"), alert),
        sandbox,
        name,
        file: file.to_owned(),
    })
}

/// The entries of a block, by name.
fn each<T>(block: Option<&Item<'_>>, read: impl Fn(&Item<'_>) -> Option<T>) -> BTreeMap<String, T> {
    let fields = block.and_then(Item::entries);
    fields
        .iter()
        .flat_map(super::read::Fields::iter)
        .filter_map(|(name, item)| Some((name.clone(), read(item)?)))
        .collect()
}

fn buyer_data(item: &Item<'_>) -> Option<BuyerData> {
    let text = item.text()?;
    let known = BuyerData::ALL.into_iter().find(|policy| policy.word() == text);
    if known.is_none() {
        item.wrong("must be `allowed`, `masked` or `forbidden`");
    }
    known
}

fn connection(item: &Item<'_>) -> Option<Connection> {
    item.entries()?;
    Some(Connection { settings: each(Some(item), |item| item.given()), place: item.place() })
}

fn alert(item: &Item<'_>) -> Option<Alert> {
    let fields = item.fields(&["webhook"])?;
    let Some(webhook) = fields.get("webhook") else {
        item.wrong("must say to which `webhook` it goes");
        return None;
    };
    let given = webhook.given()?;
    if matches!(given.at, Where::Here(_) | Where::Env { default: Some(_), .. }) {
        webhook
            .wrong("whoever knows this address can post to it, so it is kept elsewhere: {env: NAME} or {file: PATH}");
        return None;
    }
    Some(Alert { webhook: given })
}

fn sandbox(item: &Item<'_>, production: bool) -> Option<Sandbox> {
    if production {
        item.wrong("a production environment has no simulated systems");
    }
    let fields = item.fields(&["orders", "seed", "speed", "warehouse"])?;
    let count = |name: &str, least, most| fields.get(name).and_then(|item| item.count(least, most));
    Some(Sandbox {
        orders: count("orders", 1, 1_000_000).and_then(|orders| usize::try_from(orders).ok()),
        seed: count("seed", 0, i64::MAX.unsigned_abs()).unwrap_or(1),
        speed: count("speed", 1, 1_000_000).and_then(|speed| u32::try_from(speed).ok()),
        warehouse: fields.get("warehouse").and_then(|item| item.duration()),
    })
}
