//! Dead letters: what they tell, and the ways out of them.

use flowrun::connectors::ErrorKind;
use flowrun::engine::{self, Outcome, RunReport, inspect};
use flowrun::plan::Plan;
use flowrun::store::{AuditEntry, DeadLetter, DeadLetterState, HistoryEvent, RecordStatus, Store};

use super::support::*;

fn letters(bench: &Bench) -> Vec<DeadLetter> {
    inspect::dead_letters(&*bench.store, &inspect::Which { closed: true, ..Default::default() }).unwrap()
}

async fn replay(bench: &Bench, plan: Plan, dry_run: bool) -> RunReport {
    let ids: Vec<String> = letters(bench).into_iter().map(|letter| letter.id).collect();
    let mut config = bench.config();
    (config.dry_run, config.actor) = (dry_run, "clerk".into());
    engine::replay(plan.into(), &bench.deps, &ids, config).await
}

#[tokio::test]
async fn a_refusal_stops_one_record_and_says_why() {
    let bench = Bench::with([order("bad", "b", 1, 1), order("good", "b", 2, 2)]);
    bench.erp.poison("\"ref\":\"bad\"", ErrorKind::Rejected);
    let report = bench.run(plan()).await;
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (1, 1));
    assert_eq!(bench.cursor().as_deref(), Some("2"));
    let letter = letters(&bench).remove(0);
    assert_eq!((letter.cause.as_str(), letter.step.as_deref(), letter.line), ("E611", Some("sales"), 1));
    assert_eq!(letter.reason, "`sales`: no luck");
    assert!(letter.id.starts_with("orders-"));
    let sealed = String::from_utf8_lossy(&letter.record).into_owned();
    assert!(!sealed.contains("bad"), "the record is sealed");
    let record = inspect::open_record(&letter, &bench.deps.sealer).unwrap();
    assert_eq!(record.get("id").unwrap().as_text(), Some("bad"));
    // It is not tried again by itself.
    bench.shop.give([order("bad", "b", 1, 1)]);
    let asked = bench.erp.asked().len();
    assert_eq!(bench.run(plan()).await.counts.unchanged, 1);
    assert_eq!(bench.erp.asked().len(), asked);
}

#[tokio::test]
async fn after_the_row_was_added_a_replay_delivers() {
    let looking = |rows: &[(&str, &str)], version: &str| {
        let mut plan = plan();
        plan.version = version.into();
        plan.lookups = vec![table_lookup("places", rows)];
        plan.targets[1].payload = object(vec![("ref", field("id")), ("place", lookup(0, field("buyer")))]);
        plan
    };
    let bench = Bench::with((0..3).map(|n| order(&format!("o{n}"), "b", 1, n)));
    let report = bench.run(looking(&[], "v1")).await;
    assert_eq!(report.counts.dead_lettered, 3);
    let incidents = inspect::incidents(&*bench.store, &Default::default()).unwrap();
    assert_eq!((incidents.len(), incidents[0].ids.len()), (1, 3), "one cause, one incident");

    let mended = || looking(&[("b", "here")], "v2");
    let dry = replay(&bench, mended(), true).await;
    assert_eq!((dry.counts.delivered, dry.counts.writes), (3, 3));
    assert!(letters(&bench).iter().all(|letter| letter.state == DeadLetterState::Open));

    let report = replay(&bench, mended(), false).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 3));
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (3, 1), "what was done is not done twice");
    assert!(letters(&bench).iter().all(|letter| matches!(letter.state, DeadLetterState::Resolved { .. })));
    assert_eq!(bench.count::<AuditEntry>(), 3);
    let known = inspect::record(&*bench.store, "orders", "o0").unwrap();
    let replayed = |entry: &flowrun::store::HistoryEntry| matches!(&entry.event, HistoryEvent::Operator { action, .. } if action == "replay");
    assert!(known.history.iter().any(replayed));
    let again = replay(&bench, mended(), false).await;
    assert_eq!((again.counts.missing, again.counts.read), (3, 0));
}

