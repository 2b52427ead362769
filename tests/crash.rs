//! SIGKILL at random moments: a flow is killed again and again while everything around it fails at a rate of 20 %, and in
//! the end all systems, and the files, have exactly what they have after one undisturbed run. Nothing is lost, nothing is
//! doubled. Each flow is a case below.
//!
//! The gate runs a short form; `FLOWRUN_TEST_KILLS=100 cargo test --test crash` the long one. A kill comes when the
//! remotes have been called a random number of times since the start, so no test waits for time to pass.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on stops")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const FLOWRUN: &str = env!("CARGO_BIN_EXE_flowrun");
const FLOWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/flows");
const FAULTS: &str = "429=4%,500=4%,timeout=1%,reset=4%,truncate=3%,commit500=4%";

/// A flow under kills and faults.
struct Case {
    /// The flow: its name in flows/, or a path.
    flow: &'static str,
    /// Orders in the shop, and more for each kill.
    orders: (usize, usize),
    /// How many times as fast the shop's time runs.
    speed: u32,
    /// What happens before, undisturbed.
    before: &'static [Before],
    /// At most how many calls are made between two kills.
    calls: u64,
    /// What is compared: a page of the admin interface, and a place in it.
    compared: &'static [(&'static str, &'static str)],
    /// A folder of files that is compared as well, in the store's directory.
    files: Option<&'static str>,
}

