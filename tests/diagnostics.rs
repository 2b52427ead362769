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
use flowrun::plan::{Next, forecast};
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
        bulk: Some(flowrun::catalog::BulkSpec { operation: "createNotes", most: 100 }),
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
    let mut compiled = lang::compile(&source, &catalog, &flows::Folder(folder()), &environment);
    // What only `flowrun plan` says, with as little to do as can be.
    if let (true, Some(plan)) = (first == "# plan", &compiled.plan) {
        let load = forecast::Load { per_hour: 1.0, ..forecast::Load::default() };
        let told = forecast::forecast(&[plan], &catalog, &load);
        compiled.diagnostics.extend(forecast::refusals(&[plan], &told, &load).into_iter().map(|(_, refusal)| refusal));
    }
    compiled
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
        let planned = code_of(&path) == Some(Code::E461);
        assert!(planned || compiled.plan.is_none() || !compiled.failed(), "{name}: a plan of a flow with errors");
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
        let given = flows::document(&std::fs::read_to_string(&path).unwrap());
        let done = flows::run(&plan, given, &Mocks::default());
        let record = done.key.as_ref().map_or_else(|_| "a record".to_owned(), |key| format!("record {key}"));
        let error = match (done.key, done.end) {
            (Err(error), _) | (_, Next::Rejected(error)) => error,
            (_, end) => panic!("{name} was not rejected: {end:?}"),
        };
        if Some(error.code) != code_of(&flow) {
            wrong.push(format!("{name} gives {}", error.code.name()));
        }
        let told = text::render(&source, &[error.stopped(record)], false);
        flows::golden(&path.with_extension("stderr"), &told, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_code_has_a_fixture() {
    // A file of more than 1 MiB is made here; the engine's own tests show the remote's refusals,
    // the end of a wait,
    // and what nobody knows.
    let elsewhere = [Code::E103, Code::E611, Code::E612, Code::E615, Code::E616];
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

#[test]
fn many_slips_are_told_once_each_and_nothing_else() {
    let text = std::fs::read_to_string(folder().join("many_slips.flow")).unwrap();
    let compiled = compile("many_slips.flow", &text);
    let lines: Vec<(Code, u32)> =
        compiled.diagnostics.iter().map(|found| (found.code, compiled.source.place(found.span.start).0)).collect();
    let wanted = [
        (Code::E146, 4),
        (Code::E144, 7),
        (Code::E120, 9),
        (Code::E135, 10),
        (Code::E203, 11),
        (Code::E138, 12),
        (Code::E322, 13),
        (Code::E202, 15),
        (Code::E123, 16),
        (Code::E302, 17),
        (Code::E108, 18),
        (Code::E121, 19),
        (Code::E502, 22),
        (Code::E133, 24),
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn only_near_names_are_offered() {
    let help = |line: &str| {
        let text = format!("flow example\nsource amazon.orders {{ on every 15m }}\nkey $.orderId\n{line}\n");
        let compiled = compile("near.flow", &text);
        let first = compiled.diagnostics.iter().find(|found| found.code != Code::E105);
        let first = first.and_then(|found| found.help.clone());
        first.unwrap_or_else(|| panic!("{line}: {:?}", compiled.diagnostics))
    };
    for (near, offered) in [
        ("let x = $.ordrId", "orderId"),
        ("let x = $.order_items", "orderItems"),
        ("let x = uppr(\"a\")", "upper"),
        ("let total = 1\nlet x = totl", "total"),
        ("target tims.sales_order call release { id = \"1\" }", "tims.sales_orders"),
        ("target tmis.sales_orders call release { id = \"1\" }", "tims"),
        ("lookup m = table \"markets.csv\" by marketplace_id give chanel", "channel"),
        ("skip when $.fulfillment.fulfilledBy? == \"MERCHNT\"", "MERCHANT"),
        ("tranform x { a = 1 }", "transform"),
    ] {
        assert!(help(near).starts_with("did you mean") && help(near).contains(offered), "{near}: {}", help(near));
    }
    for far in [
        "let x = $.weight",
        "let x = frobnicate(\"a\")",
        "let total = 1\nlet x = shipment",
        "target tims.parcels call release { id = \"1\" }",
        "target oracle.sales_orders call release { id = \"1\" }",
        "lookup m = table \"markets.csv\" by marketplace_id give colour",
        "procedure x { a = 1 }",
        "let x = a",
    ] {
        assert!(!help(far).contains("did you mean"), "{far}: {}", help(far));
    }
}
