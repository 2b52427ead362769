//! The figures in the decision document. Not a test: `cargo test --test store measure -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use flowrun::store::embedded::{self, Options, verify};
use flowrun::store::{Batch, Store, Table};

use crate::support::{Watched, key, numbered, options, runtime};

#[test]
#[ignore = "measures, asserts nothing"]
fn measure() {
    let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    let disk = Watched::new();
    let store = Arc::new(embedded::open(&dir.path().join("a"), options(&disk)).unwrap());
    let runtime = runtime();
    runtime.block_on(async {
        let started = Instant::now();
        for number in 0..2_000 {
            store.commit(numbered(number)).await.unwrap();
        }
        println!("one by one: {:.0} commits/s", 2_000.0 / started.elapsed().as_secs_f64());

        let (syncs, started) = (disk.journal_syncs(), Instant::now());
        let tasks = (0..64_u64).map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in 0..400 {
                    store.commit(numbered(10_000 + task * 400 + number)).await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let commits = 64.0 * 400.0;
        println!(
            "64 at once: {:.0} commits/s, {:.1} per sync",
            commits / started.elapsed().as_secs_f64(),
            commits / (disk.journal_syncs() - syncs) as f64
        );
        let started = Instant::now();
        for number in 0..50_000 {
            store.get(Table::Step, &key(10_000 + number * 7 % 25_600)).unwrap().unwrap();
        }
        println!("get: {:.0} per second", 50_000.0 / started.elapsed().as_secs_f64());
    });
    drop(store);

    let path = dir.path().join("b");
    let store = embedded::open(&path, Options::default()).unwrap();
    runtime.block_on(async {
        for chunk in 0..200_u64 {
            let mut batch = Batch::default();
            for number in chunk * 1_000..chunk * 1_000 + 1_000 {
                batch.changes.push((Table::Record, key(number), Some(vec![b'x'; 200])));
            }
            store.commit(batch).await.unwrap();
        }
        let started = Instant::now();
        store.close().await.unwrap();
        println!("close with 200,000 entries: {:?}", started.elapsed());
    });
    drop(store);
    let opened = |what: &str, options: Options| {
        let started = Instant::now();
        let store = embedded::open(&path, options).unwrap();
        println!("open, {what}: {:?}", started.elapsed());
        store
    };
    let store = opened("closed in order", Options::default());
    runtime.block_on(store.commit(numbered(1))).unwrap();
    drop(store);
    drop(opened("killed, compared entry by entry", Options::default()));
    drop(opened("after a power cut, index made anew", Options { boot: Some("next".into()), ..Options::default() }));
    let started = Instant::now();
    let sound = verify(&path).unwrap().is_sound();
    println!("verify: {:?}, sound: {sound}", started.elapsed());
}
