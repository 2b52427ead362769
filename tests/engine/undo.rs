//! Writes that are taken back because the record is refused further down.

use flowrun::connectors::ErrorKind;
use flowrun::engine::{self, Outcome, inspect};
use flowrun::plan::expr::Expr;
use flowrun::plan::{Plan, Step};
use flowrun::store::{DeadLetter, DocumentEntry, StepEntry, StepState, StoreError};

use super::support::*;

/// The flow of [`plan`]; its sales are taken back by a cancellation, its customers by a release. A last target follows.
fn taken_back() -> Plan {
    let mut plan = plan();
    let undo_of = |of: usize, name: &str, slot: usize| {
        let mut undo = target(name, object(vec![("cancel", field("id"))]), slot);
        undo.name = format!("undo {}", ["customers", "sales"][of]);
        undo.keeps = Vec::new();
        undo
    };
    plan.slots = 5;
    plan.targets[0].undo = Some(2);
    plan.targets[1].undo = Some(3);
    plan.targets.push(undo_of(0, "releases", 2));
    plan.targets.push(undo_of(1, "cancellations", 3));
    plan.targets.push(target("last", object(vec![("ref", field("id")), ("last", node(Expr::Const(true.into())))]), 4));
    plan.steps.push(Step::Target(4));
    plan
}

fn letters(bench: &Bench) -> Vec<DeadLetter> {
    inspect::dead_letters(&*bench.store, &Default::default()).unwrap()
}

#[tokio::test]
async fn what_was_written_is_taken_back_the_latest_first_and_written_anew_in_a_replay() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"last\":true", ErrorKind::Rejected);
    let report = bench.run(taken_back()).await;
    assert_eq!((report.counts.dead_lettered, report.counts.delivered), (1, 0));
    let made: Vec<String> = bench.erp.made().into_iter().map(|(entity, _)| entity).collect();
    assert_eq!(made, ["customers", "sales", "cancellations", "releases"]);
    let letter = letters(&bench).remove(0);
    assert_eq!(letter.reason, "`last`: no luck; `sales` was taken back; `customers` was taken back");
    assert_eq!(bench.count::<DocumentEntry>(), 0);
    let step: StepEntry = bench.read(&["orders", "a", "undo sales"]).unwrap();
    assert!(matches!(step.state, StepState::Done { .. }));
    // The same again, as long as the cause is there; and the rest when it is mended.
    for times in [2, 3] {
        if times == 3 {
            bench.erp.cure();
        }
        engine::replay(taken_back().into(), &bench.deps, std::slice::from_ref(&letter.id), bench.config()).await;
        assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("cancellations")), (times, times.min(2)));
    }
    assert_eq!((letters(&bench).len(), bench.erp.made_of("last")), (0, 1));
}

#[tokio::test]
async fn nothing_is_taken_back_while_nobody_knows_how_it_ends() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.poison("\"last\":true", ErrorKind::Unreachable);
    assert_eq!(bench.run(taken_back()).await.counts.dead_lettered, 1);
    assert_eq!((letters(&bench)[0].cause.as_str(), bench.erp.made_of("cancellations")), ("E612", 0));
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_told() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    // The cancellation and the last write are refused.
    bench.erp.poison("\"last\":true", ErrorKind::Rejected);
    bench.erp.fail([Fault::None, Fault::None, Fault::None, Fault::Before(ErrorKind::Rejected)]);
    bench.run(taken_back()).await;
    let reason = letters(&bench).remove(0).reason;
    assert!(
        reason.contains("`sales` could not be taken back: `undo sales`: no luck; `customers` was taken"),
        "{reason}"
    );
    let step: StepEntry = bench.read(&["orders", "a", "sales"]).unwrap();
    assert!(matches!(step.state, StepState::Done { .. }), "it is still there");
}

#[tokio::test]
async fn the_store_dies_at_any_commit_and_each_is_written_and_taken_back_once() {
    let story = || {
        let bench = Bench::with([order("a", "b", 1, 1), order("c", "d", 1, 1)]);
        bench.erp.poison("\"last\":true", ErrorKind::Rejected);
        bench
    };
    let whole = story();
    whole.run(taken_back()).await;
    for k in 0..whole.store.commits() {
        let mut bench = story();
        bench.store.die_after(k, StoreError::Full { path: "journal".into() });
        bench.run(taken_back()).await;
        bench.restart();
        assert_eq!(bench.run(taken_back()).await.outcome, Outcome::Done);
        let made = |entity| bench.erp.made_of(entity);
        let counts = ["customers", "sales", "cancellations", "releases"].map(made);
        assert_eq!(counts, [2, 2, 2, 2], "commit {k}");
        assert_eq!(letters(&bench).len(), 2, "commit {k}");
    }
}
