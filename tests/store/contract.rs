//! What every store promises, through the trait.

use std::sync::Arc;

use flowrun::store::embedded::{self, Options};
use flowrun::store::memory::MemoryStore;
use flowrun::store::records::CursorEntry;
use flowrun::store::{Batch, MAX_KEY, MAX_VALUE, Store, StoreError, Table, key, list, read};
use jiff::Timestamp;

use crate::support::{Watched, assert_holds, numbered, options, runtime};

/// Runs the test over both implementations.
fn over_both(test: impl AsyncFn(Arc<dyn Store>)) {
    let dir = tempfile::tempdir().unwrap();
    let embedded = embedded::open(&dir.path().join("new/store"), Options::default()).unwrap();
    runtime().block_on(test(Arc::new(MemoryStore::new())));
    runtime().block_on(test(Arc::new(embedded)));
}

fn put(batch: &mut Batch, table: Table, key: &[u8], value: &[u8]) {
    batch.changes.push((table, key.to_vec(), Some(value.to_vec())));
}

#[test]
fn what_was_committed_is_read_and_tables_do_not_mix() {
    over_both(async |store| {
        let mut batch = Batch::default();
        put(&mut batch, Table::Record, b"a", b"1");
        put(&mut batch, Table::Record, b"a", b"2");
        put(&mut batch, Table::Step, b"a", b"3");
        put(&mut batch, Table::Step, b"", b"empty key");
        put(&mut batch, Table::Audit, b"b", b"");
        store.commit(batch).await.unwrap();
        assert_eq!(store.get(Table::Record, b"a").unwrap().unwrap(), b"2");
        assert_eq!(store.get(Table::Step, b"a").unwrap().unwrap(), b"3");
        assert_eq!(store.get(Table::Step, b"").unwrap().unwrap(), b"empty key");
        assert_eq!(store.get(Table::Audit, b"b").unwrap().unwrap(), b"");
        assert_eq!(store.get(Table::Run, b"a").unwrap(), None);
        store.commit(Batch::default()).await.unwrap();

        let mut batch = Batch::default();
        batch.remove(Table::Record, b"a".to_vec()).remove(Table::Record, b"never there".to_vec());
        store.commit(batch).await.unwrap();
        assert_eq!(store.get(Table::Record, b"a").unwrap(), None);
        assert!(store.get(Table::Step, b"a").unwrap().is_some());
    });
}

