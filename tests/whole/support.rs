//! The parts of a whole run, put together as the command line does it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use flowrun::catalog::Catalog;
use flowrun::clock::{Clock, HandClock};
use flowrun::connectors::quota::NoMemory;
use flowrun::connectors::{self, Connection, ConnectionSettings};
use flowrun::diag::Source;
use flowrun::engine::{self, Deps, RunConfig, RunReport};
use flowrun::lang::{self, Files};
use flowrun::plan::Plan;
use flowrun::sandbox::{self, Options, Ready, Running, SandboxClock};
use flowrun::store::memory::MemoryStore;
use flowrun::store::seal::Sealer;
use flowrun::store::{self, DeadLetter};
use serde_json::Value;

pub(crate) struct World {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) ready: Ready,
    _running: Running,
    plan: Arc<Plan>,
    deps: Deps,
    http: reqwest::Client,
    archive: tempfile::TempDir,
}

struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows").join(path);
        std::fs::read(full).map(Arc::from).map_err(|error| error.to_string())
    }
}

/// A flow of this repository.
pub(crate) fn plan(name: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows").join(format!("{name}.flow"));
    let source = Source::new(format!("flows/{name}.flow"), std::fs::read_to_string(path).unwrap());
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: super::described::connectors().specs() };
    let environment = lang::Environment { buyer_data_allowed: true, ..lang::Environment::default() };
    let compiled = lang::compile(&source, &catalog, &Disk, &environment);
    compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

impl World {
    pub(crate) async fn new(orders: usize) -> Self {
        Self::paged(orders, 100).await
    }

    pub(crate) async fn paged(orders: usize, page: usize) -> Self {
        Self::made(page, 200, |options| options.orders = orders).await
    }

    /// A shop with other options.
    pub(crate) async fn with(set: impl FnOnce(&mut Options)) -> Self {
        Self::made(100, 200, set).await
    }

    /// A shop with other options, where more than so many listings written at once are a feed.
    pub(crate) async fn with_feeds_above(most: usize, set: impl FnOnce(&mut Options)) -> Self {
        Self::made(100, most, set).await
    }

    async fn made(page: usize, feed_above: usize, set: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(HandClock::new("2026-11-01T12:00:00Z".parse().unwrap()));
        let mut options = Options { clock: SandboxClock::Hand(Arc::clone(&clock)), ..Options::default() };
        set(&mut options);
        let running = sandbox::start(options).await.unwrap();
        let ready = running.ready().clone();
        let deps = connectors::Deps { clock: Arc::clone(&clock) as _, quota: Arc::new(NoMemory) };
        let archive = tempfile::tempdir().unwrap();
        let amazon = ConnectionSettings::default()
            .with("endpoint", &ready.amazon)
            .with("token_endpoint", &ready.amazon_token)
            .with("marketplaces", "US, DE, JP")
            .with("page_size", page.to_string())
            .with("feed_above", feed_above.to_string())
            .with("archive", archive.path().display().to_string())
            .with("seller_id", &ready.credentials.amazon.seller_id)
            .with("client_id", &ready.credentials.amazon.client_id)
            .with_secret("client_secret", &ready.credentials.amazon.client_secret)
            .with_secret("refresh_token", &ready.credentials.amazon.refresh_token);
        let tims = ConnectionSettings::default()
            .with("url", &ready.tims)
            .with("limit", "off")
            .with_secret("api_key", &ready.credentials.tims.api_key);
        let depot = ConnectionSettings::default()
            .with("url", &ready.depot)
            .with("limit", "off")
            .with_secret("api_key", &ready.credentials.depot.api_key);
        let connections: BTreeMap<String, Connection> = BTreeMap::from([
            ("depot".to_owned(), super::described::connectors().open("depot", &depot, &deps).unwrap()),
            ("amazon".to_owned(), connectors::open("amazon", &amazon, &deps).unwrap()),
            ("tims".to_owned(), connectors::open("tims", &tims, &deps).unwrap()),
        ]);
        let plan = Arc::new(plan("order_sync"));
        let params = plan.params.iter().map(|param| param.default.clone().unwrap()).collect();
        let deps = Deps {
            store: Arc::new(MemoryStore::new()),
            connections,
            clock: Arc::clone(&clock) as _,
            sealer: Arc::new(Sealer::from_key([7; 32])),
            params,
            environment: "test".to_owned(),
            events: None,
            shared: Arc::default(),
        };
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { clock, ready, _running: running, plan, deps, http, archive }
    }

    pub(crate) async fn run(&self) -> RunReport {
        self.run_plan(Arc::clone(&self.plan), &self.deps).await
    }

