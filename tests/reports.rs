//! What machines are told of findings, byte for byte: the flows in `tests/reports` in each form (UPDATE=1 rewrites), and
//! what each form promises of places and escapes.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use flowrun::diag::report::{self, Checked};
use flowrun::lang;

fn checked() -> Vec<Checked> {
    let folder = flows::root().join("tests/reports");
    let files = flows::files(&folder, "flow");
    let check = |path: &std::path::PathBuf| {
        let name = format!("flows/{}", path.file_name().unwrap().to_str().unwrap());
        let source = flows::source(&name, &std::fs::read_to_string(path).unwrap());
        let files = flows::Folder(folder.clone());
        let compiled = lang::compile(&source, &flows::catalog(), &files, &flows::anywhere());
        Checked { source: compiled.source, found: compiled.diagnostics }
    };
    files.iter().map(check).collect()
}

#[test]
fn each_form_is_as_written_down() {
    let files = checked();
    let mut wrong = Vec::new();
    for (name, text) in [
        ("expected.json", report::json::render(&files)),
        ("expected.sarif", report::sarif::render(&files, "1.2.3")),
        ("expected.github", report::github::render(&files)),
        ("expected.gitlab", report::gitlab::render(&files)),
        ("expected.azure", report::azure::render(&files)),
        ("expected.teamcity", report::teamcity::render(&files)),
        ("expected.xml", report::junit::render(&files)),
    ] {
        flows::golden(&flows::root().join("tests/reports").join(name), &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn columns_count_what_the_form_says() {
    let files = checked();
    let first = report::json::render(&files);
    let first: serde_json::Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    // `let note = "🎁 für {{ $.` is 23 characters.
    assert_eq!((&first["line"], &first["column"]), (&5.into(), &24.into()));
    let log: serde_json::Value = serde_json::from_str(&report::sarif::render(&files, "1.2.3")).unwrap();
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (&region["startLine"], &region["startColumn"], &region["endColumn"]),
        (&5.into(), &25.into(), &31.into())
    );
    let text = &files[0].source.text;
    let start = usize::try_from(region["byteOffset"].as_u64().unwrap()).unwrap();
    let length = usize::try_from(region["byteLength"].as_u64().unwrap()).unwrap();
    assert_eq!(&text[start..start + length], "ordrId");
}

#[test]
fn every_finding_is_in_every_form() {
    let files = checked();
    let count: usize = files.iter().map(|file| file.found.len()).sum();
    assert!(count >= 4, "{count}");
    let lines = |text: String, mark: &str| text.lines().filter(|line| line.contains(mark)).count();
    assert_eq!(report::json::render(&files).lines().count(), count);
    assert_eq!(lines(report::github::render(&files), "::"), count);
    assert_eq!(lines(report::azure::render(&files), "##vso[task.logissue"), count);
    assert_eq!(lines(report::teamcity::render(&files), "##teamcity[inspection typeId"), count);
    assert_eq!(lines(report::sarif::render(&files, "1"), "\"ruleId\""), count);
    assert_eq!(lines(report::gitlab::render(&files), "\"fingerprint\""), count);
    let seen: std::collections::HashSet<String> = report::gitlab::render(&files)
        .lines()
        .filter(|line| line.contains("\"fingerprint\""))
        .map(str::to_owned)
        .collect();
    assert_eq!(seen.len(), count, "fingerprints tell findings apart");
}

#[test]
fn nothing_found_is_a_whole_document_all_the_same() {
    let files: Vec<Checked> = checked().into_iter().filter(|file| file.found.is_empty()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(report::json::render(&files), "");
    assert_eq!(report::github::render(&files), "");
    let log: serde_json::Value = serde_json::from_str(&report::sarif::render(&files, "1")).unwrap();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(report::gitlab::render(&files), "[]\n");
    assert!(report::junit::render(&files).contains("tests=\"1\" failures=\"0\""));
}
