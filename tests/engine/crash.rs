//! The heart: whatever dies, and whenever, a fresh run over what is left ends with the same documents in the remote,
//! and each was made once.

use std::collections::BTreeMap;

use flowrun::catalog::Idempotency;
use flowrun::connectors::ErrorKind;
use flowrun::engine::Outcome;
use flowrun::store::{CursorEntry, DeadLetter, DeadLetterState, HistoryEvent, Store, StoreError, Table};
use flowrun::value::{Value, json};

use super::support::*;

fn scenario() -> Bench {
    let mut records: Vec<Value> = (0..6).map(|n| order(&format!("o{n}"), &format!("b{}", n % 3), 5 + n, n)).collect();
    records.push(order("skipped", "b", 0, 1));
    records.push(order("refused", "bad", 1, 1));
    // Two versions in one page, in the wrong order; then one in the next page.
    records.push(order("twice", "b1", 8, 20));
    records.push(order("twice", "b1", 7, 10));
    records.push(order("twice", "b1", 9, 30));
    records.push(order("last", "b2", 9, 30));
    let bench = Bench::with(records);
    bench.erp.poison("\"ref\":\"refused\"", ErrorKind::Rejected);
    bench
}

/// What was made, with how often.
fn made(bench: &Bench) -> BTreeMap<String, usize> {
    let mut made = BTreeMap::new();
    for (entity, payload) in bench.erp.made() {
        *made.entry(format!("{entity} {}", json::to_string(&payload))).or_default() += 1;
    }
    made
}

fn check(bench: &Bench, whole: &Bench, what: &str) {
    assert_eq!(bench.erp.documents(), whole.erp.documents(), "{what}");
    assert_eq!(made(bench), made(whole), "{what}");
    assert_eq!(bench.cursor(), whole.cursor(), "{what}");
    let letters: Vec<_> = bench.store.scan(Table::DeadLetter, b"", None, 10).unwrap();
    assert_eq!(letters.len(), 1, "{what}");
    let letter: DeadLetter = flowrun::store::records::decode(&letters[0].1).unwrap();
    assert_eq!((letter.key.as_str(), letter.state), ("refused", DeadLetterState::Open), "{what}");
}

#[tokio::test]
async fn the_store_dies_at_any_commit() {
    for concurrency in [1, 4] {
        let whole = scenario();
        let mut config = whole.config();
        config.concurrency = concurrency;
        assert_eq!(whole.run_with(plan(), config.clone()).await.outcome, Outcome::Done);
        assert!(made(&whole).values().all(|times| *times == 1), "{:?}", made(&whole));
        let commits = whole.store.commits();
        assert!(commits > 20);
        for k in 0..commits {
            let mut bench = scenario();
            let full = StoreError::Full { path: "(memory)".into() };
            bench.store.die_after(k, full.clone());
            let report = bench.run_with(plan(), config.clone()).await;
            assert_eq!(report.outcome, Outcome::StoreFailed(full), "commit {k}");
            bench.restart();
            let report = bench.run_with(plan(), config.clone()).await;
            assert_eq!(report.outcome, Outcome::Done, "commit {k}");
            check(&bench, &whole, &format!("commit {k} of {commits}, {concurrency} at once"));
        }
    }
}

#[tokio::test]
async fn the_store_dies_twice() {
    let whole = scenario();
    whole.run(plan()).await;
    let commits = whole.store.commits();
    for first in 0..commits {
        let mut bench = scenario();
        for second in [first, (first * 7) % commits] {
            bench.store.die_after(second, StoreError::Full { path: "(memory)".into() });
            bench.run(plan()).await;
            bench.restart();
        }
        assert_eq!(bench.run(plan()).await.outcome, Outcome::Done);
        check(&bench, &whole, &format!("commit {first}"));
    }
}

#[tokio::test]
async fn the_process_dies_after_any_write_and_before_its_answer() {
    for concurrency in [1, 4] {
        let whole = scenario();
        let mut config = whole.config();
        config.concurrency = concurrency;
        whole.run_with(plan(), config.clone()).await;
        let writes = whole.erp.asked().len();
        for k in 0..writes {
            let mut bench = scenario();
            bench.erp.fail((0..k).map(|_| Fault::None).chain([Fault::Hang]));
            tokio::select! {
                report = bench.run_with(plan(), config.clone()) => panic!("write {k}: {report:?}"),
                () = bench.erp.hung.notified() => {}
            }
            bench.restart();
            let report = bench.run_with(plan(), config.clone()).await;
            assert_eq!(report.outcome, Outcome::Done, "write {k}");
            check(&bench, &whole, &format!("write {k} of {writes}, {concurrency} at once"));
            let asked = bench.erp.asked();
            let lost = &asked[k];
            let again = asked.iter().skip(k + 1).find(|request| request.idempotency_key == lost.idempotency_key);
            if lost.payload.get("ref").is_none_or(|name| name.as_text() != Some("refused")) {
                assert!(again.is_some_and(|again| again.repeat), "write {k} is made again as a repeat");
            }
        }
    }
}

