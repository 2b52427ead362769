//! Connectors that files describe: `connectors/NAME.yaml` beside a flow, or above it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::above;
use super::exit::Failure;
use crate::catalog::described::Description;
use crate::config;
use crate::connectors::Connectors;

/// The directory in which descriptions lie.
const DIRECTORY: &str = "connectors";

/// The connectors that some flows can name; without a flow, those that are found from where the program was started. Of
/// two descriptions of one name the one that is nearer to the flow is meant.
pub(crate) fn connectors(flows: &[&Path]) -> Result<Connectors, Failure> {
    let mut directories: Vec<PathBuf> = Vec::new();
    let starts: Vec<Option<&Path>> =
        if flows.is_empty() { vec![None] } else { flows.iter().copied().map(Some).collect() };
    let mut seen: Vec<Option<&Path>> = Vec::new();
    for flow in starts {
        let folder = flow.map(|flow| flow.parent().unwrap_or(Path::new("")));
        if seen.contains(&folder) {
            continue;
        }
        seen.push(folder);
        for directory in above(flow, DIRECTORY)? {
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
    }
    let mut found: BTreeMap<String, Arc<Description>> = BTreeMap::new();
    for directory in directories {
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        let files = entries.filter_map(Result::ok).map(|entry| entry.path());
        for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")) {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if let std::collections::btree_map::Entry::Vacant(free) = found.entry(name) {
                free.insert(Arc::new(read(&file)?));
            }
        }
    }
    Connectors::with(found.into_values().collect()).map_err(Failure::usage)
}

fn read(file: &Path) -> Result<Description, Failure> {
    let shown = file.display().to_string();
    let refuse = |why: String| Failure::usage(format!("{shown} cannot be read: {why}"));
    let length = std::fs::metadata(file).map_err(|error| refuse(error.to_string()))?.len();
    if length > config::MAX_FILE as u64 {
        return Err(refuse(format!("it is larger than {} bytes", config::MAX_FILE)));
    }
    let text = std::fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
    config::connector::parse(&text, &shown).map_err(|error| Failure::usage(error.to_string()))
}