    /// Runs another flow of this repository, with the same store and connections, and with these parameters set.
    pub(crate) async fn run_flow(&self, name: &str, given: &[(&str, flowrun::value::Value)]) -> RunReport {
        let plan = Arc::new(plan(name));
        let param = |param: &flowrun::plan::ParamPlan| {
            let given = given.iter().find(|(name, _)| *name == param.name).map(|(_, value)| value.clone());
            given.or(param.default.clone()).unwrap()
        };
        let deps = Deps { params: plan.params.iter().map(param).collect(), ..self.deps.clone() };
        self.run_plan(plan, &deps).await
    }

    /// The same systems with a ledger that knows nothing, as after a disk was lost.
    pub(crate) async fn run_flow_anew(&self, name: &str) -> RunReport {
        let plan = Arc::new(plan(name));
        let params = plan.params.iter().map(|param| param.default.clone().unwrap()).collect();
        let deps = Deps { params, store: Arc::new(MemoryStore::new()), ..self.deps.clone() };
        self.run_plan(plan, &deps).await
    }

    /// Where files are kept that Amazon does not keep for long.
    pub(crate) fn archive(&self) -> &Path {
        self.archive.path()
    }

    async fn run_plan(&self, plan: Arc<Plan>, deps: &Deps) -> RunReport {
        let since = self.clock.now() - jiff::SignedDuration::from_hours(30 * 24);
        let config = RunConfig { patience: Duration::from_secs(2 * 3600), ..RunConfig::new(since) };
        engine::run(plan, deps, config).await
    }

    pub(crate) fn store(&self) -> Arc<dyn store::Store> {
        Arc::clone(&self.deps.store)
    }

    pub(crate) fn sealer(&self) -> Arc<Sealer> {
        Arc::clone(&self.deps.sealer)
    }

    /// What both systems have, without the times at which they got it.
    pub(crate) async fn both(&self) -> Value {
        self.admin_get("state").await
    }

    /// How many writes an operation of either system has made.
    pub(crate) async fn writes_of(&self, operation: &str) -> i64 {
        self.counters().await[operation]["writes"].as_i64().unwrap_or(0)
    }

    /// What TIMS has.
    pub(crate) async fn state(&self) -> Value {
        self.admin_get("state?versions=true").await["tims"].take()
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) async fn counters(&self) -> Value {
        self.admin_get("counters").await
    }

    pub(crate) async fn reset_counters(&self) {
        self.admin_post("counters/reset", &Value::Null).await;
    }

    pub(crate) async fn tims_writes(&self) -> i64 {
        let counters = self.counters().await;
        let operations = counters.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("tims."));
        operations.map(|(_, counts)| counts["writes"].as_i64().unwrap_or(0)).sum()
    }

    pub(crate) fn dead_letters(&self) -> Vec<DeadLetter> {
        store::list(&*self.deps.store, &[], None, 10_000).unwrap().into_iter().map(|(_, letter)| letter).collect()
    }

    /// Every order that Amazon has, with all blocks, asked for as any client would.
    pub(crate) async fn amazon_orders(&self) -> Vec<Value> {
        let login = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &self.ready.credentials.amazon.refresh_token),
            ("client_id", &self.ready.credentials.amazon.client_id),
            ("client_secret", &self.ready.credentials.amazon.client_secret),
        ];
        let token: Value = json(self.http.post(&self.ready.amazon_token).form(&login)).await;
        // The quota is not what this asks about: enough time passes for all pages.
        self.clock.advance(Duration::from_secs(3000));
        let after = (self.clock.now() - jiff::SignedDuration::from_hours(40 * 24)).to_string();
        let included = "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,TAX";
        let mut query = vec![("lastUpdatedAfter", after), ("includedData", included.to_owned())];
        let mut orders = Vec::new();
        loop {
            let url = format!("{}/orders/2026-01-01/orders", self.ready.amazon);
            let token = token["access_token"].as_str().unwrap();
            let page = json(self.http.get(url).query(&query).header("x-amz-access-token", token)).await;
            orders.extend(page["orders"].as_array().unwrap_or_else(|| panic!("{page}")).iter().cloned());
            let Some(next) = page["pagination"]["nextToken"].as_str() else { return orders };
            query.retain(|(name, _)| *name != "paginationToken");
            query.push(("paginationToken", next.to_owned()));
        }
    }

    pub(crate) async fn admin_get(&self, path: &str) -> Value {
        json(self.http.get(format!("{}/{path}", self.ready.admin))).await
    }

    pub(crate) async fn admin_post(&self, path: &str, body: &Value) -> Value {
        json(self.http.post(format!("{}/{path}", self.ready.admin)).json(body)).await
    }

    /// What somebody else writes to TIMS.
    pub(crate) async fn tims_post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}/api/v1/{path}", self.ready.tims)).json(body);
        json(request.header("X-API-Key", &self.ready.credentials.tims.api_key)).await
    }

    pub(crate) async fn admin_put(&self, path: &str, body: &Value) -> Value {
        json(self.http.put(format!("{}/{path}", self.ready.admin)).json(body)).await
    }
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
