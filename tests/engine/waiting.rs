//! Records that wait for something that is not there yet: nothing is held up by them, nothing of them is lost, and what
//! never comes becomes a dead letter.

use std::time::Duration;

use flowrun::connectors::ErrorKind;
use flowrun::diag::Code;
use flowrun::engine::{self, Outcome, inspect, waiting};
use flowrun::plan::expr::Expr;
use flowrun::plan::{Plan, Step};
use flowrun::store::{DeadLetter, HistoryEvent, RecordStatus, StoreError, WaitEntry};
use flowrun::value::Value;

use super::support::*;

const DAY: Duration = Duration::from_secs(86_400);

/// The flow of [`plan`], which waits for a row of the order's buyer in the other system for up to two days.
fn waits() -> Plan {
    let mut plan = plan();
    plan.lookups = vec![entity_lookup("accounts", Duration::ZERO)];
    let otherwise = Some(Box::new(node(Expr::Const(Value::Null))));
    let account = node(Expr::Lookup { lookup: 0, keys: vec![field("buyer")], otherwise });
    let because = node(Expr::Const("its account is not there yet".into()));
    plan.steps.insert(1, Step::Wait { when: equals(account, Value::Null), patience: DAY * 2, because });
    plan
}

fn letters(bench: &Bench) -> Vec<DeadLetter> {
    inspect::dead_letters(&*bench.store, &inspect::Which { closed: true, ..Default::default() }).unwrap()
}

#[tokio::test]
async fn what_waits_holds_nothing_up_and_goes_on_when_its_counterpart_comes() {
    let bench = Bench::with([order("early", "late", 1, 1), order("good", "there", 2, 2)]);
    bench.erp.row("accounts", "there", "{}");
    let report = bench.run(waits()).await;
    assert_eq!((report.counts.waiting, report.counts.delivered, report.counts.dead_lettered), (1, 1, 0));
    assert_eq!(report.by_reason["its account is not there yet"], 1);
    assert_eq!(bench.cursor().as_deref(), Some("2"), "the cursor is behind it");
    let entry = waiting::list(&*bench.store, Some("orders")).unwrap().remove(0);
    assert_eq!((entry.key.as_str(), entry.tries, entry.line), ("early", 1, 1));
    assert_eq!(entry.next.duration_since(entry.since).as_secs(), 60);
    assert!(!String::from_utf8_lossy(&entry.record).contains("late"), "the record is sealed");

    // Not before its time, and not for another flow.
    bench.erp.row("accounts", "late", "{}");
    assert_eq!(bench.run(waits()).await.counts.read, 0);
    bench.clock.advance(Duration::from_secs(60));
    let report = bench.run(waits()).await;
    assert_eq!((report.counts.read, report.counts.delivered), (1, 1));
    assert_eq!(bench.count::<WaitEntry>(), 0);
    let known = inspect::record(&*bench.store, "orders", "early").unwrap();
    assert_eq!(known.record.unwrap().status, RecordStatus::Delivered);
    assert!(known.history.iter().any(|entry| matches!(entry.event, HistoryEvent::Waiting { .. })));
    assert_eq!(bench.erp.made_of("sales"), 2);
}

