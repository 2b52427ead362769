//! Ends before the end: a stop, a full disk, and runs that only say what they would do.

use std::time::Duration;

use flowrun::engine::{Event, Outcome};
use flowrun::plan::Step;
use flowrun::store::records::Entry;
use flowrun::store::{CursorEntry, RecordEntry, RunEntry, StoreError};
use tokio::sync::watch;

use super::support::*;

#[tokio::test]
async fn a_stop_ends_soon_and_the_next_run_goes_on() {
    let bench = Bench::with((0..60).map(|n| order(&format!("o{n}"), &format!("b{n}"), 1, n)));
    let (stop, stopped) = watch::channel(false);
    let mut config = bench.config();
    (config.stop, config.concurrency) = (stopped, 2);
    let (report, ()) = tokio::join!(bench.run_with(plan(), config), async {
        while bench.erp.asked().len() < 9 {
            tokio::task::yield_now().await;
        }
        stop.send(true).unwrap();
    });
    assert_eq!(report.outcome, Outcome::Stopped);
    assert!(report.counts.delivered < 10, "{report:?}");
    assert_eq!(report.counts.writes as usize, bench.erp.asked().len(), "what was in flight was finished");
    assert_eq!(bench.run(plan()).await.outcome, Outcome::Done);
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (60, 60));
}

#[tokio::test]
async fn a_call_that_never_ends_does_not_hold_up_a_stop() {
    let mut bench = Bench::with([order("a", "b", 1, 1)]);
    let (stop, stopped) = watch::channel(false);
    let mut config = bench.config();
    (config.stop, config.drain) = (stopped, Duration::from_secs(5));
    bench.erp.fail([Fault::Hang]);
    let (report, ()) = tokio::join!(bench.run_with(plan(), config), async {
        bench.erp.hung.notified().await;
        stop.send(true).unwrap();
    });
    assert_eq!((report.outcome, bench.cursor()), (Outcome::Stopped, None));
    bench.restart();
    assert_eq!(bench.run(plan()).await.counts.delivered, 1);
    assert_eq!(bench.erp.made_of("customers"), 1);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_remote_that_is_away() {
    let bench = Bench::with((0..30).map(|n| order(&format!("o{n}"), "b", 1, n)));
    bench.erp.down_for(Duration::from_secs(86_400));
    let (stop, stopped) = watch::channel(false);
    let mut config = bench.config();
    (config.stop, config.patience) = (stopped, Duration::from_secs(864_000));
    let (report, ()) = tokio::join!(bench.run_with(plan(), config), async {
        while bench.erp.probes() == 0 {
            tokio::task::yield_now().await;
        }
        stop.send(true).unwrap();
    });
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Stopped, 0));
}

#[tokio::test]
async fn a_full_disk_ends_the_run_and_room_lets_it_go_on() {
    let bench = Bench::with((0..30).map(|n| order(&format!("o{n}"), "b", 1, n)));
    let full = StoreError::Full { path: "journal".into() };
    bench.store.die_after(17, full.clone());
    assert_eq!(bench.run(plan()).await.outcome, Outcome::StoreFailed(full));
    bench.store.revive();
    let report = bench.run(plan()).await;
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (30, 1));
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_write_and_leaves_no_trace() {
    let mut bench = Bench::with([order("a", "b", 1, 1), order("c", "d", 0, 1)]);
    let mut config = bench.config();
    config.dry_run = true;
    let report = bench.run_with(plan(), config.clone()).await;
    assert_eq!((report.outcome, report.counts.delivered, report.counts.skipped), (Outcome::Done, 1, 1));
    assert!(bench.erp.asked().is_empty());
    assert_eq!(bench.store.commits(), 0);
    for table in [CursorEntry::TABLE, RecordEntry::TABLE, RunEntry::TABLE] {
        assert!(flowrun::store::Store::scan(&*bench.store, table, b"", None, 1).unwrap().is_empty());
    }
    let would: Vec<String> = bench
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::WouldWrite { step, payload, .. } => {
                Some(format!("{step} {}", flowrun::value::json::to_string(&payload)))
            }
            _ => None,
        })
        .collect();
    let sale = r#"sales {"ref":"a","customer":"<customers.id>","total":1}"#;
    assert_eq!(would, [r#"customers {"ref":"b"}"#, sale]);
    // What was delivered is not due, and a document that many share is due once.
    bench.shop.give((0..5).map(|n| order(&format!("o{n}"), "shared", 1, 1)));
    let shared = bench.run_with(plan(), config.clone()).await;
    assert_eq!((shared.counts.writes, shared.targets["customers"].unchanged), (2 + 6, 4));
    bench.run(plan()).await;
    assert_eq!(bench.run_with(plan(), config).await.counts.writes, 0);
}

#[tokio::test]
async fn an_echo_has_the_payloads_fields_and_placeholders() {
    let plan = plan();
    let echo = flowrun::plan::answer::echo(&plan.targets[1], &parse(r#"{"total":7,"other":1}"#));
    assert_eq!(flowrun::value::json::to_string(&echo), r#"{"id":"<sales.id>","total":7}"#);
    assert!(matches!(plan.steps[1], Step::Target(0)));
}
