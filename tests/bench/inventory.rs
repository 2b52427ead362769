//! A delta of stock over many SKUs, against a bare client that reads the same changes and sends the same quantities without
//! compiler, ledger or retries. Both run in one process after each other, so the ratio tells and the seconds hardly.
//!
//! `cargo bench --bench inventory -- [SKUS [percent]]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its figures, and a broken one may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use flowrun::catalog::Catalog;
use flowrun::clock::{Clock, HandClock};
use flowrun::connectors::quota::NoMemory;
use flowrun::connectors::{self, Connection, ConnectionSettings};
use flowrun::diag::Source;
use flowrun::engine::{self, Deps, RunConfig, RunReport};
use flowrun::lang::{self, Files};
use flowrun::plan::Plan;
use flowrun::sandbox::{self, Options, Running, SandboxClock};
use flowrun::store::Store;
use flowrun::store::embedded::{self, EmbeddedStore};
use flowrun::store::seal::Sealer;
use serde_json::{Value, json};

const DE: &str = "A1PA6795UKMFR9";

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (skus, percent) = (numbers.next().unwrap_or(100_000), numbers.next().unwrap_or(1));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(compare(skus, percent));
}

async fn compare(skus: usize, percent: usize) {
    // The client insists on a TLS provider even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let clock = Arc::new(HandClock::new("2026-11-01T12:00:00Z".parse().unwrap()));
    let options = Options { orders: 0, skus, clock: SandboxClock::Hand(Arc::clone(&clock)), ..Options::default() };
    let sandbox = sandbox::start(options).await.unwrap();
    let http = reqwest::Client::new();
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<EmbeddedStore> = Arc::new(embedded::open(directory.path(), embedded::Options::default()).unwrap());

    let (began, shown) = (Instant::now(), clock.now());
    let report = run(&sandbox, &clock, &store).await;
    let first = began.elapsed();
    println!(
        "all    {:>9} items, {} quantities sent in {first:.1?} ({} of Amazon's time), peak {} MB",
        report.counts.read,
        report.counts.writes,
        clock.now().duration_since(shown),
        peak()
    );

    let admin = &sandbox.ready().admin;
    let change = json!({"skus": skus * percent / 100});
    clock.advance(std::time::Duration::from_secs(600));
    let since = latest(&http, &sandbox).await;
    http.post(format!("{admin}/stock/change")).json(&change).send().await.unwrap().error_for_status().unwrap();
    http.post(format!("{admin}/counters/reset")).send().await.unwrap();
    let (began, shown) = (Instant::now(), clock.now());
    let report = run(&sandbox, &clock, &store).await;
    let flowrun = began.elapsed();
    let calls = calls(&http, &sandbox).await;
    println!(
        "delta  {:>9} items, {} quantities sent in {flowrun:.2?} ({} of Amazon's time), peak {} MB",
        report.counts.read,
        report.counts.writes,
        clock.now().duration_since(shown),
        peak()
    );
    println!("       calls: {calls}");

    // Nothing changed: nothing is sent.
    let again = run(&sandbox, &clock, &store).await;
    assert_eq!((again.counts.writes, again.outcome), (0, engine::Outcome::Done));

    clock.advance(std::time::Duration::from_secs(3600));
    let began = Instant::now();
    let sent = bare(&http, &sandbox, &clock, since).await;
    let bare = began.elapsed();
    println!("bare   {sent:>9} quantities sent in {bare:.2?}");
    println!("ratio  {:>9.2}", bare.as_secs_f64() / flowrun.as_secs_f64());
    store.close().await.unwrap();
}

/// The most memory that the process has had, in MB; the sandbox is part of it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        std::fs::read(Path::new("flows").join(path)).map(Arc::from).map_err(|error| error.to_string())
    }
}

fn plan() -> Plan {
    let text = std::fs::read_to_string("flows/inventory.flow").unwrap();
    let source = Source::new("flows/inventory.flow", text);
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: connectors::specs() };
    lang::compile(&source, &catalog, &Disk, &lang::Environment::default()).plan.unwrap()
}

async fn run(sandbox: &Running, clock: &Arc<HandClock>, store: &Arc<EmbeddedStore>) -> RunReport {
    let ready = sandbox.ready().clone();
    let deps = connectors::Deps { clock: Arc::clone(clock) as _, quota: Arc::new(NoMemory) };
    let amazon = ConnectionSettings::default()
        .with("endpoint", &ready.amazon)
        .with("token_endpoint", &ready.amazon_token)
        .with("marketplaces", "DE")
        // The clock jumps whenever somebody waits, which cuts batches short; a batch of these is a feed all the same.
        .with("feed_above", "50")
        .with("seller_id", &ready.credentials.amazon.seller_id)
        .with("client_id", &ready.credentials.amazon.client_id)
        .with_secret("client_secret", &ready.credentials.amazon.client_secret)
        .with_secret("refresh_token", &ready.credentials.amazon.refresh_token);
    let tims = ConnectionSettings::default()
        .with("url", &ready.tims)
        .with("limit", "off")
        .with_secret("api_key", &ready.credentials.tims.api_key);
    let connections: BTreeMap<String, Connection> = BTreeMap::from([
        ("amazon".to_owned(), connectors::open("amazon", &amazon, &deps).unwrap()),
        ("tims".to_owned(), connectors::open("tims", &tims, &deps).unwrap()),
    ]);
    let plan = Arc::new(plan());
    let deps = Deps {
        store: Arc::clone(store) as Arc<dyn Store>,
        connections,
        clock: Arc::clone(clock) as _,
        sealer: Arc::new(Sealer::from_key([7; 32])),
        params: plan.params.iter().map(|param| param.default.clone().unwrap()).collect(),
        environment: "bench".to_owned(),
        events: None,
        shared: Arc::default(),
    };
    let config = RunConfig { concurrency: 64, ..RunConfig::new(clock.now()) };
    let report = engine::run(plan, &deps, config).await;
    assert_eq!(report.outcome, engine::Outcome::Done);
    report
}