/// What happens before a flow runs.
enum Before {
    /// Another flow runs to its end.
    Run(&'static str),
    /// Something is asked of the admin interface: method, path, body.
    Admin(&'static str, &'static str, &'static str),
    /// Amazon refunds so many of the orders that have left.
    Refunds(usize),
}

/// A minute of the shop passes in three milliseconds: quotas and pauses are kept, and nobody waits for them.
const FAST: u32 = 20_000;

const ORDERS: Case = Case {
    flow: "order_sync",
    orders: (60, 4),
    speed: FAST,
    before: &[],
    calls: 60,
    compared: &[
        ("state?versions=true", "/tims/customers"),
        ("state?versions=true", "/tims/sales_orders"),
        ("state?versions=true", "/tims/allocations"),
    ],
    files: None,
};

const SHIPMENTS: Case = Case {
    flow: "shipments",
    orders: (80, 2),
    speed: FAST,
    before: &[
        Before::Run("order_sync"),
        Before::Admin("POST", "warehouse/ship", "{}"),
        Before::Admin("POST", "warehouse/ship", "{}"),
    ],
    calls: 30,
    compared: &[("state", "/amazon/confirmations")],
    files: None,
};

const INVENTORY: Case = Case {
    flow: "inventory",
    orders: (40, 1),
    speed: FAST,
    before: &[],
    calls: 20,
    compared: &[("listings", "")],
    files: None,
};

/// Slower: new settlements come with the days, and both runs are to see the same.
const SETTLEMENTS: Case = Case {
    flow: "settlements",
    orders: (120, 2),
    speed: 500,
    before: &[],
    calls: 15,
    compared: &[("state", "/tims/journal_entries")],
    files: None,
};

const PAYMENTS: Case = Case {
    flow: "settlement_payments",
    orders: (120, 2),
    speed: 500,
    before: &[
        Before::Run("order_sync"),
        Before::Admin("POST", "warehouse/ship", "{}"),
        Before::Run("shipments"),
        Before::Run("settlements"),
    ],
    calls: 20,
    compared: &[("state", "/tims/payments"), ("state", "/tims/invoices")],
    files: None,
};

const WAREHOUSE: Case = Case {
    flow: "warehouse",
    orders: (80, 2),
    speed: FAST,
    before: &[Before::Run("order_sync")],
    calls: 30,
    compared: &[("state", "/depot/deliveries")],
    files: None,
};

const CUSTOMERS: Case = Case {
    flow: "customers",
    orders: (60, 2),
    speed: FAST,
    before: &[],
    calls: 40,
    compared: &[("state", "/tims/customers")],
    files: None,
};

const FBA_STOCK: Case = Case {
    flow: "fba_stock",
    orders: (40, 1),
    speed: FAST,
    before: &[],
    calls: 20,
    compared: &[("state", "/tims/stock")],
    files: None,
};

const PRICES: Case = Case {
    flow: "prices",
    orders: (40, 1),
    speed: FAST,
    before: &[],
    calls: 20,
    compared: &[("listings", "")],
    files: None,
};

const PRODUCTS: Case = Case {
    flow: "products",
    orders: (40, 1),
    speed: FAST,
    before: &[],
    calls: 20,
    compared: &[("listings", "")],
    files: None,
};

/// Refunds are told of up to two days late: so days pass before, and then time goes slowly, for both runs to see the same.
const REFUNDS: Case = Case {
    flow: "refunds",
    orders: (150, 2),
    speed: 100,
    before: &[
        Before::Run("order_sync"),
        Before::Admin("POST", "warehouse/ship", "{}"),
        Before::Admin("POST", "warehouse/ship", "{}"),
        Before::Run("shipments"),
        Before::Refunds(12),
        Before::Admin("POST", "clock", r#"{"advance": "96h"}"#),
    ],
    calls: 20,
    compared: &[("state", "/tims/credit_notes"), ("state", "/tims/invoices")],
    files: None,
};

/// TIMS' orders as files: one for each, a line for each in a log, and a line for each in a table.
const FILES: Case = Case {
    flow: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/orders_out.flow"),
    orders: (80, 2),
    speed: FAST,
    before: &[Before::Run("order_sync")],
    calls: 4,
    compared: &[],
    files: Some("out"),
};

/// A sandbox in a process of its own.
struct Sandbox {
    child: Child,
    ready: String,
    admin: String,
}

impl Sandbox {
    fn start(orders: usize, speed: u32) -> Self {
        let mut command = Command::new(FLOWRUN);
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--seed", "5", "--orders", &orders.to_string()]);
        command.args(["--clock", "2026-11-01T12:00:00Z", "--speed", &speed.to_string()]);
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

fn path(flow: &str) -> String {
    if flow.contains('/') { flow.to_owned() } else { format!("{FLOWS}/{flow}.flow") }
}

/// A sandbox with a store, and an environment whose files lie beside that.
struct World {
    sandbox: Sandbox,
    store: PathBuf,
    environments: PathBuf,
    out: PathBuf,
}

impl World {
    fn new(case: &Case, orders: usize, directory: &Path) -> Self {
        let environments = directory.join("environments");
        let out = directory.join("out");
        std::fs::create_dir_all(&environments).unwrap();
        std::fs::create_dir_all(&out).unwrap();
        let mut environment = std::fs::read_to_string(format!("{FLOWS}/environments/sandbox.yaml")).unwrap();
        assert!(!environment.contains("connections:"));
        environment.push_str(&format!("connections:\n  files: {{ folder: {:?} }}\n", out.display().to_string()));
        std::fs::write(environments.join("sandbox.yaml"), environment).unwrap();
        let mut world =
            Self { sandbox: Sandbox::start(orders, case.speed), store: directory.join("store"), environments, out };
        for before in case.before {
            match before {
                Before::Run(flow) => {
                    world.finish(flow);
                }
                Before::Admin(method, path, body) => {
                    let answer = world.sandbox.admin(method, path, body);
                    // Whoever follows the sandbox's time must know that it was moved.
                    if *path == "clock" {
                        let mut ready: Value = serde_json::from_str(&world.sandbox.ready).unwrap();
                        ready["clock"] = answer["pace"].clone();
                        world.sandbox.ready = ready.to_string();
                    }
                }
                Before::Refunds(count) => world.refund(*count),
            }
        }
        world
    }

    fn refund(&self, count: usize) {
        let state = self.sandbox.admin("GET", "state", "");
        let sales = state["tims"]["sales_orders"].as_array().unwrap().iter();
        let left = sales.filter(|sale| matches!(sale["status"].as_str(), Some("shipped" | "invoiced")));
        let left: Vec<&str> = left.filter_map(|sale| sale["external_ref"].as_str()?.rsplit(':').next()).collect();
        assert!(left.len() >= count, "{}", left.len());
        for order in left.into_iter().take(count) {
            self.sandbox.admin("POST", &format!("orders/{order}/refund"), "{}");
        }
    }

    fn run(&self, flow: &str) -> Command {
        let mut command = Command::new(FLOWRUN);
        command.args(["run", &path(flow), "--env", "sandbox", "--format", "json", "--patience", "1000h", "--sandbox"]);
        command.arg(&self.sandbox.ready).arg("--store").arg(&self.store);
        command.arg("--environments").arg(&self.environments).stderr(Stdio::null());
        command
    }

    fn finish(&self, flow: &str) -> Value {
        let output = self.run(flow).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{flow}: {code:?}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// What is compared in the end.
    fn reached(&self, case: &Case) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for (page, place) in case.compared {
            let mut told = self.sandbox.admin("GET", page, "");
            let mut found = told.pointer_mut(place).unwrap_or_else(|| panic!("{page} has no {place}")).take();
            timeless(&mut found);
            assert!(found.as_array().is_some_and(|all| !all.is_empty()), "{page}{place} is empty");
            all.push((format!("{page}{place}"), found));
        }
        if case.files.is_some() {
            all.extend(files(&self.out));
        }
        all
    }
}

/// The files of a folder; the lines of those to which lines are added are in no order.
fn files(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !name.ends_with(".index") {
            assert!(!name.starts_with('.'), "{name} was left behind");
            let text = std::fs::read_to_string(&path).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            if !name.ends_with(".json") {
                lines.sort_unstable();
                let count = lines.len();
                lines.dedup();
                assert_eq!(lines.len(), count, "{name} has a line twice");
            }
            found.push((name, lines.into()));
        }
    }
    assert!(!found.is_empty());
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

/// Takes out instants: the two runs take place at different times.
fn timeless(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > 15 && text.parse::<jiff::Timestamp>().is_ok() => {
            *text = "(time)".to_owned()
        }
        Value::Array(items) => items.iter_mut().for_each(timeless),
        Value::Object(fields) => fields.values_mut().for_each(timeless),
        _ => {}
    }
}

/// A sequence that is the same in every run of the test, and different for each kill.
fn dice(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Kills a flow again and again, and compares with an undisturbed run.
fn storm(case: &Case, usually: u32) {
    let kills: u32 = std::env::var("FLOWRUN_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usually);
    let orders = case.orders.0 + case.orders.1 * kills as usize;
    let directory = tempfile::tempdir().unwrap();

    let calm = World::new(case, orders, &directory.path().join("calm"));
    calm.finish(case.flow);
    let wanted = calm.reached(case);
    drop(calm);

    let stormy = World::new(case, orders, &directory.path().join("stormy"));
    let set = |spec: &str| stormy.sandbox.admin("PUT", "faults", &serde_json::json!({"spec": spec}).to_string());
    set(FAULTS);
    let (mut seed, mut killed, mut ended) = (42, 0, 0);
    while killed < kills && ended < 3 {
        let before = stormy.sandbox.calls();
        let patience = 1 + dice(&mut seed, case.calls);
        let mut child = stormy.run(case.flow).stdout(Stdio::null()).spawn().unwrap();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                // It got to the end before its turn; the rest of the kills find it with nothing new to do.
                assert!(matches!(status.code(), Some(0 | 1)), "{status:?}");
                ended += 1;
                break;
            }
            if stormy.sandbox.calls() >= before + patience {
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
                break;
            }
        }
    }
    let report = stormy.finish(case.flow);
    set("0%");
    let last = stormy.finish(case.flow);
    assert_eq!(last["counts"]["writes"], 0, "{}: {report}\n{last}", case.flow);
    let reached = stormy.reached(case);
    assert_eq!(reached.len(), wanted.len(), "{}", case.flow);
    for ((place, wanted), (_, reached)) in wanted.iter().zip(&reached) {
        let count = |value: &Value| value.as_array().map_or(0, Vec::len);
        assert_eq!(count(wanted), count(reached), "{} {place}", case.flow);
        assert_eq!(wanted, reached, "{} {place}", case.flow);
    }
    println!("{}: {killed} kills over {orders} orders; {ended} runs ended by themselves", case.flow);
    assert!(killed > 0, "{} was never killed", case.flow);
}

#[test]
fn orders_reach_tims_as_in_one_calm_run() {
    storm(&ORDERS, 12);
}

#[test]
fn shipments_reach_amazon_as_in_one_calm_run() {
    storm(&SHIPMENTS, 5);
}

#[test]
fn stock_reaches_amazon_as_in_one_calm_run() {
    storm(&INVENTORY, 5);
}

#[test]
fn settlements_are_booked_as_in_one_calm_run() {
    storm(&SETTLEMENTS, 5);
}

#[test]
fn payments_are_booked_as_in_one_calm_run() {
    storm(&PAYMENTS, 5);
}

#[test]
fn deliveries_reach_the_warehouse_as_in_one_calm_run() {
    storm(&WAREHOUSE, 5);
}

#[test]
fn files_are_as_after_one_calm_run() {
    storm(&FILES, 6);
}

#[test]
fn customers_reach_tims_as_in_one_calm_run() {
    storm(&CUSTOMERS, 4);
}

#[test]
fn amazons_stock_reaches_tims_as_in_one_calm_run() {
    storm(&FBA_STOCK, 4);
}

#[test]
fn prices_reach_amazon_as_in_one_calm_run() {
    storm(&PRICES, 4);
}

#[test]
fn products_reach_amazon_as_in_one_calm_run() {
    storm(&PRODUCTS, 4);
}

#[test]
fn refunds_are_credited_as_in_one_calm_run() {
    storm(&REFUNDS, 4);
}

/// Every flow that is shipped stands in a case.
#[test]
fn no_flow_is_left_out() {
    let cases = [
        ORDERS,
        SHIPMENTS,
        INVENTORY,
        SETTLEMENTS,
        PAYMENTS,
        WAREHOUSE,
        FILES,
        CUSTOMERS,
        FBA_STOCK,
        PRICES,
        PRODUCTS,
        REFUNDS,
    ];
    for entry in std::fs::read_dir(FLOWS).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "flow") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(cases.iter().any(|case| case.flow == name), "{name} has no case in tests/crash.rs");
        }
    }
}
