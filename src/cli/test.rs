//! `flowrun test`: the tests that stand in flows.

use std::collections::BTreeMap;

use super::args::{self, Format};
use super::exit::{Exit, Outcome};
use super::{output, project};
use crate::diag::{Diagnostic, Severity, text};
use crate::lang::{self, Environment};
use crate::rehearse::case;

pub(super) fn run(args: &args::Test) -> Outcome {
    let (mut passed, mut failed, mut broken) = (0, 0, false);
    let catalog = project::catalog();
    let environment = Environment { name: None, buyer_data_allowed: true, parameters: BTreeMap::new() };
    for path in project::flows(&args.paths)? {
        let source = project::read(&path)?;
        let compiled = lang::compile(&source, &catalog, &project::files_of(&path), &environment);
        let Some(plan) = compiled.plan else {
            let errors: Vec<Diagnostic> =
                compiled.diagnostics.into_iter().filter(|found| found.severity() == Severity::Error).collect();
            output::note(&text::render(&source, &errors, output::colour_on_stderr()));
            broken = true;
            continue;
        };
        for test in &plan.tests {
            if args.filter.as_ref().is_some_and(|filter| !test.name.contains(filter.as_str())) {
                continue;
            }
            let failures: Vec<Diagnostic> =
                case::run(&plan, test).failures.into_iter().map(|failure| failure.told).collect();
            if failures.is_empty() {
                passed += 1
            } else {
                failed += 1
            }
            match args.format {
                Format::Json => {
                    let (line, _) = source.place(test.at.start);
                    let messages: Vec<&String> = failures.iter().map(|failure| &failure.message).collect();
                    let result = serde_json::json!({
                        "file": &*source.name, "line": line, "flow": plan.flow, "test": test.name,
                        "passed": failures.is_empty(), "failures": messages,
                    });
                    output::line(&result.to_string())?;
                }
                Format::Human if failures.is_empty() => output::line(&format!("ok    {}: {}", plan.flow, test.name))?,
                Format::Human => {
                    output::line(&format!("FAIL  {}: {}", plan.flow, test.name))?;
                    output::line(text::render(&source, &failures, false).trim_end())?;
                }
            }
        }
    }
    output::line(&format!("{passed} passed, {failed} failed"))?;
    Ok(match (broken, failed) {
        (true, _) => Exit::Flow,
        (false, 0) => Exit::Done,
        _ => Exit::Attention,
    })
}
