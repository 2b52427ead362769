//! Orders per second end to end, against a bare client that posts the same bodies to the same kind of sandbox without
//! compiler, ledger or retries. Both run in one process after each other, so the ratio tells and the seconds hardly.
//!
//! `cargo bench --bench end_to_end -- [ORDERS [concurrency]]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its figures, and a broken one may stop")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flowrun::catalog::Catalog;
use flowrun::clock::{Clock, HandClock};
use flowrun::connectors::quota::NoMemory;
use flowrun::connectors::{
    self, Connection, ConnectionSettings, Connector, ConnectorError, Fetch, Page, ReadRequest, WriteAnswer,
    WriteRequest,
};
use flowrun::diag::Source;
use flowrun::engine::{self, Deps, RunConfig};
use flowrun::lang::{self, Files};
use flowrun::plan::Plan;
use flowrun::sandbox::{self, Options, Running, SandboxClock};
use flowrun::store::Store;
use flowrun::store::embedded::{self, EmbeddedStore};
use flowrun::store::seal::Sealer;
use flowrun::value::{Value, json};

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
    let (orders, concurrency) = (numbers.next().unwrap_or(2000), numbers.next().unwrap_or(16));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(compare(orders, concurrency));
}

async fn compare(orders: usize, concurrency: usize) {
    let plan = Arc::new(plan());
    let writes = Arc::new(Mutex::new(Vec::new()));

    let sandbox = shop(orders).await;
    let started = Instant::now();
    let counts = run(&plan, &sandbox, &writes, concurrency).await;
    let flowrun = started.elapsed();
    sandbox.0.stop().await;

    let writes = Arc::try_unwrap(writes).unwrap().into_inner().unwrap();
    let sandbox = shop(orders).await;
    let started = Instant::now();
    let posted = post(&sandbox.0, &writes, concurrency).await;
    let bare = started.elapsed();
    sandbox.0.stop().await;

    let per_second = |elapsed: Duration| counts.read as f64 / elapsed.as_secs_f64();
    println!("orders read {}, delivered {}, writes {}", counts.read, counts.delivered, counts.writes);
    println!(
        "flowrun     {:>8.1} orders/s  ({flowrun:.2?}: read, map, look up, ledger, {} writes)",
        per_second(flowrun),
        writes.len()
    );
    println!("bare client {:>8.1} orders/s  ({bare:.2?}: the same {posted} writes and nothing else)", per_second(bare));
    println!("ratio       {:>8.2}", bare.as_secs_f64() / flowrun.as_secs_f64());
}

/// A sandbox whose clock nobody waits for.
async fn shop(orders: usize) -> (Running, Arc<HandClock>) {
    let clock = Arc::new(HandClock::new("2026-11-01T12:00:00Z".parse().unwrap()));
    let options = Options { orders, clock: SandboxClock::Hand(Arc::clone(&clock)), ..Options::default() };
    (sandbox::start(options).await.unwrap(), clock)
}

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        std::fs::read(Path::new("flows").join(path)).map(Arc::from).map_err(|error| error.to_string())
    }
}

fn plan() -> Plan {
    let text = std::fs::read_to_string("flows/order_sync.flow").unwrap();
    let source = Source::new("flows/order_sync.flow", text);
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: connectors::specs() };
    let environment = lang::Environment { buyer_data_allowed: true, ..lang::Environment::default() };
    lang::compile(&source, &catalog, &Disk, &environment).plan.unwrap()
}

