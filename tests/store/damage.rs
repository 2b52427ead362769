//! Files that are not what they were. What can be made anew is made anew without a word from the operator; what
//! cannot is said, with the place and with what to do, and is never passed over.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flowrun::store::embedded::{self, Options, verify};
use flowrun::store::{Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::{assert_holds, copy_dir, numbered, runtime};

/// A store with these batches, ended in order or not.
fn filled(dir: &Path, batches: u64, options: Options, in_order: bool) -> BTreeSet<u64> {
    let store = embedded::open(dir, options).unwrap();
    runtime().block_on(async {
        for number in 0..batches {
            store.commit(numbered(number)).await.unwrap();
        }
        if in_order {
            store.close().await.unwrap();
        }
    });
    (0..batches).collect()
}

fn reopened(dir: &Path, expected: &BTreeSet<u64>) {
    let store = embedded::open(dir, Options::default()).unwrap();
    assert_holds(&store, expected);
    runtime().block_on(store.close()).unwrap();
    drop(store);
    let report = verify(dir).unwrap();
    assert!(report.is_sound() && report.index == "equals base and journal", "{report}");
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir.join("index")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

fn detail(error: StoreError, file: &str) -> String {
    let StoreError::Damaged { path, detail } = error else { panic!("{error}") };
    assert!(path.ends_with(file), "{path}");
    assert!(detail.contains("import the last export"), "{detail}");
    detail
}

#[test]
fn a_damaged_index_is_made_anew_whatever_the_damage() {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(3);
    for in_order in [true, false] {
        let whole = dir.path().join(format!("whole-{in_order}"));
        let expected = filled(&whole, 150, Options::default(), in_order);
        for damage in 0..16 {
            let hurt = dir.path().join(format!("hurt-{in_order}-{damage}"));
            copy_dir(&whole, &hurt);
            let files = index_files(&hurt);
            let file = &files[rng.random_range(0..files.len())];
            let db = hurt.join("index/db");
            let length = fs::metadata(&db).unwrap().len();
            match damage {
                0 => fs::remove_dir_all(hurt.join("index")).unwrap(),
                1 => fs::remove_file(&db).unwrap(),
                2 => fs::write(hurt.join("index/snap.0000000000000001.generating"), b"").unwrap(),
                3 => fs::write(hurt.join("index/snap.00000000000fffff"), b"cut short").unwrap(),
                4 => fs::write(hurt.join("index/conf"), b"not a configuration").unwrap(),
                5 => fs::File::options().write(true).open(&db).unwrap().set_len(length / 2).unwrap(),
                6 => fs::write(&db, vec![0; usize::try_from(length).unwrap()]).unwrap(),
                7 => fs::write(hurt.join("index.state"), b"{").unwrap(),
                _ => {
                    let size = fs::metadata(file).unwrap().len();
                    flip(file, rng.random_range(0..usize::try_from(size).unwrap()));
                }
            }
            reopened(&hurt, &expected);
        }
    }
}

#[test]
fn an_index_that_opens_well_and_says_something_else_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    for in_order in [true, false] {
        let (ours, theirs) = (dir.path().join(format!("a-{in_order}")), dir.path().join(format!("b-{in_order}")));
        let expected = filled(&ours, 50, Options::default(), in_order);
        // The same number of frames, but other ones.
        let store = embedded::open(&theirs, Options::default()).unwrap();
        runtime().block_on(async {
            for number in 1_000..1_050 {
                store.commit(numbered(number)).await.unwrap();
            }
            store.close().await.unwrap();
        });
        drop(store);
        fs::remove_dir_all(ours.join("index")).unwrap();
        copy_dir(&theirs.join("index"), &ours.join("index"));
        reopened(&ours, &expected);
    }
}

#[test]
fn entries_that_vanish_from_the_index_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let expected = filled(&whole, 2_500, Options { checkpoint_bytes: 64 << 10, ..Options::default() }, true);
    let mut rng = StdRng::seed_from_u64(11);
    for (round, in_order) in [true, false, true, false, true, false].into_iter().enumerate() {
        let hurt = dir.path().join(format!("hurt-{round}"));
        copy_dir(&whole, &hurt);
        let db = hurt.join("index/db");
        let mut bytes = fs::read(&db).unwrap();
        let used: Vec<usize> =
            (0..bytes.len() / 512).filter(|b| bytes[b * 512..][..512].iter().any(|b| *b != 0)).collect();
        for _ in 0..3 {
            bytes[used[rng.random_range(0..used.len())] * 512..][..512].fill(0);
        }
        fs::write(&db, bytes).unwrap();
        if !in_order {
            let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
            fs::write(hurt.join("index.state"), format!("{{\"boot\":\"{}\",\"clean\":null}}", boot.trim())).unwrap();
        }
        reopened(&hurt, &expected);
    }
}

