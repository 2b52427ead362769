//! The engine over the store that is used in earnest: a run dies in the middle, the store is opened again, and the next
//! run finishes.

use std::sync::Arc;

use flowrun::engine::Outcome;
use flowrun::store::embedded::{self, Options};
use flowrun::store::{RecordEntry, RecordStatus, Table, records};

use super::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_dies_in_the_middle_and_the_next_one_finishes() {
    let dir = tempfile::tempdir().unwrap();
    let open = || embedded::open(dir.path(), Options::default()).unwrap();
    let mut bench = Bench::with((0..120).map(|n| order(&format!("o{n}"), &format!("b{}", n % 7), 5, n)));
    bench.erp.fail((0..90).map(|_| Fault::None).chain([Fault::Hang]));
    bench.deps.store = Arc::new(open());
    tokio::select! {
        report = bench.run(plan()) => panic!("{report:?}"),
        () = bench.erp.hung.notified() => {}
    }
    bench.deps.store.close().await.unwrap();
    bench.restart();
    bench.deps.store = Arc::new(open());
    let report = bench.run(plan()).await;
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!((bench.erp.made_of("sales"), bench.erp.made_of("customers")), (120, 7));
    let entries = bench.deps.store.scan(Table::Record, b"", None, 1000).unwrap();
    assert_eq!(entries.len(), 120);
    for (_, entry) in entries {
        assert_eq!(records::decode::<RecordEntry>(&entry).unwrap().status, RecordStatus::Delivered);
    }
    bench.deps.store.close().await.unwrap();
}
