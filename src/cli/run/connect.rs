//! Connections: secrets fetched from where the environment says that they are kept, all that are missing told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::exit::Failure;
use crate::config::{Given, Settings, Where};
use crate::connectors::{self, Connection, ConnectionSettings, Connectors, Deps, Secret};
use crate::plan::{LookupKind, Plan};

/// How large a file with a secret may be.
const MAX_SECRET: u64 = 64 << 10;

/// The connectors that a flow uses.
pub(super) fn needed(plan: &Plan) -> BTreeSet<String> {
    let lookups = plan.lookups.iter().filter_map(|lookup| match &lookup.kind {
        LookupKind::Entity { connector, .. } => Some(connector.clone()),
        LookupKind::Join(join) => Some(join.source.connector.clone()),
        LookupKind::Table(_) => None,
    });
    let targets = plan.targets.iter().map(|target| target.connector.clone());
    lookups.chain(targets).chain([plan.source.connector.clone()]).collect()
}

/// Opens the connections of these connectors. What `simulated` says about one wins over the environment.
pub(super) fn open(
    settings: &Settings,
    names: &BTreeSet<String>,
    simulated: &BTreeMap<String, ConnectionSettings>,
    deps: &Deps,
    known: &Connectors,
) -> Result<BTreeMap<String, Connection>, Failure> {
    let mut missing = Vec::new();
    let mut gathered = BTreeMap::new();
    for name in names {
        let over = simulated.get(name);
        if over.is_none() && !settings.connections.contains_key(name) {
            let file = &settings.file;
            let simulated = match settings.sandbox {
                None if !settings.production && matches!(name.as_str(), "amazon" | "tims") => {
                    "; or write `sandbox: {}` there to run against the simulated systems"
                }
                _ => "",
            };
            missing.push(format!("{file}: there is no `{name}` under `connections:`, and the flow uses it{simulated}"));
            continue;
        }
        let mut given = gather(settings, known, name, over, &mut missing);
        if name == "amazon" {
            given.values.entry("archive".to_owned()).or_insert_with(|| archive(&settings.store));
        }
        gathered.insert(name.clone(), given);
    }
    if !missing.is_empty() {
        return Err(Failure::usage(missing.join("\n")));
    }
    let wrong = |error: connectors::ConnectorError| Failure::usage(format!("{}: {error}", settings.file));
    gathered
        .into_iter()
        .map(|(name, given)| Ok((name.clone(), known.open(&name, &given, deps).map_err(wrong)?)))
        .collect()
}

/// The folder in which files of the marketplace are kept: what the environment says, or beside the store.
pub(super) fn archive_of(settings: &Settings) -> String {
    let given = settings.connections.get("amazon").and_then(|connection| connection.settings.get("archive"));
    given.and_then(|given| fetch(given).ok()).unwrap_or_else(|| archive(&settings.store))
}

/// Where files of the remote are kept if nobody says: beside the store, which may be deleted, and is no place for what
/// must be there in ten years.
fn archive(store: &Path) -> String {
    let mut name = store.file_name().map_or_else(|| "store".into(), std::ffi::OsStr::to_os_string);
    name.push("-archive");
    store.with_file_name(name).display().to_string()
}

fn gather(
    settings: &Settings,
    known: &Connectors,
    name: &str,
    simulated: Option<&ConnectionSettings>,
    missing: &mut Vec<String>,
) -> ConnectionSettings {
    let mut out = simulated.cloned().unwrap_or_default();
    let specs = known.specs();
    let secret = |setting: &str| {
        let spec = specs.iter().find(|spec| spec.name == name);
        spec.is_some_and(|spec| spec.settings.iter().any(|known| known.name == setting && known.secret))
    };
    for (setting, given) in settings.connections.get(name).iter().flat_map(|connection| &connection.settings) {
        let is_secret = secret(setting);
        // The simulated systems have logins of their own, and real ones are none of their business.
        if out.values.contains_key(setting) || simulated.is_some() && is_secret {
            continue;
        }
        match fetch(given) {
            Ok(value) if is_secret => {
                out.secrets.insert(setting.clone(), Secret::new(&value));
            }
            Ok(value) => {
                out.values.insert(setting.clone(), value);
            }
            Err(why) => missing.push(format!(
                "{}:{}:{}: connections.{name}.{setting}: {why}",
                settings.file, given.place.line, given.place.column
            )),
        }
    }
    out
}

/// The value itself; or why it is not there, without anything of it.
fn fetch(given: &Given) -> Result<String, String> {
    match &given.at {
        Where::Here(value) => Ok(value.clone()),
        Where::Env { name, default } => match (std::env::var(name), default) {
            (Ok(value), _) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
            (Err(std::env::VarError::NotUnicode(_)), _) => Err(format!("the variable {name} is not text")),
            (_, Some(default)) => Ok(default.clone()),
            (_, None) => Err(format!("the variable {name} is not set")),
        },
        Where::File(path) => {
            let refuse = |why: &str| format!("{path} {why}");
            let value = read(Path::new(path)).map_err(|error| refuse(&format!("cannot be read: {error}")))?;
            let value = value.trim();
            if value.is_empty() { Err(refuse("is empty")) } else { Ok(value.to_owned()) }
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > MAX_SECRET {
        return Err(format!("it is larger than {MAX_SECRET} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => "it is not text".to_owned(),
        _ => error.to_string(),
    })
}