async fn run(
    plan: &Arc<Plan>,
    (sandbox, clock): &(Running, Arc<HandClock>),
    writes: &Arc<Mutex<Vec<WriteRequest>>>,
    concurrency: usize,
) -> engine::Counts {
    let ready = sandbox.ready().clone();
    let deps = connectors::Deps { clock: Arc::clone(clock) as _, quota: Arc::new(NoMemory) };
    let amazon = ConnectionSettings::default()
        .with("endpoint", &ready.amazon)
        .with("token_endpoint", &ready.amazon_token)
        .with("marketplaces", "US, DE, JP")
        .with("seller_id", &ready.credentials.amazon.seller_id)
        .with("client_id", &ready.credentials.amazon.client_id)
        .with_secret("client_secret", &ready.credentials.amazon.client_secret)
        .with_secret("refresh_token", &ready.credentials.amazon.refresh_token);
    let tims = ConnectionSettings::default()
        .with("url", &ready.tims)
        .with("limit", "off")
        .with("concurrency", concurrency.to_string())
        .with_secret("api_key", &ready.credentials.tims.api_key);
    let recorded = Recorder { inner: connectors::open("tims", &tims, &deps).unwrap(), writes: Arc::clone(writes) };
    let connections: BTreeMap<String, Connection> = BTreeMap::from([
        ("amazon".to_owned(), connectors::open("amazon", &amazon, &deps).unwrap()),
        ("tims".to_owned(), Arc::new(recorded) as Connection),
    ]);
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<EmbeddedStore> = Arc::new(embedded::open(directory.path(), embedded::Options::default()).unwrap());
    let params = plan.params.iter().map(|param| param.default.clone().unwrap()).collect();
    let deps = Deps {
        store: Arc::clone(&store) as Arc<dyn Store>,
        connections,
        clock: Arc::clone(clock) as _,
        sealer: Arc::new(Sealer::from_key([7; 32])),
        params,
        environment: "bench".to_owned(),
        events: None,
        shared: Arc::default(),
    };
    let since = clock.now() - jiff::SignedDuration::from_hours(30 * 24);
    let config = RunConfig { concurrency, ..RunConfig::new(since) };
    let report = engine::run(Arc::clone(plan), &deps, config).await;
    assert_eq!(report.outcome, engine::Outcome::Done);
    store.close().await.unwrap();
    report.counts
}

/// Passes everything on and keeps what was written.
struct Recorder {
    inner: Connection,
    writes: Arc<Mutex<Vec<WriteRequest>>>,
}

#[async_trait]
impl Connector for Recorder {
    async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        self.inner.read(request).await
    }

    async fn fetch(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        self.inner.fetch(request).await
    }

    async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        self.writes.lock().unwrap().push(request.clone());
        self.inner.write(request).await
    }

    async fn probe(&self) -> Result<(), ConnectorError> {
        self.inner.probe().await
    }
}

/// Posts the bodies with plain reqwest, as many at once as flowrun did, each order's in their order.
async fn post(sandbox: &Running, writes: &[WriteRequest], concurrency: usize) -> usize {
    let ready = sandbox.ready();
    let client = reqwest::Client::new();
    let base = format!("{}/api/v1", ready.tims);
    let key = &ready.credentials.tims.api_key;
    // Customers first and orders next, because the others name them; within a kind there is no order to keep.
    let mut posted = 0;
    for (entity, verb) in
        [("customers", "upsert"), ("sales_orders", "upsert"), ("allocations", "create"), ("sales_orders", "")]
    {
        let kind = writes.iter().filter(|write| {
            write.entity == entity && (write.verb == verb || (verb.is_empty() && write.verb != "upsert"))
        });
        let calls = kind.map(|write| {
            let field = |name: &str| write.payload.get(name).and_then(Value::as_text).unwrap_or("").replace(':', "%3A");
            let (method, path) = match (entity, write.verb.as_str()) {
                (_, "upsert") => {
                    (reqwest::Method::PUT, format!("{base}/{entity}/by_ref/amazon/{}", field("external_ref")))
                }
                ("allocations", _) => (reqwest::Method::POST, format!("{base}/allocations")),
                (_, action) => (reqwest::Method::POST, format!("{base}/sales_orders/{}/{action}", field("id"))),
            };
            let mut payload = write.payload.as_object().unwrap().clone();
            if write.verb == "upsert" {
                payload.remove("external_ref");
            } else if entity == "sales_orders" {
                payload.remove("id");
            }
            let request = client
                .request(method, path)
                .header("x-api-key", key)
                .header("idempotency-key", &write.idempotency_key)
                .header("content-type", "application/json")
                .body(json::to_string(&Value::object(payload)));
            async move { request.send().await.unwrap().status() }
        });
        let answers: Vec<reqwest::StatusCode> = futures::StreamExt::collect(futures::StreamExt::buffer_unordered(
            futures::stream::iter(calls),
            concurrency,
        ))
        .await;
        let refused: Vec<_> = answers.iter().filter(|status| !status.is_success()).collect();
        // What TIMS refused flowrun too (an unknown code, say) is refused here.
        assert!(
            refused.len() * 20 <= answers.len(),
            "{entity} {verb}: {} of {} refused: {:?}",
            refused.len(),
            answers.len(),
            refused.first()
        );
        posted += answers.len();
    }
    posted
}
