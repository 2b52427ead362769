//! One JSON object a line, for programs: columns count characters, `span` counts bytes.

use super::{Checked, Columns, file, region};
use crate::diag::{Diagnostic, Source};

/// The findings, one a line.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    Checked::all(files).map(|(source, found)| line(source, found) + "\n").collect()
}

/// One finding: its place counts from 1, its end is the column after its last character.
#[must_use]
pub fn line(source: &Source, found: &Diagnostic) -> String {
    let at = region(source, found.span, Columns::Characters);
    let labels = found.labels.iter().map(|label| {
        let at = region(source, label.span, Columns::Characters);
        let file = file(source, label.span);
        serde_json::json!({"file": file, "line": at.line, "column": at.column, "message": label.message})
    });
    // Bytes in the file, and not in the space of all files.
    let start = u32::try_from(source.part(found.span.start).start).unwrap_or(0);
    serde_json::json!({
        "code": found.code.name(),
        "title": found.code.title(),
        "severity": found.severity().name(),
        "message": found.message,
        "file": file(source, found.span),
        "line": at.line,
        "column": at.column,
        "end": at.end_column,
        "end_line": at.end_line,
        "span": [found.span.start - start, found.span.end - start],
        "help": found.help,
        "labels": labels.collect::<Vec<_>>(),
    })
    .to_string()
}
