//! SARIF 2.1.0, the exchange format of analysers that code scanning services and editors read. Columns count units of
//! UTF-16, which the log says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gitlab::fingerprint;
use super::{Checked, Columns, escaped, file, region, told};
use crate::diag::{Code, Diagnostic, Severity, Source, Span};

/// The log. `version` is that of the program.
#[must_use]
pub fn render(files: &[Checked], version: &str) -> String {
    let codes: Vec<Code> =
        Checked::all(files).map(|(_, found)| found.code).collect::<BTreeSet<_>>().into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = Checked::all(files)
        .map(|(source, found)| result(source, found, codes.binary_search(&found.code).ok()))
        .collect();
    let artifacts: Vec<Value> = files.iter().map(|file| json!({ "location": artifact(&file.source.name) })).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "flowrun", "semanticVersion": version, "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "artifacts": artifacts,
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.title() },
        "help": { "text": format!("flowrun explain {}", code.name()) },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(source: &Source, found: &Diagnostic, rule: Option<usize>) -> Value {
    let labels = found.labels.iter().enumerate().map(|(id, label)| {
        json!({
            "id": id,
            "message": { "text": label.message },
            "physicalLocation": place(source, label.span),
        })
    });
    let identity = format!("{}\n{}\n{}", file(source, found.span), found.code.name(), found.message);
    json!({
        "ruleId": found.code.name(),
        "ruleIndex": rule,
        "level": level(found.severity()),
        "message": { "text": told(found) },
        "locations": [{ "physicalLocation": place(source, found.span) }],
        "relatedLocations": labels.collect::<Vec<_>>(),
        "partialFingerprints": { "finding/v1": fingerprint(&identity) },
    })
}

fn place(source: &Source, span: Span) -> Value {
    let at = region(source, span, Columns::Utf16);
    json!({
        "artifactLocation": artifact(file(source, span)),
        "region": {
            "startLine": at.line,
            "startColumn": at.column,
            "endLine": at.end_line,
            "endColumn": at.end_column,
            "byteOffset": span.start,
            "byteLength": span.end - span.start,
        },
    })
}

fn artifact(name: &str) -> Value {
    // A relative reference: what means something in one is written otherwise.
    let uri = escaped(name, |char| {
        let plain = char.is_ascii_alphanumeric() || matches!(char, '/' | '.' | '-' | '_' | '~');
        let mut bytes = [0; 4];
        (!plain).then(|| char.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect())
    });
    json!({ "uri": uri })
}
