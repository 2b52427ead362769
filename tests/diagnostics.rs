//! What the compiler says, word for word: each `E###_slip.flow` beside the rendered `.stderr`. `UPDATE=1` rewrites.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::path::PathBuf;
use std::sync::Arc;

use flowrun::catalog::{
    Base, Catalog, ConnectorSpec, EntitySpec, Field, Idempotency, ObjectSpec, OperationSpec, Type, WriteSpec,
};
use flowrun::diag::{Code, text};
use flowrun::lang;
use flowrun::plan::Next;
use flowrun::rehearse::Mocks;

fn folder() -> PathBuf {
    flows::root().join("tests/diagnostics")
}

/// The code that a fixture is for: `E203` of `E203_near_field.flow`.
fn code_of(path: &std::path::Path) -> Option<Code> {
    path.file_stem()?.to_str()?.split('_').next().and_then(Code::named)
}

/// The catalog with a connector that cannot settle an unknown outcome; none of the real ones is so careless.
fn careless() -> Catalog {
    let note = Arc::new(ObjectSpec {
        name: "Note".to_owned(),
        fields: vec![Field::required("text", Type::new(Base::Text))],
        open: false,
    });
    let write = WriteSpec {
        verb: "create",
        input: Arc::clone(&note),
        output: note,
        operation: "createNote",
        idempotency: Idempotency::None,
        natural_key: &[],
    };
    let memo = ConnectorSpec {
        name: "memo",
        summary: "Notes",
        settings: Vec::new(),
        entities: vec![EntitySpec { name: "notes", summary: "Notes", source: None, lookup: None, writes: vec![write] }],
        operations: vec![OperationSpec { name: "createNote", path: "POST /notes", rate: None, batch: 1 }],
    };
    let mut catalog = flows::catalog();
    catalog.connectors.push(Arc::new(memo));
    catalog
}

/// Compiles a fixture as its first line says: `# environment: NAME` for one that must not get buyer data.
fn compile(name: &str, text: &str) -> lang::Compiled {
    let first = text.lines().next().unwrap_or_default();
    let environment = first.strip_prefix("# environment: ").map_or_else(flows::anywhere, |told| {
        let mut words = told.split(' ');
        let mut environment = flows::guarded(words.next().unwrap_or_default());
        let set = words.filter_map(|word| word.split_once('='));
        environment.parameters = set.map(|(name, value)| (name.to_owned(), value.into())).collect();
        environment
    });
    let catalog = if first == "# catalog: unsettled" { careless() } else { flows::catalog() };
    let source = flows::source(name, text);
    lang::compile(&source, &catalog, &flows::Folder(folder()), &environment)
}

#[test]
fn every_slip_is_told_as_written_down() {
    let mut wrong = Vec::new();
    for path in flows::files(&folder(), "flow") {
        if path.with_extension("json").exists() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let compiled = compile(name, &std::fs::read_to_string(&path).unwrap());
        assert!(compiled.plan.is_none() || !compiled.failed(), "{name}: a plan of a flow with errors");
        if let Some(code) = code_of(&path) {
            let codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code.name()).collect();
            let only = codes.iter().all(|found| *found == code.name() || found.starts_with('W'));
            if !codes.contains(&code.name()) || !only {
                wrong.push(format!("{name} gives {}", codes.join(", ")));
            }
        }
        let rendered = text::render(&compiled.source, &compiled.diagnostics, false);
        flows::golden(&path.with_extension("stderr"), &rendered, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_refusal_at_run_time_is_told_as_written_down() {
    let mut wrong = Vec::new();
    for path in flows::files(&folder(), "json") {
        let flow = path.with_extension("flow");
        let name = flow.file_name().unwrap().to_str().unwrap();
        let compiled = compile(name, &std::fs::read_to_string(&flow).unwrap());
        let rendered = text::render(&compiled.source, &compiled.diagnostics, false);
        let source = compiled.source.clone();
        let plan = compiled.plan.unwrap_or_else(|| panic!("{name} does not compile:\n{rendered}"));
        let record = flows::document(&std::fs::read_to_string(&path).unwrap());
        let done = flows::run(&plan, record, &Mocks::default());
        let error = match (done.key, done.end) {
            (Err(error), _) | (_, Next::Rejected(error)) => error,
            (_, end) => panic!("{name} was not rejected: {end:?}"),
        };
        if Some(error.code) != code_of(&flow) {
            wrong.push(format!("{name} gives {}", error.code.name()));
        }
        let told = text::render(&source, &[error.told(error.message.clone())], false);
        flows::golden(&path.with_extension("stderr"), &told, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_code_has_a_fixture() {
    // A file of more than 1 MiB is made here; the engine's own tests show the remote's refusals.
    let elsewhere = [Code::E103, Code::E611, Code::E612];
    let shown: Vec<Code> = flows::files(&folder(), "flow").iter().filter_map(|path| code_of(path)).collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !shown.contains(code) && !elsewhere.contains(code))
        .map(|code| code.name())
        .collect();
    assert!(missing.is_empty(), "no fixture for {}", missing.join(", "));
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let compiled = flows::compile(&" ".repeat(lang::MAX_SOURCE + 1), &folder());
    let codes: Vec<Code> = compiled.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::E103]);
}

#[test]
fn five_slips_are_told_at_once() {
    let text = std::fs::read_to_string(folder().join("five_slips.flow")).unwrap();
    let compiled = compile("five_slips.flow", &text);
    let lines: Vec<(Code, u32)> =
        compiled.diagnostics.iter().map(|found| (found.code, compiled.source.place(found.span.start).0)).collect();
    for wanted in [(Code::E146, 4), (Code::E203, 9), (Code::E132, 13), (Code::E403, 17), (Code::E502, 19)] {
        assert!(lines.contains(&wanted), "{wanted:?} is not among {lines:?}");
    }
}
