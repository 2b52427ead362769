//! Writes that go out together: each record keeps its own intent, outcome and dead letter.

use std::time::Duration;

use flowrun::connectors::ErrorKind;
use flowrun::engine::Outcome;
use flowrun::plan::{BatchPlan, Plan, RetryPolicy};
use flowrun::store::{DeadLetter, StepEntry, StepState, StoreError};
use flowrun::value::Value;

use super::support::*;

/// The flow of [`plan`], whose sales go out ten together.
fn together() -> Plan {
    let mut plan = plan();
    let within = Duration::from_secs(30);
    plan.targets[1].batch = Some(BatchPlan { most: 10, within, operation: "erp.put_many".into() });
    plan
}

fn orders(count: i64) -> Vec<Value> {
    (0..count).map(|n| order(&format!("o{n}"), &format!("b{n}"), 1 + n, n)).collect()
}

#[tokio::test]
async fn as_many_go_out_together_as_the_flow_says_and_the_rest_at_the_end() {
    let bench = Bench::with(orders(25));
    let report = bench.run(together()).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 25));
    assert_eq!(bench.erp.together(), [10, 10, 5]);
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (25, 25));
    let step: StepEntry = bench.read(&["orders", "o24", "sales"]).unwrap();
    assert_eq!(step.state, StepState::Done { result: r#"{"id":"sales/o24"}"#.into() });
    // One alone does not wait for others that cannot come.
    bench.shop.give([order("late", "b", 1, 1)]);
    let began = flowrun::clock::Clock::now(&*bench.clock);
    bench.run(together()).await;
    assert_eq!((bench.erp.together().last(), flowrun::clock::Clock::now(&*bench.clock)), (Some(&1), began));
}

#[tokio::test]
async fn a_refused_one_is_its_own_dead_letter() {
    let bench = Bench::with(orders(12));
    bench.erp.poison("\"ref\":\"o3\",\"customer\"", ErrorKind::Rejected);
    let report = bench.run(together()).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (11, 1));
    let letter = flowrun::engine::inspect::dead_letters(&*bench.store, &Default::default()).unwrap().remove(0);
    assert_eq!((letter.key.as_str(), letter.cause.as_str(), letter.step.as_deref()), ("o3", "E611", Some("sales")));
}

#[tokio::test]
async fn what_fails_for_all_is_tried_again_as_one_call_and_made_once() {
    let bench = Bench::with(orders(10));
    let customers = (0..10).map(|_| Fault::None);
    // The first batch takes effect and its answer is lost; the second does not reach anybody.
    let lost = (0..10).map(|_| Fault::After(ErrorKind::Unreachable));
    let away = (0..10).map(|_| Fault::Before(ErrorKind::Transient));
    bench.erp.fail(customers.chain(lost).chain(away));
    let report = bench.run(together()).await;
    assert_eq!((report.counts.delivered, report.counts.retries), (10, 2));
    assert_eq!(bench.erp.together(), [10, 10, 10]);
    assert_eq!(bench.erp.made_of("sales"), 10);
    assert!(bench.erp.asked()[20..].iter().all(|request| request.repeat));
}

#[tokio::test]
async fn those_that_fail_alone_are_tried_again_without_the_others_and_give_up_alone() {
    let bench = Bench::with(orders(10));
    bench.erp.poison("\"ref\":\"o3\",\"customer\"", ErrorKind::Transient);
    let mut plan = together();
    plan.targets[1].retry = Some(RetryPolicy { retries: 2, ..RetryPolicy::default() });
    let report = bench.run(plan).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (9, 1));
    assert_eq!(bench.erp.together()[..2], [10, 1]);
    assert_eq!(bench.count::<DeadLetter>(), 1);
}

#[tokio::test]
async fn a_record_that_is_slow_elsewhere_does_not_hold_the_others_up() {
    let bench = Bench::with(orders(3));
    bench.erp.poison("\"ref\":\"b1\"", ErrorKind::Transient);
    let report = bench.run(together()).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (2, 1));
    assert_eq!(bench.erp.together(), [2]);
}

#[tokio::test]
async fn the_store_dies_at_any_commit() {
    let story = || {
        let bench = Bench::with(orders(23));
        bench.erp.poison("\"ref\":\"o3\",\"customer\"", ErrorKind::Rejected);
        bench
    };
    let whole = story();
    whole.run(together()).await;
    for k in 0..whole.store.commits() {
        let mut bench = story();
        bench.store.die_after(k, StoreError::Full { path: "journal".into() });
        assert!(matches!(bench.run(together()).await.outcome, Outcome::StoreFailed(_)), "commit {k}");
        bench.restart();
        assert_eq!(bench.run(together()).await.outcome, Outcome::Done, "commit {k}");
        assert_eq!(bench.erp.documents(), whole.erp.documents(), "commit {k}");
        assert_eq!(bench.erp.made().len(), whole.erp.made().len(), "commit {k}");
        assert_eq!(bench.cursor(), whole.cursor(), "commit {k}");
    }
}
