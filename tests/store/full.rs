//! No room, and disks that answer with errors: what fails is not there, what was acknowledged stays, and it goes on
//! when it can.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use flowrun::store::embedded::{self, Options};
use flowrun::store::{Batch, Store, StoreError, Table};

use crate::support::{Watched, assert_holds, numbered, options, runtime};

#[test]
fn a_full_disk_fails_the_commit_whole_and_later_ones_succeed_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Watched::new();
    let store = embedded::open(dir.path(), options(&disk)).unwrap();
    let mut held = BTreeSet::new();
    runtime().block_on(async {
        for (number, room) in (0..60_u64).map(|n| (n, n * 20)) {
            disk.set_room(Some(room));
            match store.commit(numbered(number)).await {
                Ok(()) => drop(held.insert(number)),
                Err(StoreError::Full { path }) => assert!(path.ends_with("journal-0.log"), "{path}"),
                Err(other) => panic!("{other}"),
            }
            assert_holds(&store, &held);
        }
        disk.set_room(None);
        store.commit(numbered(100)).await.unwrap();
        held.insert(100);
    });
    assert!(held.len() > 3 && held.len() < 50, "{}", held.len());
    drop(store);
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    assert_holds(&store, &held);
    let keys = store.scan(Table::Step, b"order/", None, 999).unwrap();
    assert_eq!(keys.len(), held.len(), "a failed commit came back");
}

#[test]
fn a_full_disk_that_is_noticed_only_when_syncing_is_no_different() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Watched::new();
    let store = embedded::open(dir.path(), options(&disk)).unwrap();
    runtime().block_on(async {
        store.commit(numbered(1)).await.unwrap();
        disk.fail_syncs(1, ErrorKind::StorageFull);
        let error = store.commit(numbered(2)).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        store.commit(numbered(3)).await.unwrap();
    });
    drop(store);
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    assert_holds(&store, &[1, 3].into());
    assert_eq!(store.scan(Table::Step, b"", None, 9).unwrap().len(), 2);
}

#[test]
fn after_a_sync_that_failed_for_another_reason_nothing_is_written_until_a_restart() {
    // Once a sync has failed, the system may have dropped what it could not write, and the next sync says nothing.
    // The same when the taking back cannot be forced to a full disk.
    for (times, kind) in [(1, ErrorKind::Other), (2, ErrorKind::Other), (2, ErrorKind::StorageFull)] {
        let dir = tempfile::tempdir().unwrap();
        let disk = Watched::new();
        let store = embedded::open(dir.path(), options(&disk)).unwrap();
        runtime().block_on(async {
            store.commit(numbered(1)).await.unwrap();
            disk.fail_syncs(times, kind);
            let error = store.commit(numbered(2)).await.unwrap_err();
            assert!(error.to_string().contains("until flowrun starts again"), "{error}");
            assert!(store.commit(numbered(3)).await.is_err());
        });
        assert_holds(&store, &[1].into());
        assert_eq!(store.get(Table::Step, &crate::support::key(2)).unwrap(), None);
        drop(store);
        let store = embedded::open(dir.path(), Options::default()).unwrap();
        assert_holds(&store, &[1].into());
        runtime().block_on(store.commit(numbered(4))).unwrap();
        assert_holds(&store, &[1, 4].into());
    }
}

#[test]
fn a_write_that_cannot_be_taken_back_stops_all_writing() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Watched::new();
    let store = embedded::open(dir.path(), options(&disk)).unwrap();
    runtime().block_on(async {
        store.commit(numbered(1)).await.unwrap();
        disk.set_room(Some(40));
        disk.fail_truncate(true);
        let error = store.commit(numbered(2)).await.unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
        disk.set_room(None);
        disk.fail_truncate(false);
        assert_eq!(store.commit(numbered(3)).await, Err(error));
        // What is there can still be read, so that a run can end and report.
        assert_holds(&store, &[1].into());
        store.close().await.unwrap();
    });
    drop(store);
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    assert_holds(&store, &[1].into());
    assert_eq!(store.scan(Table::Step, b"", None, 9).unwrap().len(), 1);
}

#[test]
fn a_checkpoint_without_room_is_tried_again_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Watched::new();
    let store = embedded::open(dir.path(), Options { checkpoint_bytes: 4 << 10, ..options(&disk) }).unwrap();
    let held: BTreeSet<u64> = (0..120).collect();
    runtime().block_on(async {
        for number in 0..40 {
            store.commit(numbered(number)).await.unwrap();
        }
        // The journal fits from time to time, the larger base does not.
        for number in 40..80 {
            disk.set_room(Some(1500));
            while store.commit(numbered(number)).await.is_err() {
                disk.set_room(Some(1500));
            }
        }
        disk.set_room(None);
        for number in 80..120 {
            store.commit(numbered(number)).await.unwrap();
        }
        store.close().await.unwrap();
    });
    drop(store);
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    assert_holds(&store, &held);
    let drafts = fs::read_dir(dir.path())
        .unwrap()
        .filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "tmp"));
    assert_eq!(drafts.count(), 0);
}

/// On a real file system of 8 MiB or so, where sled runs out of room as well as the journal:
/// `mount -t tmpfs -o size=8m none DIR; FLOWRUN_TEST_SMALL_DISK=DIR cargo test --test store small -- --ignored`.
#[test]
#[ignore = "needs a small file system"]
fn a_really_small_disk() {
    let Ok(dir) = std::env::var("FLOWRUN_TEST_SMALL_DISK") else { return };
    // With less and less room to begin with it is the journal that meets the end, or the index, or both.
    for ballast in (2_000..6_500).step_by(250) {
        small_disk(Path::new(&dir), ballast << 10);
    }
}

fn small_disk(dir: &Path, ballast_bytes: usize) {
    let path = dir.join(format!("store-{ballast_bytes}"));
    let ballast = dir.join("ballast");
    let store = Arc::new(embedded::open(&path, Options::default()).unwrap());
    fs::write(&ballast, vec![1; ballast_bytes]).unwrap();
    let mut held = BTreeSet::new();
    let mut failures = std::collections::BTreeMap::<String, u32>::new();
    let filler = |number: u64| {
        let mut batch = numbered(number);
        let noise: Vec<u8> = (0..12_000_u64).map(|n| (n.wrapping_mul(number + 7) >> 3) as u8).collect();
        batch.append(Batch { changes: vec![(Table::Run, number.to_be_bytes().to_vec(), Some(noise))] });
        batch
    };
    runtime().block_on(async {
        for number in 0..500 {
            if number % 150 == 149 {
                // sled writes what it holds back when it likes; it shall do so while there is no room.
                tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
            }
            match store.commit(filler(number)).await {
                Ok(()) => drop(held.insert(number)),
                Err(StoreError::Full { path }) => {
                    *failures.entry(path.rsplit('/').next().unwrap().to_string()).or_default() += 1;
                }
                Err(other) => panic!("ballast {ballast_bytes}, batch {number}: {other}"),
            }
        }
        println!("ballast {ballast_bytes}: {} committed, refused {failures:?}", held.len());
        assert!(!failures.is_empty());
        fs::remove_file(&ballast).unwrap();
        for number in 500..520 {
            store.commit(filler(number)).await.unwrap();
            held.insert(number);
        }
    });
    assert_holds(store.as_ref(), &held);
    drop(store);
    let store = embedded::open(&path, Options::default()).unwrap();
    assert_holds(&store, &held);
    assert_eq!(store.scan(Table::Step, b"order/", None, 999).unwrap().len(), held.len());
    drop(store);
    fs::remove_dir_all(&path).unwrap();
}
