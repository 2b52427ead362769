//! JUnit's XML, which nearly every CI system shows: a test case for each file, a failure for each error in it.

use super::{Checked, escaped};
use crate::diag::{Severity, text};

/// The report.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    let broken = |file: &&Checked| file.found.iter().any(|found| found.severity() == Severity::Error);
    let failures = files.iter().filter(broken).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\"", files.len());
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"flowrun check\" {counts}>\n");
    out.push_str(&format!("  <testsuite name=\"flowrun check\" {counts} errors=\"0\" skipped=\"0\">\n"));
    for file in files {
        let name = attribute(&file.source.name);
        out.push_str(&format!("    <testcase classname=\"flowrun check\" name=\"{name}\" file=\"{name}\""));
        if file.found.is_empty() {
            out.push_str("/>\n");
            continue;
        }
        out.push_str(">\n");
        let (errors, warnings): (Vec<_>, Vec<_>) =
            file.found.iter().cloned().partition(|found| found.severity() == Severity::Error);
        // A test case has one failure in most readers, so all errors of a file are told in it.
        if let Some(first) = errors.first() {
            let more = match errors.len() {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            let message = attribute(&format!("{}: {}{more}", first.code.name(), first.message));
            let shown = content(&text::render(&file.source, &errors, false));
            out.push_str(&format!(
                "      <failure message=\"{message}\" type=\"{}\">{shown}</failure>\n",
                first.code.name()
            ));
        }
        if !warnings.is_empty() {
            let shown = content(&text::render(&file.source, &warnings, false));
            out.push_str(&format!("      <system-out>{shown}</system-out>\n"));
        }
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn content(text: &str) -> String {
    escaped(text, |char| {
        Some(match char {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            // XML has no form for other control characters.
            other if other.is_control() && !matches!(other, '\n' | '\t') => "\u{fffd}".to_owned(),
            _ => return None,
        })
    })
}

fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;")
}
