//! A flow with the files that it uses, and those that they use: all parsed, each in its own stretch of the places, in an
//! order in which every file stands behind those that it uses. The flow itself is the last.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{File, ItemKind, UseItem};
use super::{Files, parse};
use crate::diag::{Code, Diagnostic, Source};

/// A flow with what it uses.
#[derive(Debug)]
pub(super) struct Unit {
    /// The files; the flow is the last.
    pub(super) modules: Vec<Module>,
    /// The used files, by their paths from the flow's folder.
    pub(super) files: BTreeSet<String>,
}

/// One file.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Its path from the flow's folder; empty for the flow.
    pub(super) path: String,
    /// What is in it.
    pub(super) file: File,
    /// For each `use` in the order of the text, the module that it means, if that could be read.
    pub(super) uses: Vec<Option<usize>>,
}

impl Unit {
    /// The flow, or the file that is checked alone.
    pub(super) fn main(&self) -> &Module {
        static EMPTY: std::sync::LazyLock<Module> = std::sync::LazyLock::new(Module::default);
        self.modules.last().unwrap_or(&EMPTY)
    }

    /// Whether the file is no flow, but is there to be used: it holds nothing but functions, lookups and their tests.
    pub(super) fn shared(&self) -> bool {
        let items = &self.main().file.items;
        self.main().file.broken.is_empty()
            && items.iter().any(|item| matches!(item.kind, ItemKind::Function(_) | ItemKind::Lookup(_)))
            && items.iter().all(|item| may_be_shared(&item.kind))
    }
}

/// Whether a shared file may hold it.
fn may_be_shared(kind: &ItemKind) -> bool {
    matches!(kind, ItemKind::Function(_) | ItemKind::Lookup(_) | ItemKind::Use(_) | ItemKind::Test(_))
}

/// Reads a flow and what it uses. `source` gets the texts.
pub(super) fn load(source: &mut Source, files: &dyn Files, found: &mut Vec<Diagnostic>) -> Unit {
    let file = parse::parse(&source.text, 0, found);
    let mut loader = Loader { source, files, found, modules: Vec::new(), known: BTreeMap::new(), open: Vec::new() };
    let uses = loader.uses(&file, "");
    loader.modules.push(Module { path: String::new(), file, uses });
    Unit { files: loader.known.keys().cloned().collect(), modules: loader.modules }
}

struct Loader<'l> {
    source: &'l mut Source,
    files: &'l dyn Files,
    found: &'l mut Vec<Diagnostic>,
    modules: Vec<Module>,
    /// The modules by their paths; `None` for those that could not be read.
    known: BTreeMap<String, Option<usize>>,
    /// The files that are being read, each used by the one before it.
    open: Vec<String>,
}

impl Loader<'_> {
    fn uses(&mut self, file: &File, path: &str) -> Vec<Option<usize>> {
        let uses = file.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Use(item) => Some(item),
            _ => None,
        });
        uses.map(|item| self.used(item, path)).collect()
    }

    fn used(&mut self, item: &UseItem, by: &str) -> Option<usize> {
        let refuse = |loader: &mut Self, why: &str, help: &str| {
            let message = format!("{:?} cannot be used: {why}", item.path.text);
            loader.found.push(Diagnostic::new(Code::E251, item.path.span, message).help(help));
            None
        };
        let Some(path) = beside(by, &item.path.text) else {
            let help = "shared files stand in the flow's folder or below it, so that they are promoted with it";
            return refuse(self, "it is outside the folder of the flow", help);
        };
        if let Some(at) = self.open.iter().position(|open| *open == path) {
            let mut ring: Vec<String> = self.open.iter().skip(at).map(|path| format!("{path:?}")).collect();
            ring.push(format!("{path:?}"));
            let message = format!("these files use each other: {}", ring.join(" uses "));
            let help = "move what both need to a file that uses neither";
            self.found.push(Diagnostic::new(Code::E252, item.path.span, message).help(help));
            return None;
        }
        if let Some(known) = self.known.get(&path) {
            return *known;
        }
        let text = self
            .files
            .read(&path)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).map_err(|_| "it is not UTF-8 text".to_owned()));
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                self.known.insert(path, None);
                return refuse(self, &why, "paths are relative to the file that names them");
            }
        };
        let shown = super::table::beside(&self.source.name, &path);
        let Some(start) = self.source.add(&shown, text.as_str()) else {
            return refuse(self, "all files together are too large", "use smaller files");
        };
        let file = parse::parse(&text, start, self.found);
        for item in file.items.iter().filter(|item| !may_be_shared(&item.kind)) {
            let message = "a shared file holds functions, lookups and their tests";
            let help = match item.kind {
                ItemKind::Param { .. } => "declare it in the flow, and give its value to a function as an argument",
                ItemKind::Step(_) => "write a function, and call it in the flow: `let name = function(…)`",
                _ => "write it in the flow",
            };
            self.found.push(Diagnostic::new(Code::E254, item.span, message).help(help));
        }
        self.open.push(path.clone());
        let uses = self.uses(&file, &path);
        self.open.pop();
        self.modules.push(Module { path: path.clone(), file, uses });
        self.known.insert(path, Some(self.modules.len() - 1));
        Some(self.modules.len() - 1)
    }
}

/// A path from the flow's folder, of a file that another one there names. `None` for one that is not below that folder.
pub(super) fn beside(by: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.get(1..2) == Some(":") {
        return None;
    }
    let mut parts: Vec<&str> = by.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn paths_stay_below_the_folder_of_the_flow() {
        assert_eq!(beside("", "shared/a.flow").as_deref(), Some("shared/a.flow"));
        assert_eq!(beside("shared/a.flow", "b.flow").as_deref(), Some("shared/b.flow"));
        assert_eq!(beside("shared/a.flow", "../c/./b.flow").as_deref(), Some("c/b.flow"));
        assert_eq!(beside("shared/a.flow", "../../b.flow"), None);
        assert_eq!(beside("", "../b.flow"), None);
        assert_eq!(beside("", "/etc/b.flow"), None);
    }
}
