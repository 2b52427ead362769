//! `flowrun check`: everything that can be known before running.

use std::path::Path;

use super::args::{self, Format};
use super::exit::{Exit, Outcome};
use super::{output, project};
use crate::diag::{Diagnostic, Severity, Source, text};
use crate::lang::{self, Environment};

pub(super) fn run(args: &args::Check) -> Outcome {
    let catalog = project::catalog();
    let flows = project::flows(&args.paths)?;
    let (mut errors, mut warnings) = (0, 0);
    for path in &flows {
        let source = project::read(path)?;
        let environment = environment(path, args.env.as_deref())?;
        let compiled = lang::compile(&source, &catalog, &project::files_of(path), &environment);
        for found in &compiled.diagnostics {
            match found.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            if args.format == Format::Json {
                output::line(&json(&source, found))?;
            }
        }
        if args.format == Format::Human && !compiled.diagnostics.is_empty() {
            output::note(&text::render(&compiled.source, &compiled.diagnostics, output::colour_on_stderr()));
        }
    }
    if args.format == Format::Human {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        output::note(&format!(
            "{} checked: {}, {}",
            count(flows.len(), "flow"),
            count(errors, "error"),
            count(warnings, "warning")
        ));
    }
    Ok(if errors > 0 { Exit::Flow } else { Exit::Done })
}

/// The environment that a flow is checked for; none in particular without a name.
pub(super) fn environment(flow: &Path, name: Option<&str>) -> Result<Environment, super::exit::Failure> {
    let Some(name) = name else {
        return Ok(Environment { buyer_data_allowed: true, ..Environment::default() });
    };
    let settings = super::run::settings(flow, name, None)?;
    Ok(settings.for_compiler())
}

/// One finding for a program: its place counts from 1, its end is the column after its last character.
fn json(source: &Source, found: &Diagnostic) -> String {
    let (line, column) = source.place(found.span.start);
    let (end_line, end) = source.place(found.span.end);
    serde_json::json!({
        "code": found.code.name(),
        "severity": found.severity().name(),
        "message": found.message,
        "file": &**source.part(found.span.start).name,
        "line": line,
        "column": column,
        "end": end,
        "end_line": end_line,
        "help": found.help,
        "labels": found.labels.iter().map(|label| {
            let (line, column) = source.place(label.span.start);
            let file = &**source.part(label.span.start).name;
            serde_json::json!({"file": file, "line": line, "column": column, "message": label.message})
        }).collect::<Vec<_>>(),
    })
    .to_string()
}
