//! GitLab's code quality report: a list of issues, each with a fingerprint by which a merge request knows new ones.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{Checked, Columns, file, region, told};
use crate::diag::Severity;

/// The report.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    // The same finding may be there several times; lines move, so they are no part of what it is known by.
    let mut seen: HashMap<String, u32> = HashMap::new();
    let issues: Vec<serde_json::Value> = Checked::all(files)
        .map(|(source, found)| {
            let at = region(source, found.span, Columns::Characters);
            let identity = format!("{}\n{}\n{}", file(source, found.span), found.code.name(), found.message);
            let number = seen.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(0);
            let severity = match found.severity() {
                Severity::Error => "major",
                Severity::Warning => "minor",
            };
            serde_json::json!({
                "description": format!("{}: {}", found.code.name(), told(found)),
                "check_name": found.code.name(),
                "fingerprint": fingerprint(&format!("{identity}\n{number}")),
                "severity": severity,
                "location": {
                    "path": file(source, found.span),
                    "positions": {
                        "begin": { "line": at.line, "column": at.column },
                        "end": { "line": at.end_line, "column": at.end_column },
                    },
                },
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(issues))
}

/// A digest by which a finding is known again.
pub(super) fn fingerprint(identity: &str) -> String {
    Sha256::digest(identity).iter().take(16).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
