//! Remotes that fail: what is tried again and when, what stops the run, and what becomes a dead letter.

use std::time::Duration;

use flowrun::clock::Clock;
use flowrun::connectors::ErrorKind;
use flowrun::engine::{Event, Outcome, inspect};
use flowrun::plan::RetryPolicy;
use flowrun::store::HistoryEvent;

use super::support::*;

const HOUR: Duration = Duration::from_secs(3600);

fn orders(count: i64) -> Vec<flowrun::value::Value> {
    (0..count).map(|n| order(&format!("o{n}"), &format!("b{n}"), 5, n)).collect()
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_and_told() {
    let mut bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.fail([Fault::Before(ErrorKind::Transient), Fault::After(ErrorKind::Unreachable)]);
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.delivered, report.counts.retries, report.targets["customers"].retries), (1, 2, 2));
    assert_eq!(bench.erp.made().len(), 2);
    let asked = bench.erp.asked();
    assert_eq!(asked.iter().map(|request| request.repeat).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(asked[0].idempotency_key, asked[2].idempotency_key);
    let known = inspect::record(&*bench.store, "orders", "a").unwrap();
    let told = known.history.iter().filter(|entry| matches!(entry.event, HistoryEvent::Retrying { .. })).count();
    assert_eq!(told, 2);
    assert!(bench.events().iter().any(|event| matches!(event, Event::Retrying { step, .. } if step == "customers")));
}

#[tokio::test]
async fn a_target_keeps_its_own_policy_and_then_it_is_a_dead_letter() {
    let bench = Bench::with([order("a", "b", 1, 1), order("c", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Transient);
    let mut stubborn = plan();
    stubborn.targets[1].retry =
        Some(RetryPolicy { retries: 2, first: Duration::from_secs(10), longest: Duration::from_secs(15) });
    let report = bench.run(stubborn).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (1, 1));
    let tries = bench.erp.asked().iter().filter(|request| request.payload.get("ref") == Some(&"a".into())).count();
    assert_eq!(tries, 3);
    let letter = inspect::dead_letters(&*bench.store, &Default::default()).unwrap().remove(0);
    assert_eq!((letter.cause.as_str(), letter.step.as_deref(), letter.attempts.len()), ("E612", Some("sales"), 3));
    assert_eq!((letter.file.as_str(), letter.line, letter.attempts[0].status), ("orders.flow", 1, Some(500)));
}

#[tokio::test]
async fn six_retries_are_usual() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Transient);
    let report = bench.run(plan()).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 1));
    assert_eq!(bench.erp.asked().len(), 1 + 7, "a record that the remote chokes on is tried out, even if all pauses");
}

#[tokio::test]
async fn throttling_waits_as_long_as_it_is_told_and_is_no_failure() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    let delay = Duration::from_secs(30);
    bench.erp.fail((0..20).map(|_| Fault::Before(ErrorKind::Throttled(Some(delay)))));
    let before = bench.clock.now();
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.delivered, report.counts.waits), (1, 20));
    assert!(flowrun::clock::until(before, bench.clock.now()) >= delay * 20);
    assert!(bench.erp.asked().iter().all(|request| !request.repeat), "a throttled write was not made");
}

#[tokio::test]
async fn an_hour_away_costs_nothing_but_the_hour() {
    let mut bench = Bench::with(orders(40));
    bench.erp.down_for(HOUR);
    let mut config = bench.config();
    config.patience = HOUR * 2;
    let report = bench.run_with(plan(), config).await;
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (40, 0));
    assert_eq!(bench.erp.made().len(), 80);
    assert!(bench.erp.asked().len() <= 80 + 80, "no storm: {}", bench.erp.asked().len());
    assert!((55..200).contains(&bench.erp.probes()), "{}", bench.erp.probes());
    let events = bench.events();
    assert!(events.iter().any(|event| matches!(event, Event::Paused { connection, .. } if connection == "erp")));
    assert!(events.iter().any(|event| matches!(event, Event::Resumed { .. })));
}

#[tokio::test]
async fn one_record_alone_survives_an_outage_too() {
    let bench = Bench::with(orders(1));
    bench.erp.down_for(HOUR);
    let mut config = bench.config();
    config.patience = HOUR * 2;
    assert_eq!(bench.run_with(plan(), config).await.counts.delivered, 1);
}

