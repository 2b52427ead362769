//! Flows that make many writes of one record, or one of many records, from their text to what the remote has.

use std::sync::Arc;

use flowrun::catalog::Catalog;
use flowrun::connectors::memory::{Made, MemoryConnector};
use flowrun::connectors::{Connection, WriteRequest};
use flowrun::diag::Source;
use flowrun::engine::Outcome;
use flowrun::lang::{self, Environment, FilesInMemory};
use flowrun::plan::Plan;
use flowrun::store::{HistoryEvent, StepEntry, StoreError};
use flowrun::value::json;

use super::support::{Bench, parse};

/// A flow over the remote in memory.
pub(crate) fn compile(text: &str) -> Plan {
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: vec![Arc::new(MemoryConnector::spec())] };
    let source = Source::new("example.flow", format!("flow example\n{text}"));
    let environment = Environment { buyer_data_allowed: true, ..Environment::default() };
    let compiled = lang::compile(&source, &catalog, &FilesInMemory::default(), &environment);
    let told = flowrun::diag::text::render(&source, &compiled.diagnostics, false);
    compiled.plan.unwrap_or_else(|| panic!("{told}"))
}

/// A bench whose remote is in memory.
pub(crate) fn bench() -> (Bench, Arc<MemoryConnector>) {
    let mut bench = Bench::new();
    let memory = Arc::new(MemoryConnector::new());
    bench.deps.connections.insert("memory".into(), memory.clone() as Connection);
    (bench, memory)
}

/// The writes that were asked for.
pub(crate) fn writes(memory: &MemoryConnector) -> Vec<WriteRequest> {
    let write = |made| match made {
        Made::Write(write) => Some(write),
        _ => None,
    };
    memory.calls().into_iter().filter_map(write).collect()
}

const LINES: &str = r#"
source memory.things
key $.id
target memory.things as whole upsert { id = $.id }
each line in $.lines? ?? [] key line.ref {
  when line.amount > 0 {
    target memory.things as part upsert { id = "{{ $.id }}/{{ line.ref }}", amount = line.amount }
  }
}
target memory.things as last upsert { id = "{{ $.id }}/end" }
"#;

fn thing(amounts: &[(&str, i64)]) -> flowrun::value::Value {
    let lines: Vec<String> = amounts.iter().map(|(name, n)| format!(r#"{{"ref":"{name}","amount":{n}}}"#)).collect();
    parse(&format!(r#"{{"id":"t","lines":[{}]}}"#, lines.join(",")))
}

#[tokio::test]
async fn each_item_is_written_once_and_only_what_changed_again() {
    let (bench, memory) = bench();
    memory.push_page(vec![thing(&[("a", 1), ("b", 2), ("c", 0)])]);
    let report = bench.run(compile(LINES)).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 1));
    let ids: Vec<String> = writes(&memory).iter().map(|write| write.payload.get("id").unwrap().display()).collect();
    assert_eq!(ids, ["t", "t/a", "t/b", "t/end"]);
    assert!(bench.read::<StepEntry>(&["example", "t", "part[a]"]).is_some());
    assert!(bench.read::<StepEntry>(&["example", "t", "part"]).is_none());

    // One line changes, one comes, one goes.
    memory.push_page(vec![thing(&[("b", 3), ("d", 4), ("a", 1)])]);
    let report = bench.run(compile(LINES)).await;
    assert_eq!(report.counts.writes, 2, "{:?}", report.targets);
    assert_eq!(report.targets["part"].unchanged, 1);
    let ids: Vec<String> =
        writes(&memory).iter().skip(4).map(|write| write.payload.get("id").unwrap().display()).collect();
    assert_eq!(ids, ["t/b", "t/d"]);
    let documents = memory.documents();
    assert_eq!(json::to_string(&documents["t/b"]), r#"{"id":"t/b","amount":"3"}"#);
    assert_eq!(documents.len(), 5);
}

#[tokio::test]
async fn items_of_one_name_stop_the_record_before_any_is_written() {
    let (bench, memory) = bench();
    memory.push_page(vec![thing(&[("a", 1), ("a", 2)])]);
    let report = bench.run(compile(LINES)).await;
    assert_eq!(report.counts.dead_lettered, 1);
    assert_eq!(memory.documents().into_keys().collect::<Vec<_>>(), ["t"]);
    let letters = flowrun::engine::inspect::incidents(&*bench.store, &Default::default()).unwrap();
    assert_eq!(
        (letters[0].cause.as_str(), letters[0].reason.as_str()),
        ("E614", "the key of item 1 is \"a\", as that of an item before it")
    );
}

#[tokio::test]
async fn items_survive_a_store_that_dies_at_any_commit() {
    // The remote takes no second one of a name.
    let once = LINES.replace("upsert", "create");
    let scenario = || {
        let (bench, memory) = bench();
        memory.push_page(vec![thing(&[("a", 1), ("b", 2), ("c", 3)])]);
        (bench, memory)
    };
    let (whole, wanted) = scenario();
    assert_eq!(whole.run(compile(&once)).await.outcome, Outcome::Done);
    let commits = whole.store.commits();
    assert!(commits > 5);
    for k in 0..commits {
        let (mut bench, memory) = scenario();
        bench.store.die_after(k, StoreError::Full { path: "(memory)".into() });
        bench.run(compile(&once)).await;
        bench.restart();
        assert_eq!(bench.run(compile(&once)).await.outcome, Outcome::Done, "commit {k}");
        assert_eq!(memory.documents(), wanted.documents(), "commit {k}");
        assert_eq!(memory.commits(), 5, "commit {k}: each write takes effect once");
    }
}

#[tokio::test]
async fn the_history_names_the_items() {
    let (bench, memory) = bench();
    memory.push_page(vec![thing(&[("a", 1)])]);
    bench.run(compile(LINES)).await;
    let history = flowrun::engine::inspect::record(&*bench.store, "example", "t").unwrap().history;
    let done: Vec<String> = history
        .iter()
        .filter(|entry| matches!(entry.event, HistoryEvent::Done { .. }))
        .filter_map(|entry| entry.step.clone())
        .collect();
    assert_eq!(done, ["whole", "part[a]", "last"]);
    assert!(bench.read::<flowrun::store::RecordEntry>(&["example", "t"]).is_some());
}
