//! Flows on disk: finding them, reading what they name, and compiling them for an environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::exit::{Exit, Failure};
use super::{described, output};
use crate::catalog::Catalog;
use crate::connectors::Connectors;
use crate::diag::{Source, text};
use crate::lang::{self, Compiled, Environment, Files};
use crate::plan::Plan;

/// What some flows can name: the functions, and the connectors that are built in or described beside them.
pub(crate) fn catalog(flows: &[PathBuf]) -> Result<Catalog, Failure> {
    let flows: Vec<&Path> = flows.iter().map(PathBuf::as_path).collect();
    Ok(catalog_of(&described::connectors(&flows)?))
}

/// The same with connectors that are known.
pub(crate) fn catalog_of(connectors: &Connectors) -> Catalog {
    Catalog { functions: crate::functions::all(), connectors: connectors.specs() }
}

/// A flow's text.
pub(crate) fn read(path: &Path) -> Result<Source, Failure> {
    let refuse = |why: String| Failure::usage(format!("{} cannot be read: {why}", path.display()));
    let length = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?.len();
    if length > 4 * lang::MAX_SOURCE as u64 {
        return Err(refuse(format!("it is larger than {} bytes", lang::MAX_SOURCE)));
    }
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8 text".to_owned()))?;
    Ok(Source::new(path.display().to_string(), text))
}

/// Compiles a flow; says what is wrong with it and fails if it cannot run.
pub(crate) fn plan(path: &Path, environment: &Environment) -> Result<Plan, Failure> {
    plan_of_flow(path, environment)?.ok_or_else(|| {
        let why = "holds functions and lookups for flows, and is no flow itself";
        Failure::usage(format!("{} {why}", path.display()))
    })
}

/// The same for one file of many: nothing where it is no flow itself and only holds what flows use.
pub(crate) fn plan_of_flow(path: &Path, environment: &Environment) -> Result<Option<Plan>, Failure> {
    let source = read(path)?;
    let catalog = catalog(&[path.to_path_buf()])?;
    let Compiled { plan, shared, diagnostics, source } = lang::compile(&source, &catalog, &files_of(path), environment);
    if shared.is_some() {
        return Ok(None);
    }
    plan.map(Some).ok_or_else(|| {
        let errors = diagnostics.iter().filter(|found| found.severity() == crate::diag::Severity::Error).count();
        output::note(&text::render(&source, &diagnostics, output::colour_on_stderr()));
        let plural = if errors == 1 { "" } else { "s" };
        Failure { exit: Exit::Flow, message: format!("{} has {errors} error{plural}", path.display()) }
    })
}

/// The name of the flow that is meant: that of a file, or the word itself.
pub(crate) fn name(flow: &str) -> Result<String, Failure> {
    let path = Path::new(flow);
    if path.extension().is_none_or(|extension| extension != "flow") && !path.is_file() {
        return Ok(flow.to_owned());
    }
    let source = read(path)?;
    // Not compiled: what a flow did is to be seen even where it has errors now.
    let words = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    let name = source.text.lines().find_map(|line| match words(line).as_slice() {
        [keyword, name] if keyword == "flow" => Some(name.clone()),
        _ => None,
    });
    name.ok_or_else(|| Failure::usage(format!("{flow} does not say which flow it is")))
}

/// The directory beside which an environment is looked for, where a flow is named by its file.
pub(crate) fn file(flow: Option<&str>) -> Option<&Path> {
    flow.map(Path::new).filter(|path| path.is_file())
}

/// The files beside a flow.
pub(crate) fn files_of(flow: &Path) -> FilesOnDisk {
    FilesOnDisk { directory: flow.parent().unwrap_or(Path::new("")).to_path_buf() }
}

/// The flow files in some files and directories, sorted. Hidden directories and build output are passed over.
pub(crate) fn flows(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            collect(path, &mut found, 0)?;
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(Failure::usage(format!("{} does not exist", path.display())));
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::usage(format!("there are no .flow files in {}", shown.join(", "))));
    }
    Ok(found)
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>, depth: usize) -> Result<(), Failure> {
    if depth > 16 {
        return Ok(());
    }
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Links to directories are not followed, so a loop of them ends.
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                collect(&path, found, depth + 1)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "flow") {
            // `./` before every name says nothing, and programs that read them compare names.
            found.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    Ok(())
}

/// Files relative to a flow's directory.
pub(crate) struct FilesOnDisk {
    directory: PathBuf,
}

/// How large a file may be that a flow names.
const MAX_FILE: u64 = 64 << 20;

impl Files for FilesOnDisk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let relative = Path::new(path);
        if relative.is_absolute() {
            return Err("paths are relative to the flow".to_owned());
        }
        let full = self.directory.join(relative);
        let length = std::fs::metadata(&full).map_err(|error| error.to_string())?.len();
        if length > MAX_FILE {
            return Err(format!("it is larger than {MAX_FILE} bytes"));
        }
        std::fs::read(&full).map(Arc::from).map_err(|error| error.to_string())
    }
}
