//! The power goes: what is left is what was forced to the disk, and of everything else anything.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use flowrun::store::Store;
use flowrun::store::embedded::{self, Options};

use crate::support::{Watched, assert_holds, numbered, options, repeats, runtime};

/// Commits with several tasks until the power is cut before call number `at`; gives what was acknowledged by then.
fn cut(seed: u64, at: u64, closes: bool) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let (live, left) = (dir.path().join("live"), dir.path().join("left"));
    let disk = Watched::new();
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let survivors = disk.cut_power(at, seed, &live, &left, &acknowledged);
    let options = Options { checkpoint_bytes: 8 << 10, ..options(&disk) };
    let store = Arc::new(embedded::open(&live, options).unwrap());
    let rounds = if closes { 12 } else { 60 };
    runtime().block_on(async {
        let tasks = (0..4).map(|task| {
            let (store, acknowledged) = (Arc::clone(&store), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                for number in (task..).step_by(4).take(rounds) {
                    store.commit(numbered(number)).await.unwrap();
                    acknowledged.lock().unwrap().insert(number);
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        store.close().await.unwrap();
    });
    let Some(survivors) = survivors.lock().unwrap().take() else {
        assert!(disk.calls() < at);
        return 0;
    };
    let other = || Options { boot: Some("the next boot".into()), ..Options::default() };
    let store = embedded::open(&left, other()).unwrap_or_else(|error| panic!("seed {seed}, call {at}: {error}"));
    assert_holds(&store, &survivors);
    // And it goes on from there.
    runtime().block_on(async {
        store.commit(numbered(9_999)).await.unwrap();
        store.close().await.unwrap();
    });
    drop(store);
    let store = embedded::open(&left, other()).unwrap();
    assert_holds(&store, &survivors.iter().copied().chain([9_999]).collect());
    survivors.len()
}

#[test]
fn every_acknowledged_change_survives_a_power_cut_at_any_call() {
    // From the very first call, through the making of the store and of bases, to the end.
    let cuts = repeats("FLOWRUN_TEST_POWER_CUTS", 60);
    let seen: usize = (0..cuts).map(|seed| cut(seed, 1 + seed * 5 % 331, false)).sum();
    assert!(seen > 500, "the cuts came too early to show anything: {seen}");
}

#[test]
fn a_power_cut_while_the_store_is_closed_loses_nothing() {
    for seed in 0..20 {
        cut(seed, 40 + seed * 3, true);
    }
}
