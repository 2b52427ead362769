//! How a record that stopped is told: for people the place in the flow underlined, with the record's key and what it has
//! there; for programs the same as one JSON object. Buyer data is hidden in both.

use super::args::Format;
use super::output;
use crate::diag::text;
use crate::plan::trace::Found;
use crate::plan::{EvalError, Plan};

/// Tells, on stderr, of a record of `map` that was refused. `line` is that of the input; a group has none.
pub(super) fn tell(plan: &Plan, key: Option<&str>, error: &EvalError, line: Option<u64>, format: Format) {
    match format {
        Format::Human => output::note(&human(plan, key, error, line, output::colour_on_stderr())),
        Format::Json => output::note(&json(plan, key, error, line)),
    }
}

fn human(plan: &Plan, key: Option<&str>, error: &EvalError, line: Option<u64>, colour: bool) -> String {
    let key = key.map(|key| format!("record {key}"));
    let line = line.map(|line| format!("line {line} of the input"));
    let record = key.into_iter().chain(line).collect::<Vec<_>>().join(", ");
    let told = error.stopped(record);
    text::render(&plan.source_text, &[told], colour)
}

fn json(plan: &Plan, key: Option<&str>, error: &EvalError, line: Option<u64>) -> String {
    let (file, at_line, column) = plan.place(error.at);
    let found: Vec<serde_json::Value> =
        error.found.iter().map(|Found { path, value }| serde_json::json!({ "path": path, "value": value })).collect();
    let mut stopped = serde_json::json!({
        "key": key, "reason": error.message, "code": error.code.name(), "file": &*file, "line": at_line,
        "column": column, "span": [error.at.start, error.at.end], "found": found, "input_line": line,
    });
    if !error.calls.is_empty() {
        let calls = error.calls.iter().map(|call| {
            let (file, line, column) = plan.place(*call);
            serde_json::json!({ "file": &*file, "line": line, "column": column })
        });
        stopped["called_at"] = calls.collect();
    }
    stopped.to_string()
}
