//! Checkpoints keep the directory small and the start short, while commits go on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use flowrun::store::embedded::{self, Options, verify};
use flowrun::store::{Batch, Store, Table};

use crate::support::{assert_holds, numbered, runtime};

fn small() -> Options {
    Options { checkpoint_bytes: 16 << 10, ..Options::default() }
}

fn bytes_of_truth(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    files.filter(|f| f.file_type().unwrap().is_file()).map(|f| f.metadata().unwrap().len()).sum()
}

#[test]
fn overwriting_and_removing_does_not_grow_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = embedded::open(dir.path(), small()).unwrap();
    runtime().block_on(async {
        for number in 0..3_000_u64 {
            let mut batch = Batch::default();
            let name = |number: u64| format!("letter/{number}").into_bytes();
            batch.changes.push((Table::DeadLetter, name(number), Some(vec![b'x'; 200])));
            batch.changes.push((Table::Cursor, b"flow".to_vec(), Some(vec![b'y'; 100])));
            if number >= 20 {
                batch.remove(Table::DeadLetter, name(number - 20));
            }
            store.commit(batch).await.unwrap();
        }
        store.close().await.unwrap();
    });
    let written = 3_000 * 300;
    let bytes = bytes_of_truth(dir.path());
    assert!(bytes < written / 4, "{bytes} bytes are left of {written}");
    let report = verify(dir.path()).unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.entries["dead_letter"], 20);
    assert_eq!(report.entries["cursor"], 1);
    assert!(report.to_string().contains("dead_letter: 20"), "{report}");
    assert_eq!(serde_json::to_value(&report).unwrap()["entries"]["dead_letter"], 20);
}

#[test]
fn what_was_removed_does_not_come_back_from_a_base() {
    let dir = tempfile::tempdir().unwrap();
    let mut kept = BTreeSet::new();
    for round in 0..6_u64 {
        let store = Arc::new(embedded::open(dir.path(), small()).unwrap());
        runtime().block_on(async {
            for number in round * 100..round * 100 + 100 {
                store.commit(numbered(number)).await.unwrap();
            }
            for number in (round * 100..round * 100 + 100).filter(|number| number % 3 != 0) {
                let mut batch = Batch::default();
                for table in crate::support::PARTS {
                    batch.remove(table, crate::support::key(number));
                }
                store.commit(batch).await.unwrap();
            }
            kept.extend((round * 100..round * 100 + 100).filter(|number| number % 3 == 0));
            if round % 2 == 0 {
                store.close().await.unwrap();
            }
        });
        drop(store);
        if round % 3 == 2 {
            fs::remove_dir_all(dir.path().join("index")).unwrap();
        }
        let store = embedded::open(dir.path(), small()).unwrap();
        assert_holds(&store, &kept);
        assert_eq!(store.scan(Table::Step, b"order/", None, 9_999).unwrap().len(), kept.len());
    }
    assert!(verify(dir.path()).unwrap().base.is_some());
}
