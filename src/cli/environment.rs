//! Environment files on disk: which one is meant, and what it says for the compiler.

use std::path::{Path, PathBuf};

use super::args;
use super::exit::Failure;
use crate::config::BuyerData;
use crate::config::{self, Settings};
use crate::diag::suggest;
use crate::lang;

/// How many directories above the flow's are searched.
const PARENTS: usize = 4;
/// The directory in which environment files lie.
const DIRECTORY: &str = "environments";

impl Settings {
    /// The environment as the compiler sees it.
    pub(crate) fn for_compiler(&self) -> lang::Environment {
        lang::Environment {
            name: Some(self.name.clone()),
            buyer_data_allowed: self.buyer_data == BuyerData::Allowed,
            buyer_data_masked: self.buyer_data == BuyerData::Masked,
            parameters: self.parameters.clone(),
        }
    }
}

/// The settings of an environment for a flow, or for none in particular. The store is the command line's where it names
/// one.
pub(super) fn load(flow: Option<&Path>, at: &args::At) -> Result<Settings, Failure> {
    let mut settings = read(flow, &at.env, at.environments.as_deref())?;
    if let Some(store) = &at.store {
        settings.store.clone_from(store);
    }
    Ok(settings)
}

/// The settings of the environment of that name.
pub(super) fn read(flow: Option<&Path>, name: &str, environments: Option<&Path>) -> Result<Settings, Failure> {
    let file = find(flow, name, environments)?;
    let shown = file.display().to_string();
    let refuse = |why: String| Failure::usage(format!("{shown} cannot be read: {why}"));
    let length = std::fs::metadata(&file).map_err(|error| refuse(error.to_string()))?.len();
    if length > config::MAX_FILE as u64 {
        return Err(refuse(format!("it is larger than {} bytes", config::MAX_FILE)));
    }
    let text = std::fs::read_to_string(&file).map_err(|error| refuse(error.to_string()))?;
    let wrong = |error: config::ConfigError| Failure::usage(error.to_string());
    let settings = config::parse(&text, &shown).map_err(wrong)?;
    let flows: Vec<&Path> = flow.into_iter().collect();
    settings.check(&super::described::connectors(&flows)?.specs()).map_err(wrong)?;
    Ok(settings)
}

fn find(flow: Option<&Path>, name: &str, environments: Option<&Path>) -> Result<PathBuf, Failure> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
        return Err(Failure::usage(format!(
            "`{name}` is no name of an environment; it names a file {DIRECTORY}/NAME.yaml"
        )));
    }
    let directories = match environments {
        Some(directory) => vec![directory.to_path_buf()],
        None => above(flow, DIRECTORY)?,
    };
    let file = format!("{name}.yaml");
    if let Some(found) = directories.iter().map(|directory| directory.join(&file)).find(|path| path.is_file()) {
        return Ok(found);
    }
    let mut known: Vec<String> = directories.iter().flat_map(|directory| names(directory)).collect();
    known.sort();
    known.dedup();
    if known.is_empty() {
        let searched: Vec<String> = directories.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::usage(format!(
            "there is no environment `{name}`: none of {} holds {file}; --environments DIR names another directory",
            searched.join(", ")
        )));
    }
    let hint = suggest::nearest(name, known.iter().map(String::as_str))
        .map(|near| format!("; did you mean `{near}`?"))
        .unwrap_or_default();
    Err(Failure::usage(format!("there is no environment `{name}`; there are {}{hint}", known.join(", "))))
}

/// Where files of a flow's project are looked for, such as those of environments: in directories of that name beside the
/// flow and above it; without a flow where the program was started, and in `flows` there.
pub(super) fn above(flow: Option<&Path>, name: &str) -> Result<Vec<PathBuf>, Failure> {
    let here = std::env::current_dir()?;
    let start = match flow {
        Some(flow) => std::path::absolute(flow)?.parent().map_or_else(|| here.clone(), Path::to_path_buf),
        None => here.clone(),
    };
    let mut found: Vec<PathBuf> = start.ancestors().take(PARENTS + 1).map(|above| above.join(name)).collect();
    if flow.is_none() {
        found.insert(1, start.join("flows").join(name));
    }
    // Shown as the user would write them.
    Ok(found.into_iter().map(|path| path.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(path)).collect())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect()
}
