//! The results for people and, line by line, for programs.

use super::golden::Change;
use super::work::{Case, Tested};
use crate::cli::exit::Failure as Stop;
use crate::cli::output;
use crate::diag::{Source, text};
use crate::rehearse::case::Failure;
use crate::value::json;

/// Tells a flow's tests to people.
pub(super) fn human(tested: &Tested, changes: &[Change], colour: bool) -> Result<(), Stop> {
    errors(tested);
    let good = anstyle::AnsiColor::Green.on_default();
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    for case in &tested.cases {
        if case.passed() {
            output::line(&format!("{good}ok{good:#}    {}: {}", tested.flow, case.name))?;
            continue;
        }
        output::line(&format!("{bad}FAIL{bad:#}  {}: {}", tested.flow, case.name))?;
        let told: Vec<_> = case.ran.failures.iter().map(|failure| failure.told.clone()).collect();
        output::line(text::render(&tested.source, &told, colour).trim_end())?;
    }
    for change in changes {
        let what = if change.new { "written" } else { "changed" };
        output::line(&format!("{what}  {}", change.path.display()))?;
        for line in &change.lines {
            let style = match line.as_bytes().first() {
                Some(b'-') => anstyle::AnsiColor::Red.on_default(),
                Some(b'+') => good,
                _ => anstyle::Style::new(),
            };
            output::line(&format!("  {style}{line}{style:#}"))?;
        }
    }
    if tested.errors.is_empty() && tested.all == 0 {
        output::note(&format!("{} has no tests", tested.path.display()));
    }
    Ok(())
}

/// Tells people why a flow could not be run.
pub(super) fn errors(tested: &Tested) {
    if !tested.errors.is_empty() {
        output::note(&text::render(&tested.source, &tested.errors, output::colour_on_stderr()));
    }
}

/// A flow's tests for programs, one on each line.
pub(super) fn lines(tested: &Tested, changes: &[Change]) -> Vec<String> {
    let mut out = Vec::new();
    for error in &tested.errors {
        let (line, column) = tested.source.place(error.span.start);
        let told = serde_json::json!({
            "error": error.message, "code": error.code.name(), "line": line, "column": column,
            "file": &**tested.source.part(error.span.start).name,
        });
        out.push(told.to_string());
    }
    out.extend(tested.cases.iter().map(|case| line(tested, case)));
    for change in changes {
        let told = serde_json::json!({
            "golden": change.path.display().to_string(), "new": change.new, "diff": change.lines,
        });
        out.push(told.to_string());
    }
    out
}

fn line(tested: &Tested, case: &Case) -> String {
    let failures: Vec<_> = case.ran.failures.iter().map(|failure| failed(&tested.source, failure)).collect();
    serde_json::json!({
        "file": case.file,
        "line": case.line,
        "flow": tested.flow,
        "test": case.name,
        "passed": case.passed(),
        "seconds": case.seconds,
        "failures": failures,
    })
    .to_string()
}

fn failed(source: &Source, failure: &Failure) -> serde_json::Value {
    let (line, column) = source.place(failure.told.span.start);
    let shown = |value: &Option<crate::value::Value>| value.as_ref().map(json::to_string);
    let fields = failure.fields.iter().map(|field| {
        let at = field.at.map(|at| source.place(at.start));
        serde_json::json!({
            "field": field.field,
            "expected": shown(&field.difference.expected),
            "got": shown(&field.difference.got),
            "file": field.at.map(|at| source.part(at.start).name.to_string()),
            "line": at.map(|(line, _)| line),
            "column": at.map(|(_, column)| column),
        })
    });
    serde_json::json!({
        "message": failure.told.message,
        "code": failure.told.code.name(),
        "file": &**source.part(failure.told.span.start).name,
        "line": line,
        "column": column,
        "golden": failure.golden,
        "fields": fields.collect::<Vec<_>>(),
    })
}
