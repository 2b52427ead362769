//! Records that are held back while they may change, and stretches of time that are read again.

use std::time::Duration;

use flowrun::clock::Clock;
use flowrun::engine::waiting;
use flowrun::plan::expr::Expr;
use flowrun::plan::{Plan, Step};
use flowrun::store::{StoreError, WaitEntry};
use flowrun::value::Value;

use super::support::*;

const HOUR: Duration = Duration::from_secs(3600);

fn seconds(bench: &Bench) -> i64 {
    bench.clock.now().as_second()
}

fn held() -> Plan {
    let mut plan = plan();
    plan.source.holdback = Some(48 * HOUR);
    plan
}

#[tokio::test]
async fn a_record_is_left_alone_until_it_has_not_changed_for_long_enough() {
    let bench = Bench::new();
    let now = seconds(&bench);
    bench.shop.give([order("old", "b", 1, now - 49 * 3600), order("new", "b", 1, now - 3600)]);
    let report = bench.run(held()).await;
    assert_eq!((report.counts.delivered, report.counts.waiting), (1, 1));
    assert_eq!(bench.cursor().as_deref(), Some("2"));
    let entry = waiting::list(&*bench.store, Some("orders")).unwrap().remove(0);
    assert_eq!((entry.key.as_str(), entry.tries, entry.next.as_second()), ("new", 0, now + 47 * 3600));
    // It changes once more, and waits from then on; what is sent is the last of it.
    bench.clock.advance(24 * HOUR);
    bench.shop.give([order("new", "b", 2, now + 23 * 3600)]);
    assert_eq!(bench.run(held()).await.counts.waiting, 1);
    bench.clock.advance(24 * HOUR);
    assert_eq!(bench.run(held()).await.counts.read, 0, "47 hours are over, and it has changed since");
    bench.clock.advance(23 * HOUR);
    assert_eq!(bench.run(held()).await.counts.delivered, 1);
    assert_eq!((bench.count::<WaitEntry>(), bench.erp.made_of("sales")), (0, 2));
    assert!(bench.erp.made().iter().any(|(_, made)| made.get("total") == Some(&Value::Int(2))));
}

#[tokio::test]
async fn what_is_held_back_has_all_the_time_of_a_wait_before_it() {
    let mut plan = held();
    let because = node(Expr::Const("not yet".into()));
    plan.steps.insert(0, Step::Wait { when: equals(field("total"), 7), patience: HOUR, because });
    let plan = std::sync::Arc::new(plan);
    let run = async |bench: &Bench| flowrun::engine::run(plan.clone(), &bench.deps, bench.config()).await;
    let bench = Bench::new();
    bench.shop.give([order("new", "b", 7, seconds(&bench))]);
    run(&bench).await;
    bench.clock.advance(48 * HOUR);
    assert_eq!(run(&bench).await.counts.waiting, 1, "it begins to wait now");
    bench.clock.advance(HOUR);
    assert_eq!(run(&bench).await.counts.dead_lettered, 1);
}

#[tokio::test]
async fn a_stretch_of_time_is_read_again_and_only_differences_are_sent() {
    let again = || {
        let mut plan = plan();
        plan.source.again = vec![14 * 24 * HOUR];
        plan
    };
    let mut bench = Bench::new();
    bench.shop.give([order("a", "b", 1, seconds(&bench)), order("c", "b", 1, seconds(&bench))]);
    bench.run(again()).await;
    let reads = bench.shop.reads();
    for _ in 0..24 {
        bench.clock.advance(HOUR);
        bench.run(again()).await;
    }
    // The stub of a source gives everything again where no position is named; a day is between two readings.
    assert_eq!(bench.shop.reads(), reads + 25);
    // Something is added late, and something changes without a word.
    bench.shop.change(0, order("a", "b", 5, seconds(&bench)));
    bench.clock.advance(24 * HOUR);
    bench.store.die_after(1, StoreError::Full { path: "journal".into() });
    bench.run(again()).await;
    bench.restart();
    let report = bench.run(again()).await;
    assert_eq!((report.counts.delivered, report.counts.unchanged), (1, 1));
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (3, 1));
    // A run that is bounded does not read again.
    bench.clock.advance(24 * HOUR);
    let mut config = bench.config();
    config.limit = Some(5);
    assert_eq!(bench.run_with(again(), config).await.counts.read, 0);
}
