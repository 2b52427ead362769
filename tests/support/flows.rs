//! Flows for tests: the real catalog, files beside the flow, and one record taken through a plan.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowrun::catalog::Catalog;
use flowrun::diag::Source;
use flowrun::functions;
use flowrun::lang::{self, Compiled, Environment, Files};
use flowrun::plan::Plan;
use flowrun::rehearse::{Mocks, Rehearsal, rehearse_all};
use flowrun::value::{Value, json};

#[path = "described.rs"]
mod described;

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All functions and connectors.
pub(crate) fn catalog() -> Catalog {
    Catalog { functions: functions::all(), connectors: described::connectors().specs() }
}

/// Files of a folder.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        // The words of an operating system are not the same everywhere, and fixtures compare them.
        std::fs::read(self.0.join(path)).map(Arc::from).map_err(|_| "there is no such file".to_owned())
    }
}

/// No environment in particular.
pub(crate) fn anywhere() -> Environment {
    Environment { name: None, buyer_data_allowed: true, buyer_data_masked: false, parameters: BTreeMap::new() }
}

/// An environment that must not get buyer data.
pub(crate) fn guarded(name: &str) -> Environment {
    Environment {
        name: Some(name.to_owned()),
        buyer_data_allowed: false,
        buyer_data_masked: false,
        parameters: BTreeMap::new(),
    }
}

/// A source of a name.
pub(crate) fn source(name: &str, text: &str) -> Source {
    Source::new(name, text)
}

/// Compiles text against the files of a folder.
pub(crate) fn compile(text: &str, folder: &Path) -> Compiled {
    lang::compile(&source("example.flow", text), &catalog(), &Folder(folder.to_owned()), &anywhere())
}

/// Takes a record through a plan; parameters have their defaults.
pub(crate) fn run(plan: &Plan, record: Value, mocks: &Mocks) -> Rehearsal {
    let params: Vec<Value> = plan.params.iter().map(|param| param.default.clone().unwrap_or_default()).collect();
    rehearse_all(plan, record, Arc::from(params), mocks)
}

/// A JSON document.
pub(crate) fn document(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Compares a file with what it should hold; `UPDATE=1` writes it instead.
pub(crate) fn golden(path: &Path, wanted: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if found != wanted {
        wrong.push(format!("{} is not up to date (UPDATE=1 rewrites it). It should be:\n{wanted}", path.display()));
    }
}

/// The files of a folder with an ending, sorted.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    found.sort();
    found
}
