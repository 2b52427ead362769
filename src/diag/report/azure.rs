//! Logging commands of Azure Pipelines.

use super::{Checked, Columns, escaped, file, region, told};

/// The findings, one command a line.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    Checked::all(files)
        .map(|(source, found)| {
            let at = region(source, found.span, Columns::Characters);
            format!(
                "##vso[task.logissue type={};sourcepath={};linenumber={};columnnumber={};code={};]{}\n",
                found.severity().name(),
                property(file(source, found.span)),
                at.line,
                at.column,
                found.code.name(),
                escaped(&told(found), data)
            )
        })
        .collect()
}

fn data(char: char) -> Option<String> {
    Some(match char {
        '%' => "%AZP25".to_owned(),
        '\r' => "%0D".to_owned(),
        '\n' => "%0A".to_owned(),
        _ => return None,
    })
}

fn property(text: &str) -> String {
    escaped(text, |char| match char {
        ';' => Some("%3B".to_owned()),
        ']' => Some("%5D".to_owned()),
        other => data(other),
    })
}
