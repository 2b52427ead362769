//! A second source, joined to the flow's by key.

use std::sync::Arc;

use flowrun::connectors::ErrorKind;
use flowrun::engine::{self, Outcome, inspect};
use flowrun::plan::joined::JoinPlan;
use flowrun::plan::{LookupKind, LookupPlan, Plan};
use flowrun::value::json;

use super::support::*;

/// The flow of [`plan`], whose sales name the rows of the other system that have the order's id.
fn joined() -> Plan {
    let mut plan = plan();
    let mut source = plan.source.clone();
    (source.connector, source.entity) = ("erp".into(), "rows".into());
    let kind = LookupKind::Join(Arc::new(JoinPlan { source, by: vec!["order".into()] }));
    plan.lookups = vec![LookupPlan { name: "rows_of".into(), kind, at: node_at() }];
    plan.targets[1].payload = object(vec![("ref", field("id")), ("rows", lookup_or_none(0, field("id")))]);
    plan
}

fn rows(bench: &Bench) -> Vec<String> {
    let sales = bench.erp.made().into_iter().filter(|(entity, _)| entity == "sales");
    sales.map(|(_, made)| json::to_string(made.get("rows").unwrap())).collect()
}

#[tokio::test]
async fn each_record_gets_all_that_fits_in_its_order() {
    let bench = Bench::with([order("a", "b", 1, 1), order("none", "b", 1, 1)]);
    // More than a page of them, and one that fits nothing.
    let row =
        |n: usize| parse(&format!(r#"{{"order":"{}","n":{n}}}"#, if n.is_multiple_of(9) { "a" } else { "other" }));
    bench.erp.give((0..25).map(row).chain([parse(r#"{"n":99}"#)]));
    let report = bench.run(joined()).await;
    assert_eq!((report.outcome, report.counts.delivered), (Outcome::Done, 2));
    let mut found = rows(&bench);
    found.sort();
    let wanted = r#"[{"order":"a","n":0},{"order":"a","n":9},{"order":"a","n":18}]"#;
    assert_eq!(found, ["[]", wanted]);
    assert_eq!(bench.erp.reads(), 3);
}

#[tokio::test]
async fn a_second_source_that_cannot_be_read_ends_the_run_before_anything_is_written() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.refuse_login(true);
    assert!(matches!(bench.run(joined()).await.outcome, Outcome::AuthFailed { .. }));
    assert_eq!((bench.cursor(), bench.erp.asked().len()), (None, 0));
}

#[tokio::test]
async fn it_is_there_for_a_replay_too() {
    let bench = Bench::with([order("a", "b", 1, 1)]);
    bench.erp.give([parse(r#"{"order":"a","n":1}"#)]);
    bench.erp.poison("\"ref\":\"a\"", ErrorKind::Rejected);
    bench.run(joined()).await;
    bench.erp.cure();
    let ids: Vec<String> = inspect::dead_letters(&*bench.store, &Default::default())
        .unwrap()
        .into_iter()
        .map(|letter| letter.id)
        .collect();
    engine::replay(joined().into(), &bench.deps, &ids, bench.config()).await;
    assert_eq!(rows(&bench), [r#"[{"order":"a","n":1}]"#]);
}
