//! Workflow commands of GitHub Actions: each finding is shown beside its line of a pull request.

use super::{Checked, Columns, escaped, file, region};
use crate::diag::Severity;

/// The findings, one command a line.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    let line = |(source, found): (&crate::diag::Source, &crate::diag::Diagnostic)| {
        let level = match found.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let at = region(source, found.span, Columns::Characters);
        // Columns mean something only where all is on one line.
        let columns = match at.line == at.end_line {
            true => format!(",col={},endColumn={}", at.column, at.end_column.max(at.column + 1) - 1),
            false => String::new(),
        };
        let file = property(file(source, found.span));
        let title = property(&format!("{} {}", found.code.name(), found.code.title()));
        let message = match &found.help {
            Some(help) => format!("{}\n{help}", found.message),
            None => found.message.clone(),
        };
        let message = escaped(&message, data);
        format!("::{level} file={file},line={},endLine={}{columns},title={title}::{message}\n", at.line, at.end_line)
    };
    Checked::all(files).map(line).collect()
}

fn data(char: char) -> Option<String> {
    Some(match char {
        '%' => "%25".to_owned(),
        '\r' => "%0D".to_owned(),
        '\n' => "%0A".to_owned(),
        _ => return None,
    })
}

fn property(text: &str) -> String {
    escaped(text, |char| match char {
        ':' => Some("%3A".to_owned()),
        ',' => Some("%2C".to_owned()),
        other => data(other),
    })
}
