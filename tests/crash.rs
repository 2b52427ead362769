//! SIGKILL at random moments: the program is killed again and again while everything around it fails at a rate of 20 %,
//! and in the end TIMS has exactly what it has after one undisturbed run. Nothing is lost, nothing is doubled.
//!
//! The gate runs a short form; `FLOWRUN_TEST_KILLS=100 cargo test --test crash` the long one. A kill comes when the
//! remotes have been called a random number of times since the start, so no test waits for time to pass.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on stops")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const FLOWRUN: &str = env!("CARGO_BIN_EXE_flowrun");
const FLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/flows/order_sync.flow");

/// A sandbox in a process of its own.
struct Sandbox {
    child: Child,
    ready: String,
    admin: String,
}

impl Sandbox {
    fn start(orders: usize, faults: Option<&str>) -> Self {
        let mut command = Command::new(FLOWRUN);
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "5", "--orders", &orders.to_string()]);
        // A minute of the shop passes in three milliseconds: quotas and pauses are kept, and nobody waits for them.
        command.args(["--clock", "2026-11-01T12:00:00Z", "--speed", "20000"]);
        if let Some(faults) = faults {
            command.args(["--faults", faults]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let parsed: Value = serde_json::from_str(&ready).unwrap_or_else(|error| panic!("{error}: {ready:?}"));
        let admin = parsed["admin"].as_str().unwrap().to_owned();
        Self { child, ready: ready.trim().to_owned(), admin }
    }

    /// A GET or PUT to the admin interface, in as little HTTP as it takes.
    fn admin(&self, method: &str, path: &str, body: &str) -> Value {
        let rest = self.admin.strip_prefix("http://").unwrap();
        let (host, prefix) = rest.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} /{prefix}/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        assert!(head.contains(" 200 "), "{head}");
        let body = if head.to_lowercase().contains("chunked") { unchunked(body) } else { body.to_owned() };
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    fn state(&self) -> Value {
        self.admin("GET", "state?versions=true", "")
    }

    fn calls(&self) -> u64 {
        let counters = self.admin("GET", "counters", "");
        counters.as_object().unwrap().values().map(|counts| counts["calls"].as_u64().unwrap_or(0)).sum()
    }
}

fn unchunked(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
    }
    out
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(sandbox: &Sandbox, store: &Path) -> Command {
    let mut command = Command::new(FLOWRUN);
    command.args(["run", FLOW, "--env", "sandbox", "--format", "json", "--patience", "1000h", "--sandbox"]);
    command.arg(&sandbox.ready).arg("--store").arg(store).stderr(Stdio::null());
    command
}

fn finish(sandbox: &Sandbox, store: &Path) -> Value {
    let output = run(sandbox, store).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{code:?}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// A sequence that is the same in every run of the test, and different for each kill.
fn dice(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

#[test]
fn killed_at_random_under_faults_tims_ends_as_after_one_calm_run() {
    let kills: u32 = std::env::var("FLOWRUN_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let orders = 60 + 4 * kills as usize;
    let directory = tempfile::tempdir().unwrap();

    let calm = Sandbox::start(orders, None);
    finish(&calm, &directory.path().join("calm"));
    let wanted = calm.state();

    let stormy = Sandbox::start(orders, Some("429=4%,500=4%,timeout=1%,reset=4%,truncate=3%,commit500=4%"));
    let store = directory.path().join("stormy");
    let (mut seed, mut killed, mut ended) = (42, 0, 0);
    while killed < kills && ended < 3 {
        let before = stormy.calls();
        let patience = 1 + dice(&mut seed, 60);
        let mut child = run(&stormy, &store).stdout(Stdio::null()).spawn().unwrap();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                // It got to the end before its turn; the rest of the kills find it with nothing new to do.
                assert!(matches!(status.code(), Some(0 | 1)), "{status:?}");
                ended += 1;
                break;
            }
            if stormy.calls() >= before + patience {
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
                break;
            }
        }
    }
    let report = finish(&stormy, &store);
    stormy.admin("PUT", "faults", r#"{"spec": "0%"}"#);
    let last = finish(&stormy, &store);
    assert_eq!(last["counts"]["writes"], 0, "{report}\n{last}");
    let reached = stormy.state();
    for kind in ["customers", "sales_orders", "allocations"] {
        let (wanted, reached) = (&wanted["tims"][kind], &reached["tims"][kind]);
        assert_eq!(wanted.as_array().unwrap().len(), reached.as_array().unwrap().len(), "{kind}");
        assert_eq!(wanted, reached, "{kind}");
    }
    println!("{killed} kills over {orders} orders; {ended} runs ended by themselves");
    assert!(killed > 0);
}
