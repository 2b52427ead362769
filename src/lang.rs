//! The language: text in, an execution graph out, and everything that is wrong with the text at once.
//!
//! [`compile`] is the whole story: parse → resolve → check → plan. Each stage has its own output type, so that none
//! can be skipped: [`ast::File`], [`resolve::Resolved`], [`check::Checked`], [`crate::plan::Plan`]. The language knows
//! the outside only as a [`Catalog`] of plain data and a [`Files`] that reads lookup tables and test records.
#![deny(clippy::disallowed_methods)]

pub mod ast;
pub mod check;
pub mod format;
mod lint;
pub mod lower;
pub mod parse;
pub mod resolve;
pub mod table;
pub mod unit;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Catalog, ObjectSpec, Type};
use crate::diag::{Diagnostic, Severity, Source};
use crate::plan::{Node, Plan};
use crate::value::Value;

/// How large a flow file may be, in bytes.
pub const MAX_SOURCE: usize = 1 << 20;
/// How deep a flow may nest.
pub const MAX_DEPTH: usize = 64;

/// Reads the files that a flow names, relative to it.
pub trait Files {
    /// The content of a file, or why there is none, for the author.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String>;
}

/// Files that were put there by hand, for tests and for text without a place.
#[derive(Debug, Clone, Default)]
pub struct FilesInMemory(pub BTreeMap<String, Vec<u8>>);

impl Files for FilesInMemory {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.0.get(path).map(|bytes| Arc::from(bytes.as_slice())).ok_or_else(|| "there is no such file".to_owned())
    }
}

/// The environment as the compiler sees it.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Its name; `None` where the flow is checked for no environment in particular.
    pub name: Option<String>,
    /// Whether buyer data may go to its targets unmasked.
    pub buyer_data_allowed: bool,
    /// Whether, where it may not, it goes to targets masked; otherwise a flow that would send some does not compile.
    pub buyer_data_masked: bool,
    /// Its parameters.
    pub parameters: BTreeMap<String, Value>,
}

/// What compiling gave.
#[derive(Debug)]
pub struct Compiled {
    /// The plan, unless there are errors, or it is no flow.
    pub plan: Option<Plan>,
    /// For a file that is there to be used by flows: a plan that reads and writes nothing, for its tests.
    pub shared: Option<Plan>,
    /// All findings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// The text with the files that findings and places of the plan may be in.
    pub source: Source,
}

impl Compiled {
    /// Whether there are errors.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error)
    }
}

/// Compiles a flow.
#[must_use]
pub fn compile(source: &Source, catalog: &Catalog, files: &dyn Files, environment: &Environment) -> Compiled {
    compiled(source, catalog, files, environment, false)
}

/// Compiles a flow with probes in it that count what is reached ([`Plan::coverage`]). It does the same, only slower.
#[must_use]
pub fn compile_covered(source: &Source, catalog: &Catalog, files: &dyn Files, environment: &Environment) -> Compiled {
    compiled(source, catalog, files, environment, true)
}

fn compiled(
    source: &Source,
    catalog: &Catalog,
    files: &dyn Files,
    environment: &Environment,
    covered: bool,
) -> Compiled {
    let mut found = Vec::new();
    let mut source = source.clone();
    let unit = unit::load(&mut source, files, &mut found);
    let resolved = resolve::resolve(&unit, catalog, &mut found);
    let checked = check::check(&unit, &resolved, catalog, files, environment, &mut source, &mut found);
    if !found.iter().any(|diagnostic| diagnostic.severity() == Severity::Error) {
        lint::lint(&unit.main().file, &mut found);
    }
    // What is only advice about a shared file is said where that file is checked.
    let own = |found: &Diagnostic| source.part(found.span.start).start == 0 || found.severity() == Severity::Error;
    found.retain(own);
    found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.code));
    found.dedup();
    let failed = found.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
    let plan = match checked {
        Some(checked) if !failed => Some(lower::plan(checked, &source, files, covered)),
        _ => None,
    };
    let (plan, shared) = if unit.shared() { (None, plan) } else { (plan, None) };
    Compiled { plan, shared, diagnostics: found, source }
}

/// The type of an expression over a record of this shape, which is `$`: what an editor shows beside it.
pub fn type_of(text: &str, record: &Arc<ObjectSpec>, catalog: &Catalog) -> Result<Type, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let parsed = parse::expression(text, &mut found);
    let ty = parsed.and_then(|expr| {
        let resolved = resolve::resolve_expression(&expr, catalog, &mut found);
        check::type_of(&expr, record, &resolved, catalog, &mut found)
    });
    match ty {
        Some(ty) if !found.iter().any(|finding| finding.severity() == Severity::Error) => Ok(ty),
        _ => Err(found),
    }
}

/// Compiles one expression over a document of unknown shape, which is `$`. Gives the expression and the number of
/// slots that its frame needs.
pub fn expression(text: &str, catalog: &Catalog) -> Result<(Node, usize), Vec<Diagnostic>> {
    let mut found = Vec::new();
    let parsed = parse::expression(text, &mut found);
    let checked = parsed.and_then(|expr| {
        let resolved = resolve::resolve_expression(&expr, catalog, &mut found);
        check::expression(&expr, &resolved, catalog, &mut found)
    });
    match checked {
        Some(node) if !found.iter().any(|finding| finding.severity() == Severity::Error) => Ok(node),
        _ => Err(found),
    }
}
