//! Flows that make many writes of one record, or one of many records, from their text to what the remote has.

use std::sync::Arc;

use flowrun::catalog::Catalog;
use flowrun::connectors::memory::{Fault, Made, MemoryConnector};
use flowrun::connectors::{Connection, ConnectorError, ErrorKind, WriteRequest};
use flowrun::diag::Source;
use flowrun::engine::Outcome;
use flowrun::lang::{self, Environment, FilesInMemory};
use flowrun::plan::Plan;
use flowrun::store::{CursorEntry, HistoryEvent, StepEntry, StoreError};
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

const GROUPS: &str = r#"
source memory.things
skip when $.kind? == "noise" because "noise"
reject when $.kind? == "wrong" because "a wrong kind"
let kind = text($.kind? ?? "")
group day by day = text($.day? ?? ""), kind = kind {
  total = sum(decimal($.amount? ?? 0))
  rows  = count()
  names = group by name = $.id { most = max(decimal($.amount? ?? 0)) }
}
skip when day.total == 0 because "nothing moved"
target memory.things as journal upsert { id = "{{ day.day }}:{{ day.kind }}", amount = day.total }
each name in day.names key name.name {
  target memory.things as line upsert { id = "{{ day.day }}:{{ day.kind }}:{{ name.name }}", amount = name.most }
}
"#;

fn moved(id: &str, day: &str, kind: &str, amount: &str) -> flowrun::value::Value {
    parse(&format!(r#"{{"id":"{id}","day":"{day}","kind":"{kind}","amount":"{amount}"}}"#))
}

fn days() -> Vec<flowrun::value::Value> {
    vec![
        moved("a", "mon", "sale", "10.05"),
        moved("b", "mon", "sale", "0.10"),
        moved("c", "mon", "noise", "99"),
        moved("a", "mon", "sale", "1"),
        moved("a", "tue", "sale", "1"),
        moved("a", "mon", "fee", "-2"),
        moved("d", "wed", "sale", "0"),
    ]
}

#[tokio::test]
async fn groups_are_records_of_their_own() {
    let (bench, memory) = bench();
    let days = days();
    for page in days.chunks(2) {
        memory.push_page(page.to_vec());
    }
    let report = bench.run(compile(GROUPS)).await;
    assert_eq!((report.outcome, report.counts.read, report.counts.delivered), (Outcome::Done, 7, 3));
    assert_eq!((report.counts.skipped, report.by_reason["noise"]), (1, 1));
    let documents = memory.documents();
    let amounts: Vec<String> =
        documents.iter().map(|(id, document)| format!("{id} {}", document.get("amount").unwrap().display())).collect();
    assert_eq!(
        amounts,
        [
            "mon:fee -2",
            "mon:fee:a -2",
            "mon:sale 11.15",
            "mon:sale:a 10.05",
            "mon:sale:b 0.10",
            "tue:sale 1",
            "tue:sale:a 1"
        ],
        "sums are exact"
    );
    assert!(bench.read::<StepEntry>(&["example", "mon/sale", "line[b]"]).is_some());
    assert_eq!(bench.read::<CursorEntry>(&["example"]).unwrap().position, "4");
}

#[tokio::test]
async fn a_group_that_is_as_it_was_costs_no_call() {
    let (bench, memory) = bench();
    memory.push_page(days());
    bench.run(compile(GROUPS)).await;
    let before = writes(&memory).len();
    let mut config = bench.config();
    config.from = Some(jiff::Timestamp::UNIX_EPOCH);
    memory.push_page(vec![moved("a", "tue", "sale", "5")]);
    let report = bench.run_with(compile(GROUPS), config).await;
    assert_eq!((report.counts.unchanged, report.counts.delivered), (3, 1), "{report:?}");
    let ids: Vec<String> =
        writes(&memory).iter().skip(before).map(|write| write.payload.get("id").unwrap().display()).collect();
    assert_eq!(ids, ["tue:sale", "tue:sale:a"]);
}

#[tokio::test]
async fn a_record_that_cannot_be_used_holds_up_its_group_and_no_other() {
    let (bench, memory) = bench();
    let mut days = days();
    days.push(moved("x", "mon", "wrong", "1"));
    days.push(moved("x", "tue", "sale", "one"));
    memory.push_page(days);
    let report = bench.run(compile(GROUPS)).await;
    // `kind` was worked out after the rule that rejects: which group the wrong one is of is not known.
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (0, 4), "{report:?}");
    assert!(memory.documents().is_empty());

    let (bench, memory) = self::bench();
    let mut days = self::days();
    days.push(moved("x", "tue", "sale", "one"));
    memory.push_page(days);
    let report = bench.run(compile(GROUPS)).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered, report.counts.skipped), (2, 1, 1));
    let letter = &flowrun::engine::inspect::dead_letters(&*bench.store, &Default::default()).unwrap()[0];
    assert_eq!((letter.key.as_str(), letter.cause.as_str()), ("tue/sale", "E621"));
    assert!(letter.reason.starts_with("1 of its 2 records cannot be used: record 8: "), "{}", letter.reason);
    // Taken up again by itself it is not whole either.
    let report = flowrun::engine::replay(
        Arc::new(compile(GROUPS)),
        &bench.deps,
        std::slice::from_ref(&letter.id),
        bench.config(),
    )
    .await;
    assert_eq!(report.counts.dead_lettered, 1);
    assert!(!memory.documents().contains_key("tue:sale"));
}

