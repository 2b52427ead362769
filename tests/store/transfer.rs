//! Out of one store and into another, bit for bit or not at all.

use std::fs;
use std::path::Path;

use flowrun::store::embedded::{self, Options, export, import, verify};
use flowrun::store::seal::{KEY_FILE, Sealer};
use flowrun::store::{Batch, Pair, Store, Table};
use sha2::{Digest, Sha256};

use crate::support::{numbered, runtime};

fn contents(dir: &Path) -> Vec<Vec<Pair>> {
    let store = embedded::open(dir, Options::default()).unwrap();
    let contents = Table::ALL.map(|table| store.scan(table, b"", None, usize::MAX).unwrap()).to_vec();
    runtime().block_on(store.close()).unwrap();
    contents
}

/// A store with a base, a journal and values of all kinds.
fn source(dir: &Path) {
    let store = embedded::open(dir, Options { checkpoint_bytes: 8 << 10, ..Options::default() }).unwrap();
    runtime().block_on(async {
        for number in 0..120 {
            store.commit(numbered(number)).await.unwrap();
        }
        let mut batch = Batch::default();
        let odd: [&[u8]; 9] = [
            b"",
            b"\x01",
            b"\x01null",
            b"\x01{\"a\": 1}",
            b"\x01{\"big\":18446744073709551615,\"small\":0.1,\"minus\":-5}",
            b"\x01{\"twice\":1,\"twice\":2}",
            b"\x01\"\\u0041\"",
            b"\x02{\"a\":1}",
            &[0xff; 40],
        ];
        for (number, value) in odd.into_iter().enumerate() {
            batch.changes.push((Table::Audit, vec![0, number as u8, 0xff], Some(value.to_vec())));
        }
        batch.remove(Table::Step, crate::support::key(5));
        store.commit(batch).await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn an_export_makes_the_same_store_again() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    source(&from);
    let mut text = Vec::new();
    let exported = export(&from, &mut text).unwrap();
    // With what a machine has anyway: all lines but the last, and sha256sum.
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let digest: String = Sha256::digest(&text[..last]).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(exported.sha256, digest);
    assert_eq!(exported.entries, 120 * 3 - 1 + 1 + 9);
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        serde_json::from_slice::<serde_json::Value>(line).unwrap();
    }
    let readable = String::from_utf8(text.clone()).unwrap();
    assert!(readable.contains("\"value\":{\"number\":119,"), "an entry is shown as JSON");

    fs::create_dir(&to).unwrap();
    Sealer::for_store(&to, None).unwrap();
    assert_eq!(import(&mut text.as_slice(), &to).unwrap(), exported);
    assert!(verify(&to).unwrap().is_sound());
    assert_eq!(contents(&to), contents(&from));
    let mut again = Vec::new();
    assert_eq!(export(&to, &mut again).unwrap().entries, exported.entries);
    let lines = |text: &[u8]| text.split(|b| *b == b'\n').skip(1).map(<[u8]>::to_vec).collect::<Vec<_>>();
    assert_eq!(lines(&again)[..369], lines(&text)[..369]);

    // And it is a store like any other.
    let store = embedded::open(&to, Options::default()).unwrap();
    runtime().block_on(store.commit(numbered(7_000))).unwrap();
    drop(store);
    assert_eq!(contents(&to)[2].len(), 120);
}

#[test]
fn an_export_that_was_changed_or_cut_is_refused_and_nothing_is_made_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("from");
    source(&from);
    let mut text = Vec::new();
    export(&from, &mut text).unwrap();
    let whole = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let without = |at: usize| lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, l)| *l).collect::<String>();
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(3, 4);
        lines.concat()
    };
    let manipulated = [
        ("a value", whole.replacen("\"number\":7,", "\"number\":8,", 1)),
        ("a key", whole.replacen("\"key\":\"6f", "\"key\":\"6e", 1)),
        ("a line out", without(9)),
        ("no end", without(lines.len() - 1)),
        ("no beginning", without(0)),
        ("another order", swapped),
        ("cut", whole[..whole.len() / 2].to_string()),
        ("more", format!("{whole}{}", lines[5])),
        ("newer", whole.replacen("\"flowrun_export\":1", "\"flowrun_export\":2", 1)),
        ("table", whole.replacen("\"table\":\"step\"", "\"table\":\"stepp\"", 1)),
        ("not text", whole.replacen("\"key\":\"6f", "\"key\":\"zz", 1)),
        ("nothing", String::new()),
    ];
    for (name, text) in manipulated {
        assert_ne!(text, whole, "{name} was not manipulated");
        let to = dir.path().join(name);
        let error = import(&mut text.as_bytes(), &to).unwrap_err();
        assert!(error.to_string().contains("Nothing was imported"), "{name}: {error}");
        let left: Vec<_> = fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["LOCK"], "{name}");
        import(&mut whole.as_bytes(), &to).unwrap();
    }
}

#[test]
fn an_import_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let from = dir.path().join("from");
    source(&from);
    let mut text = Vec::new();
    export(&from, &mut text).unwrap();
    let before = contents(&from);
    let error = import(&mut text.as_slice(), &from).unwrap_err();
    assert!(error.to_string().contains("empty directory"), "{error}");
    assert_eq!(contents(&from), before);
}

#[test]
fn the_key_for_buyer_data_is_in_no_export() {
    let dir = tempfile::tempdir().unwrap();
    source(dir.path());
    let sealer = Sealer::for_store(dir.path(), None).unwrap();
    let store = embedded::open(dir.path(), Options::default()).unwrap();
    let mut batch = Batch::default();
    batch.changes.push((Table::DeadLetter, b"1".to_vec(), Some(sealer.seal(b"Ada Lovelace"))));
    runtime().block_on(store.commit(batch)).unwrap();
    drop(store);
    let mut text = Vec::new();
    export(dir.path(), &mut text).unwrap();
    let key = fs::read_to_string(dir.path().join(KEY_FILE)).unwrap();
    assert!(!String::from_utf8(text).unwrap().contains(key.trim()));
}
