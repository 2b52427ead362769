//! The store as operators handle it.

use std::path::Path;

use flowrun::store::embedded;

use crate::support::{Place, files};

#[test]
fn a_store_is_verified_carried_elsewhere_and_goes_on_there() {
    let place = Place::new();
    place.mend();
    place.flowrun("run flows/buyers.flow --env sandbox").expect(0);
    let report = place.flowrun("store verify .flowrun/sandbox --format json").expect(0).json();
    assert_eq!(report["sound"], true);
    assert!(report["entries"]["record"].as_u64().unwrap() >= 55, "{report}");
    place.flowrun("store verify .flowrun/sandbox").expect(0).says("sound");
    place.flowrun("store export .flowrun/sandbox -o out.jsonl").expect(0).says("sha256");
    let to_stdout = place.flowrun("store export .flowrun/sandbox").expect(0);
    assert!(to_stdout.out == std::fs::read_to_string(place.path("out.jsonl")).unwrap());
    place.flowrun("store import out.jsonl .flowrun/copy").expect(0);
    let copied = place.flowrun("store export .flowrun/copy").expect(0);
    // The first line numbers the store's last write, and the last one counts that line in.
    let entries =
        |text: &str| text.lines().filter(|line| line.contains("\"table\"")).map(str::to_owned).collect::<Vec<_>>();
    assert!(entries(&copied.out) == entries(&to_stdout.out) && entries(&copied.out).len() > 100);
    place.flowrun("store import out.jsonl .flowrun/copy").expect(2);
    place.flowrun("store import nothing.jsonl .flowrun/new").expect(2).says("nothing.jsonl");
    for command in ["verify", "export"] {
        place.flowrun(&format!("store {command} nowhere")).expect(2).says("there is no store nowhere");
    }
    // The ledger knows all that was done, wherever it is.
    std::fs::rename(place.path(".flowrun/sandbox-remote"), place.path(".flowrun/copy-remote")).unwrap();
    let run = "run flows/buyers.flow --env sandbox --store .flowrun/copy --since 2020-01-01T00:00:00Z --format json";
    assert_eq!(place.flowrun(run).expect(0).json()["counts"]["writes"], 0);
}

#[test]
fn damage_is_found_and_said() {
    let place = Place::new();
    place.flowrun("run flows/buyers.flow --env sandbox").expect(1);
    let is_journal = |path: &&std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("journal");
    let found = files(&place.path(".flowrun/sandbox"));
    let journal = found.iter().find(is_journal).unwrap();
    let mut bytes = std::fs::read(journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(journal, bytes).unwrap();
    place.flowrun("store verify .flowrun/sandbox").expect(2).says("damaged");
    let report = place.flowrun("store verify .flowrun/sandbox --format json").expect(2);
    assert_eq!(report.json()["sound"], false);
    place.flowrun("run flows/buyers.flow --env sandbox").expect(2).says("damaged");
}

#[test]
fn a_second_process_is_told_who_has_the_store() {
    let place = Place::new();
    let held = embedded::open(Path::new(&place.path(".flowrun/sandbox")), embedded::Options::default()).unwrap();
    let mine = std::process::id().to_string();
    for words in ["run flows/buyers.flow --env sandbox", "runs --env sandbox", "store verify .flowrun/sandbox"] {
        let said = place.flowrun(words).expect(2);
        assert!(said.err.contains("in use by process") && said.err.contains(&mine), "{}", said.err);
    }
    drop(held);
    place.flowrun("run flows/buyers.flow --env sandbox").expect(1);
}

#[test]
fn the_key_of_sealed_records_may_come_from_the_environment() {
    let place = Place::new();
    let key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let run = |words: &str, key: &str| {
        crate::support::Said::of(&place.command(words).env("FLOWRUN_STORE_KEY", key).output().unwrap())
    };
    let said = run("run flows/buyers.flow --env sandbox --format json", key).expect(1);
    let id = said.json()["dead_letters"][0]["id"].as_str().unwrap().to_owned();
    assert!(!place.path(".flowrun/sandbox/seal.key").exists());
    let show = format!("dead-letters show {id} --env sandbox --record");
    run(&show, key).expect(0).says("orderItems");
    let other = run(&show, &key.replace("00", "01")).expect(2);
    assert!(!other.err.contains(key) && !other.out.contains("orderItems"), "{}", other.err);
    run(&show, "short").expect(2).says("64 hexadecimal digits");
}