#[tokio::test]
async fn when_patience_is_over_the_run_ends_and_nothing_is_given_up() {
    let mut bench = Bench::with(orders(40));
    bench.erp.down_for(HOUR);
    let report = bench.run(plan()).await;
    assert!(matches!(&report.outcome, Outcome::RemoteFailed { connection, .. } if connection == "erp"), "{report:?}");
    assert_eq!((report.counts.settled(), bench.cursor()), (0, None));
    // The same process tries again, is still refused, and in the end goes on.
    let again = bench.run(plan()).await;
    assert!(matches!(again.outcome, Outcome::RemoteFailed { .. }), "{again:?}");
    bench.clock.advance(HOUR);
    let report = bench.run(plan()).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 40));
    assert_eq!(bench.erp.made().len(), 80);
    assert!(bench.deps.shared.paused().is_empty());
    bench.events();
}

#[tokio::test]
async fn a_source_that_is_away_is_waited_for_and_then_given_up() {
    let bench = Bench::with(orders(3));
    bench.shop.down_for(Duration::from_secs(300));
    assert_eq!(bench.run(plan()).await.counts.delivered, 3);
    bench.shop.down_for(HOUR);
    let report = bench.run(plan()).await;
    assert!(matches!(&report.outcome, Outcome::RemoteFailed { connection, .. } if connection == "shop"), "{report:?}");
}

#[tokio::test]
async fn a_refused_login_stops_the_run_and_touches_nothing() {
    let bench = Bench::with(orders(12));
    bench.erp.refuse_login(true);
    let report = bench.run(plan()).await;
    assert!(matches!(&report.outcome, Outcome::AuthFailed { connection, .. } if connection == "erp"), "{report:?}");
    assert_eq!((report.counts.dead_lettered, bench.cursor()), (0, None));
    bench.erp.refuse_login(false);
    assert_eq!(bench.run(plan()).await.counts.delivered, 12);
    assert_eq!(bench.erp.made().len(), 24);
}

#[tokio::test]
async fn a_broken_connector_stops_the_run() {
    let bench = Bench::with(orders(2));
    bench.erp.fail([Fault::Before(ErrorKind::Bug)]);
    let report = bench.run(plan()).await;
    assert!(matches!(report.outcome, Outcome::ConnectionBroken { .. }), "{report:?}");
    assert_eq!((report.counts.dead_lettered, bench.cursor()), (0, None));
}

#[tokio::test]
async fn stuck_records_do_not_hold_up_the_rest() {
    let mut records = vec![];
    for n in 0..4 {
        records.push(order(&format!("bad{n}"), "b", 1, 1));
    }
    records.extend(orders(30));
    let mut bench = Bench::with(records);
    bench.erp.poison("\"ref\":\"bad", ErrorKind::Transient);
    let mut config = bench.config();
    config.concurrency = 2;
    let report = bench.run_with(plan(), config).await;
    assert_eq!((report.outcome, report.counts.delivered, report.counts.dead_lettered), (Outcome::Done, 30, 4));
    let settled: Vec<String> = bench
        .events()
        .into_iter()
        .filter_map(|event| if let Event::Settled { key, .. } = event { Some(key) } else { None })
        .collect();
    assert!(!settled[0].starts_with("bad"), "{settled:?}");
}

#[tokio::test]
async fn one_call_in_five_fails_and_nothing_is_lost_doubled_or_given_up() {
    for seed in 1..=3 {
        let bench = Bench::with((0..400).map(|n| order(&format!("o{n}"), &format!("b{}", n % 50), 5, n)));
        bench.erp.fail_at_random(0.2, seed);
        bench.shop.fail_at_random(0.2, seed + 100);
        let report = bench.run(plan()).await;
        assert_eq!(report.outcome, Outcome::Done, "seed {seed}");
        assert_eq!((report.counts.delivered, report.counts.dead_lettered), (400, 0), "seed {seed}");
        assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (400, 50), "seed {seed}");
        assert_eq!(bench.cursor().as_deref(), Some("400"));
    }
}
