//! What becomes of records when nothing fails: delivered once, again when they change, never the older over the newer.

use std::time::Duration;

use flowrun::engine::{Outcome, inspect};
use flowrun::store::{HistoryEvent, RecordStatus};

use super::support::*;

#[tokio::test]
async fn everything_is_delivered_once_and_the_cursor_is_at_the_end() {
    let bench = Bench::with((0..25).map(|n| order(&format!("o{n}"), &format!("b{n}"), 5, n)));
    let report = bench.run(plan()).await;
    assert_eq!(report.outcome, Outcome::Done, "{report:?}");
    assert_eq!((report.counts.read, report.counts.delivered, report.counts.writes), (25, 25, 50));
    assert_eq!((bench.erp.made_of("customers"), bench.erp.made_of("sales")), (25, 25));
    assert_eq!(bench.cursor().as_deref(), Some("25"));
    let sale = &bench.erp.documents()[&("sales".into(), "o3".into())];
    assert_eq!(sale, r#"{"ref":"o3","customer":"customers/b3","total":5}"#);
}

#[tokio::test]
async fn a_run_can_be_sent_to_another_thread() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    let (deps, config) = (bench.deps.clone(), bench.config());
    let run = tokio::spawn(async move { flowrun::engine::run(plan().into(), &deps, config).await });
    assert_eq!(run.await.unwrap().counts.delivered, 1);
}

#[tokio::test]
async fn an_unchanged_record_costs_no_call_and_no_commit() {
    let bench = Bench::with((0..5).map(|n| order(&format!("o{n}"), "b", 5, n)));
    bench.run(plan()).await;
    let (asked, commits) = (bench.erp.asked().len(), bench.store.commits());
    // The same again, but for a field that the flow does not read.
    bench.shop.give((0..5).map(|n| order(&format!("o{n}"), "b", 5, n + 100)));
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.unchanged, report.counts.writes), (5, 0));
    assert_eq!(bench.erp.asked().len(), asked);
    assert_eq!(bench.store.commits() - commits, 3, "the run's begin and end, and the cursor");
}

#[tokio::test]
async fn a_first_delivery_costs_one_commit_more_than_it_has_writes() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    assert_eq!(bench.store.commits(), 3 + 3, "three for the record, three for the run");
}

#[tokio::test]
async fn a_change_writes_only_what_changed_and_back_again_writes_again() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    for (total, changed) in [(2, 2), (1, 3)] {
        bench.shop.give([order("a", "b", total, changed)]);
        bench.run(plan()).await;
    }
    let totals: Vec<_> = bench.erp.made().into_iter().filter(|(entity, _)| entity == "sales").collect();
    assert_eq!(
        totals.iter().map(|(_, sale)| sale.get("total").unwrap().display()).collect::<Vec<_>>(),
        ["1", "2", "1"]
    );
    assert_eq!(bench.erp.made_of("customers"), 1);
    let known = inspect::record(&*bench.store, "orders", "a").unwrap();
    assert_eq!(known.record.unwrap().status, RecordStatus::Delivered);
    let unchanged = known.history.iter().filter(|entry| entry.event == HistoryEvent::Unchanged).count();
    assert_eq!(unchanged, 2, "{:?}", known.history);
}

#[tokio::test]
async fn a_new_version_of_the_flow_goes_over_a_record_again_and_calls_only_for_what_differs() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    bench.shop.give([order("a", "b", 1, 1)]);
    let mut changed = plan();
    changed.version = "v2".into();
    let report = bench.run(changed).await;
    assert_eq!((report.counts.delivered, report.counts.writes), (1, 0));
    assert_eq!(report.targets["sales"].unchanged, 1);
}

#[tokio::test]
async fn an_older_version_that_comes_late_is_superseded() {
    let bench = Bench::with([order("a", "b", 9, 20), order("a", "b", 5, 10)]);
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.delivered, report.counts.superseded), (1, 1));
    assert!(bench.erp.documents()[&("sales".into(), "a".into())].contains("\"total\":9"));
    assert_eq!(bench.cursor().as_deref(), Some("2"));
}

