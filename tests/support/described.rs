//! The connectors that the flows of this repository can name: those that are built in, and those of flows/connectors.

use std::path::Path;
use std::sync::Arc;

use flowrun::config::connector;
use flowrun::connectors::Connectors;

pub(crate) fn connectors() -> Connectors {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows/connectors");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Arc::new(connector::parse(&text, &path.display().to_string()).unwrap_or_else(|error| panic!("{error}")))
    };
    Connectors::with(files.iter().map(read).collect()).unwrap()
}