async fn calls(http: &reqwest::Client, sandbox: &Running) -> String {
    let counters: Value = json_of(http.get(format!("{}/counters", sandbox.ready().admin))).await;
    let named = counters.as_object().unwrap().iter().map(|(name, tally)| format!("{name} {}", tally["calls"]));
    named.collect::<Vec<_>>().join(", ")
}

async fn json_of(request: reqwest::RequestBuilder) -> Value {
    let text = request.send().await.unwrap().error_for_status().unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn tims(http: &reqwest::Client, sandbox: &Running, path: &str) -> reqwest::RequestBuilder {
    let ready = sandbox.ready();
    http.get(format!("{}/api/v1{path}", ready.tims)).header("x-api-key", &ready.credentials.tims.api_key)
}

async fn latest(http: &reqwest::Client, sandbox: &Running) -> u64 {
    let told = json_of(tims(http, sandbox, "/changes?since_seq=0&types=stock&limit=1")).await;
    told["latest_seq"].as_u64().unwrap()
}

/// The same by hand: the changes, their stock, one feed. It keeps nothing, checks nothing and tries nothing again.
async fn bare(http: &reqwest::Client, sandbox: &Running, clock: &HandClock, since: u64) -> usize {
    let ready = sandbox.ready();
    let login = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &ready.credentials.amazon.refresh_token),
        ("client_id", &ready.credentials.amazon.client_id),
        ("client_secret", &ready.credentials.amazon.client_secret),
    ];
    let token = json_of(http.post(&ready.amazon_token).form(&login)).await;
    let token = token["access_token"].as_str().unwrap();
    let mut skus = BTreeSet::new();
    let mut seq = since;
    loop {
        let told = json_of(tims(http, sandbox, &format!("/changes?since_seq={seq}&types=stock&limit=500"))).await;
        skus.extend(told["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        seq = told["page"]["next_seq"].as_u64().unwrap();
        if told["page"]["has_more"] != true {
            break;
        }
    }
    let skus: Vec<String> = skus.into_iter().collect();
    let mut pieces: BTreeMap<String, f64> = BTreeMap::new();
    for part in skus.chunks(100) {
        let told = json_of(tims(http, sandbox, &format!("/stock?limit=500&filter[sku]={}", part.join(",")))).await;
        for row in told["data"].as_array().unwrap() {
            if ["MAIN", "NORTH"].contains(&row["location"].as_str().unwrap()) {
                let available: f64 = row["available"].as_str().unwrap().parse().unwrap();
                *pieces.entry(row["sku"].as_str().unwrap().to_owned()).or_default() += available;
            }
        }
    }
    // Who ships it, which must be known before a quantity is sent.
    let seller = &ready.credentials.amazon.seller_id;
    let mut own = Vec::new();
    for part in skus.chunks(20) {
        clock.advance(std::time::Duration::from_millis(200));
        let query = [
            ("marketplaceIds", DE),
            ("identifiersType", "SKU"),
            ("identifiers", &part.join(",")),
            ("includedData", "summaries,fulfillmentAvailability"),
            ("pageSize", "20"),
        ];
        let url = format!("{}/listings/2021-08-01/items/{seller}", ready.amazon);
        let told = json_of(http.get(url).query(&query).header("x-amz-access-token", token)).await;
        for item in told["items"].as_array().unwrap() {
            if item["fulfillmentAvailability"][0]["fulfillmentChannelCode"] == "DEFAULT" {
                own.push(item["sku"].as_str().unwrap().to_owned());
            }
        }
    }
    let message = |(id, sku): (usize, &String)| {
        let quantity = (pieces.get(sku).copied().unwrap_or(0.0) - 2.0).clamp(0.0, 500.0);
        json!({"messageId": id + 1, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [{
            "op": "merge", "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity as u64, "lead_time_to_ship_max_days": 2}]}]})
    };
    let document = json!({
        "header": {"sellerId": seller, "version": "2.0"}, "messages": own.iter().enumerate().map(message).collect::<Vec<_>>(),
    });
    let kind = "application/json; charset=UTF-8";
    let amazon = |path: &str, body: Value| {
        http.post(format!("{}/feeds/2021-06-30{path}", ready.amazon)).json(&body).header("x-amz-access-token", token)
    };
    let made = json_of(amazon("/documents", json!({"contentType": kind}))).await;
    let upload = http.put(made["url"].as_str().unwrap()).header("content-type", kind).body(document.to_string());
    upload.send().await.unwrap().error_for_status().unwrap();
    let feed = json!({"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE], "inputFeedDocumentId": made["feedDocumentId"]});
    let id = json_of(amazon("/feeds", feed)).await;
    loop {
        clock.advance(std::time::Duration::from_secs(30));
        let url = format!("{}/feeds/2021-06-30/feeds/{}", ready.amazon, id["feedId"].as_str().unwrap());
        let told = json_of(http.get(url).header("x-amz-access-token", token)).await;
        if told["processingStatus"] == "DONE" {
            return own.len();
        }
    }
}
