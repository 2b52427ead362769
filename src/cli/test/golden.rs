//! Golden files: what targets are expected to get, in files beside the flow. `--update` writes them and shows what it
//! changed; files that no test names are told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::diff;
use super::work::Tested;
use crate::cli::exit::Failure;
use crate::value::{Value, json};

/// The files that were written in this run, with what they hold.
#[derive(Default)]
pub(super) struct Written(BTreeMap<PathBuf, Value>);

/// A file that was written.
pub(super) struct Change {
    pub(super) path: PathBuf,
    /// Whether it was not there before.
    pub(super) new: bool,
    /// The lines that changed.
    pub(super) lines: Vec<String>,
}

impl Written {
    /// Writes the files of a flow's tests that do not hold what the flow gives now. What failed only because of them has
    /// not failed any more. A file of which two tests want different things stays as the first of them has it.
    pub(super) fn update(&mut self, tested: &mut Tested) -> Result<Vec<Change>, Failure> {
        let folder = tested.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut changes = Vec::new();
        for case in &mut tested.cases {
            for compared in &case.ran.goldens {
                let path = folder.join(below(&compared.path)?);
                if let Some(known) = self.0.get(&path) {
                    if known.same(&compared.now) {
                        case.ran.failures.retain(|failure| failure.golden.as_ref() != Some(&compared.path));
                    } else {
                        let both = "another test has just written something else to this file: give each its own";
                        let mine = case.ran.failures.iter_mut();
                        mine.filter(|failure| failure.golden.as_ref() == Some(&compared.path))
                            .for_each(|failure| failure.told.help = Some(both.to_owned()));
                    }
                    continue;
                }
                self.0.insert(path.clone(), compared.now.clone());
                if compared.same {
                    continue;
                }
                changes.push(write(path, compared.was.as_ref(), &compared.now)?);
                case.ran.failures.retain(|failure| failure.golden.as_ref() != Some(&compared.path));
            }
        }
        Ok(changes)
    }
}

/// A path that leads out of the flow's folder is nothing that a test should write to.
fn below(path: &str) -> Result<&Path, Failure> {
    let relative = Path::new(path);
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if relative.components().all(plain) {
        return Ok(relative);
    }
    Err(Failure::usage(format!("{path} is not below the flow's folder, and only files there are written")))
}

fn write(path: PathBuf, was: Option<&Value>, now: &Value) -> Result<Change, Failure> {
    let text = format!("{}\n", json::to_string_pretty(now));
    let old = std::fs::read_to_string(&path);
    // A file that was laid out by hand is compared as it would be laid out here: only what changed is shown.
    let before = match (&old, was) {
        (_, Some(was)) => format!("{}\n", json::to_string_pretty(was)),
        (Ok(old), None) => old.clone(),
        (Err(_), None) => String::new(),
    };
    let refuse = |error: std::io::Error| Failure::usage(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(refuse)?;
    }
    std::fs::write(&path, &text).map_err(refuse)?;
    let lines = diff::lines(&before, &text);
    Ok(Change { new: old.is_err(), lines, path })
}

/// The JSON files in folders of test files that no test names. A file that another flow beside the tested ones speaks of is
/// that flow's.
pub(super) fn unused(named: &BTreeMap<PathBuf, BTreeSet<String>>) -> Vec<PathBuf> {
    let used: BTreeSet<PathBuf> =
        named.iter().flat_map(|(folder, files)| files.iter().map(move |file| clean(&folder.join(file)))).collect();
    let mut folders: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for (beside, files) in named {
        for file in files.iter().filter(|file| file.ends_with(".json")) {
            let folder = clean(&beside.join(file)).parent().map(Path::to_path_buf).unwrap_or_default();
            // Beside the flow itself stand other things than test files.
            if folder != clean(beside) {
                folders.insert(folder, beside);
            }
        }
    }
    let mut found = Vec::new();
    for (folder, beside) in folders {
        let texts = flows_beside(beside);
        for file in files_of(&folder, "json") {
            let spoken_of = || {
                let name = file.strip_prefix(clean(beside)).unwrap_or(&file).display().to_string();
                texts.iter().any(|text| text.contains(&format!("\"{name}\"")))
            };
            if !used.contains(&file) && !spoken_of() {
                found.push(file);
            }
        }
    }
    found
}

fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn files_of(folder: &Path, ending: &str) -> Vec<PathBuf> {
    // A folder that is the working directory has no name.
    let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(read).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| clean(&entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    found.sort();
    found
}

fn flows_beside(folder: &Path) -> Vec<String> {
    files_of(folder, "flow").iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}