#[test]
fn an_index_that_fails_while_in_use_is_made_anew_by_the_next_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected = filled(dir.path(), 2_500, Options::default(), true);
    let store = embedded::open(dir.path(), Options { cache_bytes: 1 << 10, ..Options::default() }).unwrap();
    let db = dir.path().join("index/db");
    let length = usize::try_from(fs::metadata(&db).unwrap().len()).unwrap();
    fs::write(&db, vec![0; length]).unwrap();
    let read = |number: u64| store.get(flowrun::store::Table::Step, &crate::support::key(number));
    let error = (0..2_500).find_map(|number| read(number).err()).expect("nothing was read from the file");
    assert!(error.to_string().contains("Nothing is lost"), "{error}");
    runtime().block_on(store.commit(numbered(9_000))).unwrap();
    expected.insert(9_000);
    assert_holds(&store, &expected);
    drop(store);
    reopened(dir.path(), &expected);
}

#[test]
fn an_unfinished_write_at_the_end_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let expected = filled(&whole, 20, Options::default(), false);
    let journal = fs::read(whole.join("journal-0.log")).unwrap();
    let tails = [vec![0; 5000], b"\xf1FRM".to_vec(), journal[200..333].to_vec(), vec![0xff; 33]];
    for (number, tail) in tails.into_iter().enumerate() {
        let torn = dir.path().join(format!("torn-{number}"));
        copy_dir(&whole, &torn);
        let mut bytes = journal.clone();
        bytes.extend(tail);
        fs::write(torn.join("journal-0.log"), bytes).unwrap();
        assert!(verify(&torn).unwrap().torn_bytes > 0);
        reopened(&torn, &expected);
        assert_eq!(verify(&torn).unwrap().torn_bytes, 0);
    }
}

#[test]
fn a_damaged_frame_with_good_ones_behind_it_is_an_error_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 20, Options::default(), true);
    let path = dir.path().join("journal-0.log");
    let whole = fs::read(&path).unwrap();
    for at in [64, 70, 90, whole.len() / 2] {
        fs::write(&path, &whole).unwrap();
        flip(&path, at);
        let said = detail(embedded::open(dir.path(), Options::default()).unwrap_err(), "journal-0.log");
        assert!(said.contains("follows at offset"), "{said}");
        let report = verify(dir.path()).unwrap();
        assert!(!report.is_sound() && report.to_string().contains("follows at offset"), "{report}");
    }
    // Nothing was changed by looking: with the file put back all is well.
    fs::write(&path, &whole).unwrap();
    reopened(dir.path(), &(0..20).collect());
}

#[test]
fn an_acknowledged_last_frame_that_is_lost_is_noticed() {
    for in_order in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path(), 20, Options::default(), in_order);
        let path = dir.path().join("journal-0.log");
        let length = fs::metadata(&path).unwrap().len();
        flip(&path, usize::try_from(length).unwrap() - 3);
        let said = detail(embedded::open(dir.path(), Options::default()).unwrap_err(), "journal-0.log");
        assert!(said.contains("frame 20 had been written"), "{said}");
    }
}

#[test]
fn files_that_are_missing_or_do_not_belong_together_are_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    filled(&whole, 200, Options { checkpoint_bytes: 4 << 10, ..Options::default() }, true);
    let report = verify(&whole).unwrap();
    let (base, journal) = (report.base.unwrap().name, report.journals[0].name.clone());
    type Damage<'a> = &'a dyn Fn(&Path);
    let damages: [(&str, Damage); 5] = [
        ("base", &|dir| fs::remove_file(dir.join(&base)).unwrap()),
        ("journal", &|dir| fs::remove_file(dir.join(&journal)).unwrap()),
        ("header", &|dir| flip(&dir.join(&journal), 20)),
        ("empty", &|dir| fs::write(dir.join(&journal), b"").unwrap()),
        ("base header", &|dir| flip(&dir.join(&base), 17)),
    ];
    for (name, damage) in damages {
        let hurt = dir.path().join(name);
        copy_dir(&whole, &hurt);
        damage(&hurt);
        let error = embedded::open(&hurt, Options::default()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{name}: {error}");
        assert!(!verify(&hurt).unwrap().is_sound(), "{name}");
    }
}

#[test]
fn a_damaged_base_is_noticed_before_anything_is_made_of_it() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 200, Options { checkpoint_bytes: 4 << 10, ..Options::default() }, true);
    let base = verify(dir.path()).unwrap().base.unwrap();
    let path = dir.path().join(&base.name);
    let whole = fs::read(&path).unwrap();
    for at in [40, whole.len() / 2, whole.len() - 40, whole.len() - 1] {
        fs::write(&path, &whole).unwrap();
        flip(&path, at);
        assert!(!verify(dir.path()).unwrap().is_sound(), "byte {at}");
        let boot = Some("another, so that the index has to be made anew".into());
        let _ = fs::remove_file(dir.path().join("index.state"));
        let error = embedded::open(dir.path(), Options { boot, ..Options::default() }).unwrap_err();
        detail(error, &base.name);
    }
    fs::write(&path, &whole[..whole.len() - 7]).unwrap();
    detail(embedded::open(dir.path(), Options::default()).unwrap_err(), &base.name);
    fs::write(&path, &whole).unwrap();
    reopened(dir.path(), &(0..200).collect());
}

#[test]
fn looking_at_no_store_is_an_error_and_makes_none() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    assert!(verify(&nowhere).is_err());
    assert!(!nowhere.exists());
}