#[tokio::test]
async fn a_write_that_cannot_be_settled_is_not_made_again_but_asked_about() {
    let once = || {
        let mut plan = plan();
        plan.targets[1].idempotency = Idempotency::None;
        plan
    };
    let mut bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.fail([Fault::None, Fault::Hang]);
    tokio::select! {
        report = bench.run(once()) => panic!("{report:?}"),
        () = bench.erp.hung.notified() => {}
    }
    bench.restart();
    let report = bench.run(once()).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 1));
    assert_eq!(bench.erp.asked().len(), 2);
    // So it is where the answer is lost within a run.
    bench.shop.give([order("c", "b", 1, 1)]);
    bench.erp.fail([Fault::After(ErrorKind::Unreachable)]);
    let report = bench.run(once()).await;
    assert_eq!((report.counts.dead_lettered, bench.erp.made_of("sales")), (1, 2));
    let letters = flowrun::engine::inspect::incidents(&*bench.store, &Default::default()).unwrap();
    assert_eq!((letters.len(), letters[0].ids.len()), (1, 2));
    assert!(letters[0].reason.contains("not known"), "{}", letters[0].reason);
    assert_eq!(letters[0].cause, "E616");
}

#[tokio::test]
async fn a_write_that_may_rather_be_made_twice_than_never_is_made_again() {
    let again = || {
        let mut plan = plan();
        plan.targets[1].idempotency = Idempotency::None;
        plan.targets[1].once = flowrun::plan::Once::AtLeast;
        plan
    };
    let mut bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.fail([Fault::None, Fault::Hang]);
    tokio::select! {
        report = bench.run(again()) => panic!("{report:?}"),
        () = bench.erp.hung.notified() => {}
    }
    bench.restart();
    assert_eq!(bench.run(again()).await.counts.delivered, 1);
    let asked = bench.erp.asked();
    assert!(asked.len() == 3 && asked[2].repeat, "{asked:?}");
    bench.shop.give([order("c", "b", 1, 1)]);
    bench.erp.fail([Fault::After(ErrorKind::Unreachable)]);
    assert_eq!(bench.run(again()).await.counts.delivered, 1);
}

#[tokio::test]
async fn a_record_goes_on_or_is_left_out_where_the_flow_says_so() {
    let with = |otherwise| {
        let mut plan = plan();
        plan.targets[0].otherwise = otherwise;
        plan
    };
    let bench = Bench::with([order("a", "bad", 1, 1), order("b", "good", 1, 1)]);
    bench.erp.poison("\"ref\":\"bad\"", ErrorKind::Rejected);
    let mut goes_on = with(flowrun::plan::Otherwise::Continue);
    goes_on.targets[1].payload = object(vec![("ref", field("id")), ("total", field("total"))]);
    let report = bench.run(goes_on).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (2, 0));
    assert_eq!((report.by_reason.values().sum::<u64>(), bench.erp.made_of("sales")), (1, 2));
    let known = flowrun::engine::inspect::record(&*bench.store, "orders", "a").unwrap();
    assert!(known.history.iter().any(|entry| matches!(entry.event, HistoryEvent::GivenUp { .. })));
    bench.shop.give([order("c", "bad", 1, 1)]);
    let report = bench.run(with(flowrun::plan::Otherwise::Skip)).await;
    assert_eq!((report.counts.skipped, report.counts.dead_lettered, bench.erp.made_of("sales")), (1, 0, 2));
}

#[tokio::test]
async fn the_cursor_never_passes_what_is_not_settled() {
    let bench = Bench::with((0..35).map(|n| order(&format!("o{n}"), &format!("b{n}"), 1, n)));
    bench.erp.fail((0..30).map(|_| Fault::None).chain([Fault::Hang]));
    let mut config = bench.config();
    config.concurrency = 1;
    tokio::select! {
        report = bench.run_with(plan(), config) => panic!("{report:?}"),
        () = async {
            bench.erp.hung.notified().await;
            // All else gets its time.
            for _ in 0..10_000 {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    let cursor: Option<CursorEntry> = bench.read(&["orders"]);
    assert_eq!(cursor.map(|cursor| cursor.position).as_deref(), Some("10"), "the page after has the one that hangs");
    assert_eq!(bench.shop.reads(), 3, "and no more than two pages are held");
}
