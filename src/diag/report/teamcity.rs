//! Service messages of TeamCity: an inspection type for each code that occurs, then each finding.

use std::collections::BTreeSet;

use super::{Checked, Columns, escaped, file, region, told};
use crate::diag::{Code, Severity};

/// The findings, one message a line.
#[must_use]
pub fn render(files: &[Checked]) -> String {
    let codes: BTreeSet<Code> = Checked::all(files).map(|(_, found)| found.code).collect();
    let mut out = String::new();
    for code in codes {
        let (id, title) = (code.name(), value(code.title()));
        let about = value(&format!("{}: flowrun explain {id}", code.title()));
        out.push_str(&format!(
            "##teamcity[inspectionType id='{id}' name='{id} {title}' description='{about}' category='flowrun']\n"
        ));
    }
    for (source, found) in Checked::all(files) {
        let severity = match found.severity() {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
        };
        out.push_str(&format!(
            "##teamcity[inspection typeId='{}' message='{}' file='{}' line='{}' SEVERITY='{severity}']\n",
            found.code.name(),
            value(&told(found)),
            value(file(source, found.span)),
            region(source, found.span, Columns::Utf16).line,
        ));
    }
    out
}

fn value(text: &str) -> String {
    escaped(text, |char| {
        Some(match char {
            '\'' | '|' | '[' | ']' => format!("|{char}"),
            '\n' => "|n".to_owned(),
            '\r' => "|r".to_owned(),
            other if !other.is_ascii() => {
                let mut units = [0_u16; 2];
                other.encode_utf16(&mut units).iter().map(|unit| format!("|0x{unit:04x}")).collect()
            }
            _ => return None,
        })
    })
}