#[tokio::test]
async fn a_group_whose_target_refused_it_is_taken_up_again_as_it_was() {
    let (bench, memory) = bench();
    let text = r#"
source memory.things
group day by day = date(text($.day? ?? "")) { total = sum(money(text($.amount? ?? 0), "EUR")) }
let at = instant("{{ day.day }}T00:00:00Z")
target memory.things as journal upsert { id = text(day.day), amount = day.total.amount, changed = at }
"#;
    memory.push_page(vec![moved("a", "2026-03-01", "x", "1.50"), moved("a", "2026-03-01", "x", "1.00")]);
    memory.fail_writes([Fault::Fail(ConnectorError::new(ErrorKind::Rejected, "no"))]);
    let report = bench.run(compile(text)).await;
    assert_eq!(report.counts.dead_lettered, 1, "{report:?}");
    let letter = &flowrun::engine::inspect::dead_letters(&*bench.store, &Default::default()).unwrap()[0];
    let report =
        flowrun::engine::replay(Arc::new(compile(text)), &bench.deps, std::slice::from_ref(&letter.id), bench.config())
            .await;
    assert_eq!(report.counts.delivered, 1, "{report:?}");
    assert_eq!(
        json::to_string(&memory.documents()["2026-03-01"]),
        r#"{"id":"2026-03-01","amount":"2.50","changed":"2026-03-01T00:00:00Z"}"#
    );
}

#[tokio::test]
async fn groups_survive_a_store_that_dies_at_any_commit() {
    let once = GROUPS.replace("upsert", "create");
    let scenario = || {
        let (bench, memory) = bench();
        days().chunks(3).for_each(|page| memory.push_page(page.to_vec()));
        (bench, memory)
    };
    let (whole, wanted) = scenario();
    assert_eq!(whole.run(compile(&once)).await.outcome, Outcome::Done);
    let commits = whole.store.commits();
    assert!(commits > 8);
    for k in 0..commits {
        let (mut bench, memory) = scenario();
        bench.store.die_after(k, StoreError::Full { path: "(memory)".into() });
        let report = bench.run(compile(&once)).await;
        assert!(matches!(report.outcome, Outcome::StoreFailed(_)), "commit {k}");
        let cursor = bench.read::<CursorEntry>(&["example"]);
        assert!(cursor.is_none() || memory.documents() == wanted.documents(), "commit {k}: the cursor moves last");
        bench.restart();
        assert_eq!(bench.run(compile(&once)).await.outcome, Outcome::Done, "commit {k}");
        assert_eq!(memory.documents(), wanted.documents(), "commit {k}");
        assert_eq!(memory.commits(), 7, "commit {k}: each write takes effect once");
    }
}