#[test]
fn a_scan_is_in_key_order_and_stays_below_its_prefix() {
    over_both(async |store| {
        let mut batch = Batch::default();
        for name in ["b", "a", "ab", "abc", "b0", "\u{7f}"] {
            put(&mut batch, Table::History, name.as_bytes(), name.as_bytes());
        }
        put(&mut batch, Table::History, &[0xff, 0xff], b"last");
        put(&mut batch, Table::Document, b"a", b"of the next table");
        store.commit(batch).await.unwrap();
        let keys = |prefix: &[u8], after: Option<&[u8]>, limit| {
            let pairs = store.scan(Table::History, prefix, after, limit).unwrap();
            pairs.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(keys(b"a", None, 9), [&b"a"[..], b"ab", b"abc"]);
        assert_eq!(keys(b"a", None, 2), [&b"a"[..], b"ab"]);
        assert_eq!(keys(b"a", Some(b"a"), 9), [&b"ab"[..], b"abc"]);
        assert_eq!(keys(b"b", Some(b"a"), 9), [&b"b"[..], b"b0"], "an earlier `after` changes nothing");
        assert!(keys(b"a", Some(b"b"), 9).is_empty());
        assert!(keys(b"a", None, 0).is_empty());
        assert_eq!(keys(&[0xff], None, 9), [[0xff, 0xff]]);
        assert_eq!(keys(b"", None, 99).len(), 7);
    });
}

#[test]
fn entries_come_back_as_they_were() {
    over_both(async |store| {
        let entry = CursorEntry { position: "page 7".into(), at: Timestamp::UNIX_EPOCH };
        let mut batch = Batch::default();
        batch.put(key::join(&["orders", "a"]), &entry).put(key::join(&["orders", "b"]), &entry);
        store.commit(batch).await.unwrap();
        assert_eq!(read::<CursorEntry>(store.as_ref(), &key::join(&["orders", "a"])).unwrap(), Some(entry));
        assert_eq!(list::<CursorEntry>(store.as_ref(), &key::join(&["orders"]), None, 9).unwrap().len(), 2);
    });
}

#[test]
fn what_is_too_large_is_refused_and_nothing_of_it_is_there() {
    over_both(async |store| {
        for (name, size) in [(vec![b'k'; MAX_KEY + 1], 1), (b"k".to_vec(), MAX_VALUE + 1)] {
            let mut batch = Batch::default();
            put(&mut batch, Table::Run, b"small", b"1");
            put(&mut batch, Table::Run, &name, &vec![0; size]);
            let error = store.commit(batch).await.unwrap_err();
            assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
            assert!(error.to_string().contains("run"), "{error}");
        }
        assert_eq!(store.get(Table::Run, b"small").unwrap(), None);
        let mut batch = Batch::default();
        put(&mut batch, Table::Run, &vec![b'k'; MAX_KEY], &vec![7; MAX_VALUE]);
        store.commit(batch).await.unwrap();
        assert_eq!(store.scan(Table::Run, b"k", None, 1).unwrap()[0].1.len(), MAX_VALUE);
    });
}

#[test]
fn many_tasks_commit_at_once_and_each_sees_its_own() {
    over_both(async |store| {
        let tasks = (0..64_u64).map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in (task * 10)..(task * 10 + 10) {
                    store.commit(numbered(number)).await.unwrap();
                    assert!(store.get(Table::Step, &crate::support::key(number)).unwrap().is_some());
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_holds(store.as_ref(), &(0..640).collect());
    });
}

#[test]
fn a_closed_store_says_so() {
    over_both(async |store| {
        store.commit(numbered(1)).await.unwrap();
        store.close().await.unwrap();
        store.close().await.unwrap();
        assert!(store.commit(numbered(2)).await.unwrap_err().to_string().contains("closed"));
        assert!(store.get(Table::Step, b"x").unwrap_err().to_string().contains("closed"));
        assert!(store.scan(Table::Step, b"x", None, 1).unwrap_err().to_string().contains("closed"));
    });
}

#[test]
fn concurrent_commits_share_trips_to_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Watched::new();
    let store = Arc::new(embedded::open(dir.path(), options(&disk)).unwrap());
    let before = disk.journal_syncs();
    let commits = 64 * 20;
    runtime().block_on(async {
        let tasks = (0..64_u64).map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in (task * 20)..(task * 20 + 20) {
                    store.commit(numbered(number)).await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
    let syncs = disk.journal_syncs() - before;
    assert!(syncs > 0 && syncs < commits / 4, "{syncs} syncs for {commits} commits");
}

#[test]
fn the_memory_store_fails_as_it_is_told() {
    let store = MemoryStore::new();
    let full = || StoreError::Full { path: "journal".into() };
    runtime().block_on(async {
        store.fail_next(full());
        assert_eq!(store.commit(numbered(1)).await, Err(full()));
        assert_eq!(store.get(Table::Step, &crate::support::key(1)).unwrap(), None);
        store.commit(numbered(1)).await.unwrap();
        store.die_after(1, full());
        store.commit(numbered(2)).await.unwrap();
        assert_eq!(store.commit(numbered(3)).await, Err(full()));
        assert_eq!(store.commit(numbered(4)).await, Err(full()));
        store.revive();
        store.commit(numbered(3)).await.unwrap();
        assert_eq!(store.commits(), 3);
        assert_holds(&store, &[1, 2, 3].into());
    });
}
