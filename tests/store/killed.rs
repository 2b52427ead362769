//! Processes that die: the tests start themselves again as the process that will be killed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use flowrun::store::embedded::{self, Disk, Options, verify};
use flowrun::store::{Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::{assert_holds, numbered, repeats, runtime};

const CHILD: &str = "FLOWRUN_TEST_CHILD";
const DIES_AT: &str = "FLOWRUN_TEST_DIES_AT";
/// Small enough that a child that lives a moment makes several bases.
const CHECKPOINT: u64 = 24 << 10;

/// Starts this test binary as the process that commits from `first` on.
fn start(dir: &Path, first: u64, dies_at: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--nocapture", "--include-ignored"])
        .env(CHILD, format!("{}|{first}", dir.display()))
        .env(DIES_AT, dies_at)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Dies by itself at a step of a checkpoint, without any farewell.
#[derive(Debug)]
struct Dies {
    at: String,
}

impl Disk for Dies {
    fn reached(&self, step: &'static str) {
        if step == self.at {
            std::process::abort();
        }
    }
}

/// Not a test: what the others start.
#[test]
#[ignore = "the process that the other tests kill"]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (dir, first) = task.rsplit_once('|').unwrap();
    let first: u64 = first.parse().unwrap();
    let at = std::env::var(DIES_AT).unwrap_or_default();
    let options = Options { disk: Arc::new(Dies { at }), checkpoint_bytes: CHECKPOINT, ..Options::default() };
    let store = Arc::new(embedded::open(Path::new(dir), options).unwrap());
    println!("\nOPEN");
    runtime().block_on(async {
        let tasks = (0..8).map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for number in (first + task..).step_by(8).take(2_400) {
                    store.commit(numbered(number)).await.unwrap();
                    println!("\nACK {number}");
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

/// Reads acknowledgements until `enough`, kills, and takes what was still in the pipe.
fn reap(mut child: Child, enough: usize, acknowledged: &mut BTreeSet<u64>) {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut take = |line: &str| match line.strip_prefix("ACK ") {
        // The last line may be cut short, and then its number would be another.
        Some(number) if number.len() == 7 => acknowledged.insert(number.parse().unwrap()),
        _ => false,
    };
    let mut seen = 0;
    while seen < enough {
        let Some(line) = lines.next() else { break };
        seen += usize::from(take(&line));
    }
    child.kill().unwrap();
    lines.for_each(|line| {
        take(&line);
    });
    child.wait().unwrap();
}

#[test]
fn kills_at_any_moment_lose_nothing_and_tear_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(7);
    let mut acknowledged = BTreeSet::new();
    let mut first = 1_000_000;
    for round in 0..repeats("FLOWRUN_TEST_KILLS", 35) {
        let child = start(dir.path(), first, "");
        reap(child, rng.random_range(1..150), &mut acknowledged);
        // The next one opens the store as it was left; every few rounds it is looked at in between.
        if round % 6 == 5 {
            let store = embedded::open(dir.path(), Options::default()).unwrap();
            assert_holds(&store, &acknowledged);
            if round % 12 == 5 {
                runtime().block_on(store.close()).unwrap();
            }
        }
        first += 20_000;
    }
    assert!(acknowledged.len() > 500, "only {} commits were seen", acknowledged.len());
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    assert_holds(&store, &acknowledged);
    runtime().block_on(store.close()).unwrap();
    let report = verify(dir.path()).unwrap();
    assert!(report.is_sound() && report.index == "equals base and journal", "{report}");
    assert!(report.base.is_some(), "no checkpoint was made: {report}");
}

#[test]
fn dying_at_any_step_of_a_checkpoint_loses_nothing() {
    for step in ["journal begun", "base written", "base synced", "base renamed", "base durable", "old file removed"] {
        let dir = tempfile::tempdir().unwrap();
        let mut acknowledged = BTreeSet::new();
        for round in 1..=2 {
            reap(start(dir.path(), round * 1_000_000, step), usize::MAX, &mut acknowledged);
            let store = embedded::open(dir.path(), Options::default()).unwrap();
            assert_holds(&store, &acknowledged);
        }
        assert!(acknowledged.len() > 50, "{step}: only {} commits were seen", acknowledged.len());
    }
}

#[test]
fn a_second_process_is_told_who_has_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = start(dir.path(), 1_000_000, "");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while lines.next().unwrap().unwrap() != "OPEN" {}
    let error = embedded::open(dir.path(), Options::default()).unwrap_err();
    let verified = verify(dir.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let expected = StoreError::InUse { path: dir.path().display().to_string(), pid: Some(child.id()) };
    assert_eq!(error, expected);
    assert_eq!(verified.unwrap_err(), expected);
    // A killed process holds nothing.
    embedded::open(dir.path(), Options::default()).unwrap();
}
