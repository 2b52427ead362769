//! `flowrun check`: everything that can be known before running.

use std::path::{Path, PathBuf};

use super::args::{self, CheckFormat};
use super::exit::{Exit, Failure, Outcome};
use super::{output, project, side_by_side};
use crate::diag::report::{self, Checked};
use crate::diag::{Severity, Source, text};
use crate::lang::{self, Environment};

pub(super) fn run(args: &args::Check) -> Outcome {
    let flows = project::flows(&args.paths)?;
    let catalog = project::catalog(&flows)?;
    let human = args.format == CheckFormat::Human;
    let check = |path: &PathBuf| -> Result<Checked, Failure> {
        let source = project::read(path)?;
        let environment = environment(path, args.env.as_deref())?;
        let source = if human { source } else { Source::new(relative(path), source.text) };
        let compiled = lang::compile(&source, &catalog, &project::files_of(path), &environment);
        Ok(Checked { source: compiled.source, found: compiled.diagnostics })
    };
    let mut checked = Vec::new();
    for file in side_by_side::each(&flows, &check) {
        let file = file?;
        if human && !file.found.is_empty() {
            output::note(&text::render(&file.source, &file.found, output::colour_on_stderr()));
        }
        checked.push(file);
    }
    let count = |severity: Severity| {
        checked.iter().flat_map(|file| &file.found).filter(|found| found.severity() == severity).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let written = match args.format {
        CheckFormat::Human => {
            let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            let flows = count(flows.len(), "flow");
            output::note(&format!("{flows} checked: {}, {}", count(errors, "error"), count(warnings, "warning")));
            String::new()
        }
        CheckFormat::Json => report::json::render(&checked),
        CheckFormat::Sarif => report::sarif::render(&checked, env!("CARGO_PKG_VERSION")),
        CheckFormat::Github => report::github::render(&checked),
        CheckFormat::Gitlab => report::gitlab::render(&checked),
        CheckFormat::Azure => report::azure::render(&checked),
        CheckFormat::Teamcity => report::teamcity::render(&checked),
        CheckFormat::Junit => report::junit::render(&checked),
    };
    if !written.is_empty() {
        output::line(written.trim_end())?;
    }
    Ok(if errors > 0 { Exit::Flow } else { Exit::Done })
}

/// A path as a CI system knows the file: relative to the working directory where it is below it.
fn relative(path: &Path) -> String {
    let below = || {
        let here = std::env::current_dir().ok()?.canonicalize().ok()?;
        Some(path.canonicalize().ok()?.strip_prefix(here).ok()?.to_owned())
    };
    let path = below().unwrap_or_else(|| path.to_owned());
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// The environment that a flow is checked for; none in particular without a name.
pub(super) fn environment(flow: &Path, name: Option<&str>) -> Result<Environment, Failure> {
    let Some(name) = name else {
        return Ok(Environment { buyer_data_allowed: true, ..Environment::default() });
    };
    let settings = super::run::settings(flow, name, None)?;
    Ok(settings.for_compiler())
}