#[tokio::test]
async fn versions_of_one_key_go_one_after_the_other() {
    let bench = Bench::with((1..=9).map(|n| order("a", "b", n, n)));
    let report = bench.run(plan()).await;
    assert_eq!(report.counts.delivered, 9);
    assert_eq!(bench.erp.most_in_flight(), 1);
    assert!(bench.erp.documents()[&("sales".into(), "a".into())].contains("\"total\":9"));
}

#[tokio::test]
async fn many_records_with_one_document_write_it_once() {
    let bench = Bench::with((0..50).map(|n| order(&format!("o{n}"), "same", n + 1, n)));
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.delivered, report.counts.writes), (50, 51));
    assert_eq!(bench.erp.asked().iter().filter(|request| request.entity == "customers").count(), 1);
    assert_eq!(report.targets["customers"].unchanged, 49);
}

#[tokio::test]
async fn an_older_record_does_not_overwrite_a_document_that_a_newer_one_wrote() {
    let named = || {
        let mut plan = plan();
        plan.targets[0].payload = object(vec![("ref", field("buyer")), ("since", field("noise"))]);
        plan.source.reads.push("noise".into());
        plan
    };
    let bench = Bench::with([order("new", "same", 1, 20)]);
    bench.run(named()).await;
    bench.shop.give([order("old", "same", 1, 10)]);
    bench.run(named()).await;
    assert_eq!(bench.erp.made_of("sales"), 2);
    assert!(bench.erp.documents()[&("customers".into(), "same".into())].contains("20"));
}

#[tokio::test]
async fn records_are_worked_on_side_by_side_up_to_the_limit() {
    let bench = Bench::with((0..40).map(|n| order(&format!("o{n}"), &format!("b{n}"), 1, n)));
    let mut config = bench.config();
    config.concurrency = 4;
    bench.run_with(plan(), config).await;
    assert!((2..=4).contains(&bench.erp.most_in_flight()), "{}", bench.erp.most_in_flight());
}

#[tokio::test]
async fn what_the_flow_skips_is_settled_with_its_reason() {
    let bench = Bench::with([order("a", "b", 0, 1)]);
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.skipped, report.by_reason["nothing to pay"]), (1, 1));
    assert_eq!(bench.cursor().as_deref(), Some("1"));
    assert_eq!(bench.run(plan()).await.counts.read, 0);
}

#[tokio::test]
async fn a_limit_stops_in_time_and_limited_runs_get_on() {
    let bench = Bench::with((0..25).map(|n| order(&format!("o{n}"), "b", 1, n)));
    let limited = |limit| {
        let mut config = bench.config();
        config.limit = Some(limit);
        config
    };
    let report = bench.run_with(plan(), limited(7)).await;
    assert_eq!((report.outcome, report.counts.delivered, bench.cursor()), (Outcome::Done, 7, None));
    let report = bench.run_with(plan(), limited(7)).await;
    assert_eq!((report.counts.delivered, report.counts.unchanged), (7, 7));
    assert_eq!(bench.cursor().as_deref(), Some("10"));
    let report = bench.run(plan()).await;
    assert_eq!(report.counts.delivered, 11);
    assert_eq!(bench.erp.made_of("sales"), 25);
}

#[tokio::test]
async fn reading_from_an_instant_leaves_the_cursor_alone() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    bench.shop.give([order("c", "d", 1, 1)]);
    let mut config = bench.config();
    config.from = Some(config.since);
    let report = bench.run_with(plan(), config).await;
    assert_eq!((report.counts.unchanged, report.counts.delivered), (1, 1));
    assert_eq!(bench.cursor().as_deref(), Some("1"));
}

#[tokio::test]
async fn only_what_the_flow_goes_on_with_is_kept_of_an_answer() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    let known = inspect::record(&*bench.store, "orders", "a").unwrap();
    let kept = format!("{:?}", known.steps["sales"].state);
    assert!(kept.contains("sales/a") && !kept.contains("secret"), "{kept}");
}

#[tokio::test]
async fn runs_are_listed_with_what_they_did() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.run(plan()).await;
    bench.run(plan()).await;
    bench.clock.advance(Duration::from_secs(1));
    let last = bench.run(plan()).await;
    let runs = inspect::runs(&*bench.store, Some("orders"), 10).unwrap();
    assert_eq!((runs.len(), &runs[0].id), (3, &last.run));
    assert_eq!((runs[2].counts["delivered"], runs[2].outcome.as_deref()), (1, Some("done")));
}
