//! The sandbox as a program of its own, and runs against it.

use std::io::{BufRead, BufReader};
use std::process::Child;

use crate::support::{Place, ended, signal};

/// A sandbox, and the line that it printed.
fn serve(place: &Place, words: &str) -> (Child, String) {
    let mut child = place.start(&format!("sandbox --orders 60 {words}"));
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

#[test]
fn a_run_uses_a_sandbox_that_runs_elsewhere() {
    let place = Place::new();
    place.mend();
    // Orders of the last two minutes are not told yet, so the shop's clock is what the run has to go by.
    let (child, line) = serve(&place, "--clock 2026-11-01T12:00:00Z --speed 60 --state remote");
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(ready["amazon"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{ready}");
    place.write("sandbox.json", &line);
    let first = place.flowrun("run flows/buyers.flow --env sandbox --sandbox sandbox.json --format json").expect(0);
    let first = first.json();
    assert!(first["counts"]["delivered"].as_u64().unwrap() >= 55, "{first}");
    assert!(first["started"].as_str().unwrap().starts_with("2026-11-01T"), "{first}");
    let mut second = place.command("run flows/buyers.flow --env sandbox --since 2026-01-01T00:00:00Z --format json");
    let second = crate::support::Said::of(&second.env("FLOWRUN_SANDBOX", line.trim()).output().unwrap()).expect(0);
    assert_eq!(second.json()["counts"]["writes"], 0);
    // None of its secrets is in anything that was said or kept.
    let secret = |pointer: &str| ready.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    for pointer in
        ["/credentials/amazon/client_secret", "/credentials/amazon/refresh_token", "/credentials/tims/client_secret"]
    {
        let secret = secret(pointer);
        assert!(!second.out.contains(&secret) && !second.err.contains(&secret));
        for file in crate::support::files(&place.path(".flowrun")) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", file.display());
        }
    }
    signal(&child, "TERM");
    let said = ended(child).expect(0);
    assert_eq!(said.out, "", "nothing but the line");
}

#[test]
fn an_interrupt_ends_it_too() {
    let place = Place::new();
    let (child, _) = serve(&place, "");
    signal(&child, "INT");
    ended(child).expect(0);
}

#[test]
fn a_run_goes_through_faults_and_delivers_all() {
    let place = Place::new();
    place.mend();
    let (child, line) = serve(&place, "--faults 500=5%,reset=3%,commit500=5% --speed 1000");
    place.write("sandbox.json", &line);
    let run =
        place.flowrun("run flows/buyers.flow --env sandbox --sandbox sandbox.json --format json").expect(0).json();
    assert!(run["counts"]["retries"].as_u64().unwrap() > 0, "{run}");
    assert!(run["counts"]["delivered"].as_u64().unwrap() >= 55, "{run}");
    signal(&child, "TERM");
    ended(child).expect(0);
}

#[test]
fn wrong_words_are_explained() {
    let place = Place::new();
    for (words, says) in [
        ("--faults 429=x", "--faults 429=x: "),
        ("--faults teapot=5%", "--faults teapot=5%: "),
        ("--clock noon", "--clock noon: it must be an instant"),
        ("--speed 0", "--speed 0"),
        ("--tims-limit fast", "60/60"),
        ("--tims-style camel", "snake or pascal"),
    ] {
        place.flowrun(&format!("sandbox {words}")).expect(2).says(says);
    }
}