#[tokio::test]
async fn a_refused_write_is_a_new_write_when_it_is_replayed() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Conflict);
    bench.run(plan()).await;
    bench.erp.cure();
    assert_eq!(replay(&bench, plan(), false).await.counts.delivered, 1);
    let asked = bench.erp.asked();
    assert_ne!(asked[1].idempotency_key, asked[2].idempotency_key, "else the remote would repeat its refusal");
    assert!(!asked[2].repeat);
}

#[tokio::test]
async fn what_stops_again_is_the_same_dead_letter() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Rejected);
    bench.run(plan()).await;
    assert_eq!(replay(&bench, plan(), false).await.counts.dead_lettered, 1);
    let letters = letters(&bench);
    assert_eq!((letters.len(), &letters[0].state), (1, &DeadLetterState::Open));
}

#[tokio::test]
async fn a_later_success_closes_what_stopped_before() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"total\":1", ErrorKind::Rejected);
    bench.run(plan()).await;
    bench.shop.give([order("a", "b", 2, 2)]);
    assert_eq!(bench.run(plan()).await.counts.delivered, 1);
    assert!(matches!(letters(&bench)[0].state, DeadLetterState::Resolved { .. }));
    assert_eq!(bench.erp.made_of("sales"), 1);
}

#[tokio::test]
async fn a_replay_of_an_old_version_does_not_overwrite_a_newer() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Rejected);
    bench.run(plan()).await;
    let old: Vec<String> = letters(&bench).into_iter().map(|letter| letter.id).collect();
    bench.shop.give([order("a", "b", 2, 2)]);
    bench.run(plan()).await;
    bench.erp.cure();
    let report = engine::replay(plan().into(), &bench.deps, &old, bench.config()).await;
    assert_eq!((report.counts.superseded, bench.erp.made_of("sales")), (1, 0));
    let open: Vec<_> = letters(&bench).into_iter().filter(|letter| letter.state == DeadLetterState::Open).collect();
    assert_eq!(open.len(), 1, "the newer one still waits");
}

#[tokio::test]
async fn what_is_discarded_stays_so_and_it_is_known_who_did_it() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Rejected);
    bench.run(plan()).await;
    let id = letters(&bench).remove(0).id;
    let store = &*bench.store;
    assert!(engine::discard(store, &id, "ordered by mistake", "clerk", &*bench.clock).await.unwrap());
    assert!(!engine::discard(store, &id, "twice", "clerk", &*bench.clock).await.unwrap());
    assert!(matches!(letters(&bench)[0].state, DeadLetterState::Discarded { .. }));
    let known = inspect::record(store, "orders", "a").unwrap();
    assert!(matches!(known.record.unwrap().status, RecordStatus::Discarded { .. }));
    assert_eq!(store.scan(flowrun::store::Table::Audit, b"", None, 9).unwrap().len(), 1);
    bench.erp.cure();
    bench.shop.give([order("a", "b", 1, 1)]);
    assert_eq!(bench.run(plan()).await.counts.unchanged, 1);
    assert_eq!(replay(&bench, plan(), false).await.counts.missing, 1);
}

#[tokio::test]
async fn a_replay_that_dies_at_any_commit_can_be_made_again() {
    let stopped = || async {
        let bench = Bench::with((0..3).map(|n| order(&format!("o{n}"), "b", 1, n)));
        bench.erp.poison("\"ref\":\"o", ErrorKind::Rejected);
        bench.run(plan()).await;
        bench.erp.cure();
        bench
    };
    let whole = stopped().await;
    let before = whole.store.commits();
    replay(&whole, plan(), false).await;
    for k in 0..whole.store.commits() - before {
        let mut bench = stopped().await;
        bench.store.die_after(k, flowrun::store::StoreError::Full { path: "journal".into() });
        assert!(matches!(replay(&bench, plan(), false).await.outcome, Outcome::StoreFailed(_)), "{k}");
        bench.restart();
        replay(&bench, plan(), false).await;
        assert_eq!(bench.erp.made_of("sales"), 3, "{k}");
        assert!(letters(&bench).iter().all(|letter| letter.state != DeadLetterState::Open), "{k}");
    }
}