#[tokio::test]
async fn the_pauses_grow_and_the_end_is_a_dead_letter_that_can_be_replayed() {
    let bench = Bench::with([order("early", "late", 1, 1)]);
    let mut pauses = Vec::new();
    bench.run(waits()).await;
    while let Some(next) = waiting::next(&*bench.store, "orders").unwrap() {
        let pause = Duration::try_from(next.duration_since(flowrun::clock::Clock::now(&*bench.clock))).unwrap();
        pauses.push(pause.as_secs() / 60);
        bench.clock.advance(pause);
        bench.run(waits()).await;
    }
    assert_eq!(pauses[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
    assert_eq!(pauses.iter().sum::<u64>(), 2 * 24 * 60, "the last try is at the end of its time");
    let letter = letters(&bench).remove(0);
    assert_eq!(letter.cause, Code::E615.name());
    assert_eq!(letter.reason, "it has waited 2 days: its account is not there yet");
    // A replay waits anew, and closes the letter meanwhile.
    let ids = [letter.id.clone()];
    let report = engine::replay(waits().into(), &bench.deps, &ids, bench.config()).await;
    assert_eq!((report.counts.waiting, bench.count::<WaitEntry>()), (1, 1));
    bench.erp.row("accounts", "late", "{}");
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.run(waits()).await.counts.delivered, 1);
    assert!(letters(&bench).iter().all(|letter| letter.state != flowrun::store::DeadLetterState::Open));
}

#[tokio::test]
async fn a_newer_version_takes_its_place_and_keeps_its_time() {
    let bench = Bench::with([order("a", "late", 1, 1)]);
    bench.run(waits()).await;
    let since = waiting::list(&*bench.store, None).unwrap()[0].since;
    bench.clock.advance(DAY);
    bench.shop.give([order("a", "late", 2, 2)]);
    bench.run(waits()).await;
    let entry = waiting::list(&*bench.store, None).unwrap().remove(0);
    assert_eq!((entry.since, bench.count::<WaitEntry>()), (since, 1));
    // An older one that comes late changes nothing.
    bench.shop.give([order("a", "late", 1, 1)]);
    assert_eq!(bench.run(waits()).await.counts.superseded, 1);
    // A version that does not have to wait ends it.
    bench.erp.row("accounts", "there", "{}");
    bench.shop.give([order("a", "there", 3, 3)]);
    assert_eq!(bench.run(waits()).await.counts.delivered, 1);
    assert_eq!(bench.count::<WaitEntry>(), 0);
    bench.clock.advance(DAY);
    assert_eq!(bench.run(waits()).await.counts.read, 0);
    let totals: Vec<String> = bench.erp.made().iter().map(|(_, made)| flowrun::value::json::to_string(made)).collect();
    assert!(totals.iter().any(|made| made.contains("\"total\":3")) && totals.len() == 2, "{totals:?}");
}

#[tokio::test]
async fn a_changed_flow_and_an_operator_try_at_once() {
    let bench = Bench::with([order("a", "late", 1, 1)]);
    bench.run(waits()).await;
    let mut config = bench.config();
    config.waiting_now = true;
    assert_eq!(bench.run_with(waits(), config).await.counts.waiting, 1);
    let mut mended = plan();
    mended.version = "v2".into();
    assert_eq!(bench.run(mended).await.counts.delivered, 1);
    assert_eq!(bench.count::<WaitEntry>(), 0);
}

#[tokio::test]
async fn a_dry_run_keeps_nothing() {
    let bench = Bench::with([order("a", "late", 1, 1)]);
    let mut config = bench.config();
    config.dry_run = true;
    assert_eq!(bench.run_with(waits(), config).await.counts.waiting, 1);
    assert_eq!(bench.count::<WaitEntry>(), 0);
}

#[tokio::test]
async fn the_store_dies_at_any_commit_and_nothing_that_waits_is_lost_or_doubled() {
    // What waits goes on, is replaced, is refused, and waits on; each time the store dies somewhere on the way.
    async fn story(bench: &mut Bench, deaths: &[u64]) -> u64 {
        let mut commits = 0;
        let mut deaths = deaths.iter();
        for step in 0..3 {
            match step {
                0 => bench.shop.give(["go", "replaced", "refused", "stays"].map(|id| order(id, id, 1, 1))),
                1 => {
                    for buyer in ["go", "refused", "newer"] {
                        bench.erp.row("accounts", buyer, "{}");
                    }
                    bench.erp.poison("\"ref\":\"refused\",\"customer\"", ErrorKind::Rejected);
                    bench.shop.give([order("replaced", "newer", 2, 2)]);
                }
                _ => {}
            }
            bench.clock.advance(DAY / 4);
            if let Some(death) = deaths.next() {
                bench.store.die_after(*death, StoreError::Full { path: "journal".into() });
                bench.run(waits()).await;
                bench.restart();
            }
            let before = bench.store.commits();
            assert_eq!(bench.run(waits()).await.outcome, Outcome::Done);
            commits = commits.max(bench.store.commits() - before);
        }
        commits
    }
    let mut whole = Bench::new();
    let most = story(&mut whole, &[]).await;
    assert!(most > 6, "{most}");
    for first in 0..most {
        for second in 0..most {
            let mut bench = Bench::new();
            story(&mut bench, &[first, second, second]).await;
            let what = format!("deaths at {first} and {second}");
            assert_eq!(bench.erp.documents(), whole.erp.documents(), "{what}");
            assert_eq!(bench.erp.made().len(), whole.erp.made().len(), "{what}");
            let waiting: Vec<String> =
                waiting::list(&*bench.store, None).unwrap().into_iter().map(|entry| entry.key).collect();
            assert_eq!(waiting, ["stays"], "{what}");
            let letters: Vec<String> = letters(&bench).into_iter().map(|letter| letter.key).collect();
            assert_eq!(letters, ["refused"], "{what}");
        }
    }
}
