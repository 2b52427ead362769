//! Lookups: fetched together, once for all who want them, and never older than the flow allows.

use std::time::Duration;

use flowrun::clock::Clock;
use flowrun::engine::{Outcome, inspect};
use flowrun::plan::Plan;

use super::support::*;

/// The sale says where its buyer is, by a lookup in the other system.
fn looking(cache: Duration) -> Plan {
    let mut plan = plan();
    plan.lookups = vec![entity_lookup("places", cache)];
    let payload = vec![("ref", field("id")), ("place", lookup(0, field("buyer"))), ("again", lookup(0, field("id")))];
    plan.targets[1].payload = object(payload);
    plan
}

fn places(bench: &Bench, orders: i64) {
    bench.erp.row("places", "b", r#""here""#);
    for n in 0..orders {
        bench.erp.row("places", &format!("o{n}"), r#""there""#);
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_many_want_is_fetched_once_and_what_one_wants_together() {
    let bench = Bench::with((0..8).map(|n| order(&format!("o{n}"), "b", 1, n)));
    places(&bench, 8);
    let report = bench.run(looking(HOUR)).await;
    assert_eq!(report.counts.delivered, 8);
    let fetched = bench.erp.fetched();
    assert_eq!(fetched[0].len(), 2, "both of the first record in one call");
    assert_eq!(fetched.iter().flatten().filter(|value| value.as_text() == Some("b")).count(), 1);
    assert_eq!(report.counts.lookups as usize, fetched.len());
}

#[tokio::test]
async fn an_answer_serves_later_runs_until_it_is_too_old() {
    let bench = Bench::with([order("o0", "b", 1, 1)]);
    places(&bench, 2);
    bench.run(looking(HOUR)).await;
    bench.shop.give([order("o0", "b", 2, 2)]);
    bench.run(looking(HOUR)).await;
    assert_eq!(bench.erp.fetched().len(), 1);
    bench.clock.advance(HOUR);
    bench.shop.give([order("o0", "b", 3, 3)]);
    bench.run(looking(HOUR)).await;
    assert_eq!(bench.erp.fetched().len(), 2);
}

#[tokio::test]
async fn without_a_cache_each_record_asks_for_itself() {
    let bench = Bench::with([order("o0", "b", 1, 1), order("o1", "b", 1, 1)]);
    places(&bench, 2);
    assert_eq!(bench.run(looking(Duration::ZERO)).await.counts.delivered, 2);
    assert_eq!(bench.erp.fetched().len(), 2);
}

#[tokio::test]
async fn a_miss_is_a_dead_letter_and_is_looked_up_again_soon() {
    let bench = Bench::with([order("o0", "b", 1, 1)]);
    let report = bench.run(looking(HOUR)).await;
    assert_eq!(report.counts.dead_lettered, 1);
    let letter = inspect::dead_letters(&*bench.store, &Default::default()).unwrap().remove(0);
    assert_eq!(letter.cause, "E604");
    places(&bench, 1);
    bench.clock.advance(Duration::from_secs(61));
    bench.shop.give([order("o0", "b", 2, 2)]);
    assert_eq!(bench.run(looking(HOUR)).await.counts.delivered, 1);
}

#[tokio::test]
async fn tables_answer_without_a_call() {
    let bench = Bench::with([order("o0", "b", 1, 1)]);
    let mut plan = looking(HOUR);
    plan.lookups = vec![table_lookup("places", &[("b", "here"), ("o0", "there")])];
    assert_eq!(bench.run(plan).await.counts.delivered, 1);
    assert!(bench.erp.fetched().is_empty());
    assert!(bench.erp.documents()[&("sales".into(), "o0".into())].contains("here"));
}

#[tokio::test]
async fn an_outage_of_a_lookup_is_waited_for() {
    let bench = Bench::with((0..30).map(|n| order(&format!("o{n}"), "b", 1, n)));
    places(&bench, 30);
    bench.erp.fail_at_random(0.2, 9);
    let report = bench.run(looking(HOUR)).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 30));
    bench.erp.down_for(Duration::from_secs(600));
    let before = bench.clock.now();
    bench.shop.give([order("o0", "other", 2, 100)]);
    bench.erp.row("places", "other", r#""far""#);
    assert_eq!(bench.run(looking(HOUR)).await.counts.delivered, 1);
    assert!(flowrun::clock::until(before, bench.clock.now()) >= Duration::from_secs(600));
}

#[tokio::test]
async fn a_key_may_come_from_a_lookup_and_one_that_has_none_is_put_aside() {
    let bench = Bench::with([order("o0", "b", 1, 1), order("o1", "nobody", 1, 1)]);
    bench.erp.row("places", "b", r#""key-of-b""#);
    let mut plan = plan();
    plan.lookups = vec![entity_lookup("places", HOUR)];
    plan.key = lookup(0, field("buyer"));
    let report = bench.run(plan).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (1, 1));
    assert!(inspect::record(&*bench.store, "orders", "key-of-b").unwrap().record.is_some());
    let letter = inspect::dead_letters(&*bench.store, &Default::default()).unwrap().remove(0);
    assert!(letter.key.starts_with('?') && letter.key.len() == 33, "{}", letter.key);
}

#[tokio::test]
async fn a_lookup_that_leads_nowhere_stops_the_run_and_makes_no_dead_letters() {
    let bench = Bench::with((0..30).map(|n| order(&format!("o{n}"), "b", 1, n)));
    bench.erp.lose_lookups();
    let report = bench.run(looking(HOUR)).await;
    assert!(matches!(report.outcome, Outcome::ConnectionBroken { .. }), "{report:?}");
    assert_eq!((report.counts.dead_lettered, bench.cursor()), (0, None));
}
