//! The flows that come with flowrun: they are clean, laid out and pass their own tests; and the order flow takes a whole
//! simulated shop through a simulated TIMS, whose books must tie to Amazon's to the cent.
// Helpers outside of test functions may fail the test too.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowrun::catalog::Catalog;
use flowrun::clock::SystemClock;
use flowrun::connectors::{self, Connection, ConnectionSettings, Deps, Fetch, ReadRequest, WriteRequest, quota};
use flowrun::diag::Source;
use flowrun::lang::{self, Compiled, Environment, Files};
use flowrun::plan::{Next, Plan, Progress};
use flowrun::rehearse::{Mocked, Mocks};
use flowrun::sandbox::{self, Options, Ready};
use flowrun::value::{Value, json};
use rust_decimal::Decimal;
use serde_json::Value as Json;

#[path = "support/described.rs"]
mod described;

fn flows() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("flows")
}

/// Short flows, one for each capability of the language.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = found.filter(|path| path.extension().is_some_and(|kind| kind == "flow")).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

fn files() -> Vec<PathBuf> {
    [flows(), examples()].iter().flat_map(|folder| files_in(folder)).collect()
}

struct Beside(PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        std::fs::read(self.0.join(path)).map(Arc::from).map_err(|error| error.to_string())
    }
}

fn compile(path: &Path) -> Compiled {
    compile_text(path, std::fs::read_to_string(path).unwrap(), true)
}

fn compile_text(path: &Path, text: String, buyer_data_allowed: bool) -> Compiled {
    let source = Source::new(path.display().to_string(), text);
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: described::connectors().specs() };
    let environment =
        Environment { name: None, buyer_data_allowed, buyer_data_masked: false, parameters: BTreeMap::new() };
    lang::compile(&source, &catalog, &Beside(path.parent().unwrap().to_path_buf()), &environment)
}

#[test]
fn every_flow_is_clean_and_laid_out() {
    for path in files() {
        let found = compile(&path).diagnostics;
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(lang::format::format(&text) == text, "{} is not laid out; run `flowrun fmt flows`", path.display());
    }
}

#[test]
fn every_flow_has_tests_and_passes_them() {
    for path in files() {
        assert!(!compile(&path).plan.unwrap().tests.is_empty(), "{} has no tests", path.display());
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flowrun"));
    let done = command.arg("test").arg(flows()).arg(examples()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
}

/// What has no tests is shown to nobody: each example is named in docs/language.md, with the files that it shares.
#[test]
fn the_language_page_names_every_example() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let files = files_in(&examples());
    assert!(files.len() > 10, "{}", files.len());
    for file in files {
        let link = format!("](../tests/examples/{})", file.file_name().unwrap().to_str().unwrap());
        assert!(page.contains(&link), "docs/language.md has no link that ends with {link}");
    }
}

/// The masks of the example are what lets it compile where buyer data is forbidden: none can be left out.
#[test]
fn an_example_without_its_masks_does_not_compile_where_buyer_data_is_forbidden() {
    let path = examples().join("masked_buyers.flow");
    let text = std::fs::read_to_string(&path).unwrap();
    let found = compile_text(&path, text.clone(), false).diagnostics;
    assert!(found.is_empty(), "{found:#?}");
    for mask in ["initials(", "mask_email(", "mask_phone(", "redact(", "mask_postcode(", "mask("] {
        assert!(text.contains(mask), "{mask}");
        let open = text.replacen(mask, "trim(", 1);
        let found = compile_text(&path, open.clone(), false).diagnostics;
        assert!(found.iter().any(|found| found.code.name().starts_with("E50")), "{mask}: {found:#?}");
        assert!(compile_text(&path, open, true).diagnostics.is_empty(), "{mask}");
    }
}

/// A record of a test that no test names is a rule that nobody checks.
#[test]
fn every_record_of_a_test_is_used() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flowrun"));
    let done = command.args(["test", "--format", "json"]).arg(flows()).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let summary: Json = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(summary["summary"]["unused"], serde_json::json!([]));
}

// ---- the order flow against a whole shop ----

fn amazon(ready: &Ready) -> Connection {
    let known = &ready.credentials.amazon;
    let settings = ConnectionSettings::default()
        .with("endpoint", &ready.amazon)
        .with("token_endpoint", &ready.amazon_token)
        .with("marketplaces", "US, DE, JP")
        .with("seller_id", &known.seller_id)
        .with("client_id", &known.client_id)
        .with_secret("client_secret", &known.client_secret)
        .with_secret("refresh_token", &known.refresh_token);
    connectors::open("amazon", &settings, &deps()).unwrap()
}

fn tims(ready: &Ready) -> Connection {
    let settings = ConnectionSettings::default()
        .with("url", format!("{}/api/v1", ready.tims))
        .with("limit", "off")
        .with_secret("api_key", &ready.credentials.tims.api_key);
    connectors::open("tims", &settings, &deps()).unwrap()
}

fn deps() -> Deps {
    Deps { clock: Arc::new(SystemClock), quota: Arc::new(quota::NoMemory) }
}

/// All orders of the shop, with the blocks that the flow reads and no others.
async fn orders(amazon: &Connection, plan: &Plan) -> Vec<Value> {
    let mut request = ReadRequest {
        entity: plan.source.entity.clone(),
        position: None,
        since: jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 30),
        filters: Vec::new(),
        datasets: plan.source.datasets.clone(),
        fields: Vec::new(),
    };
    let mut orders: Vec<Value> = Vec::new();
    let mut seen = BTreeSet::new();
    loop {
        let page = amazon.read(&request).await.unwrap();
        // Pages may repeat records.
        let new = page.records.into_iter().map(|record| record.value);
        orders.extend(new.filter(|order| seen.insert(order.get("orderId").unwrap().display())));
        if page.drained {
            return orders;
        }
        request.position = Some(page.next);
    }
}

async fn find(tims: &Connection, entity: &str, key: &str, values: BTreeSet<String>) -> Vec<(Value, Value)> {
    let values: Vec<Value> = values.into_iter().map(Value::text).collect();
    let request =
        Fetch { entity: entity.to_owned(), key: key.to_owned(), values: values.clone(), datasets: Vec::new() };
    values.into_iter().zip(tims.fetch(&request).await.unwrap()).collect()
}

/// What became of an order: what was written, with TIMS' answers, and how it ended.
struct Outcome {
    writes: Vec<(String, Json, Json)>,
    end: Next,
}

impl Outcome {
    fn of(&self, target: &str) -> Option<&(String, Json, Json)> {
        self.writes.iter().find(|(name, ..)| name == target)
    }
}

fn as_json(value: &Value) -> Json {
    serde_json::from_str(&json::to_string(value)).unwrap()
}

/// Takes an order through the flow, with TIMS answering what it is asked to write.
async fn deliver(plan: &Plan, order: &Value, mocks: &Mocks, tims: &Connection, pass: &str) -> Outcome {
    let params = plan.params.iter().map(|param| param.default.clone().unwrap()).collect();
    let mut progress = Progress::new(plan, order.clone(), params);
    let lookups = Mocked { plan, mocks };
    let key = progress.key(plan, &lookups).unwrap();
    let mut writes = Vec::new();
    let end = loop {
        match progress.advance(plan, &lookups) {
            Next::Write(write) => {
                let target = &plan.targets[write.target];
                let request = WriteRequest {
                    entity: target.entity.clone(),
                    verb: target.verb.clone(),
                    payload: write.payload.clone(),
                    idempotency_key: format!("{key} {} {pass}", target.name),
                    repeat: false,
                };
                let answer = match tims.write(&request).await {
                    Ok(answer) => answer.document,
                    Err(error) => panic!("TIMS refuses {} of {key}: {error}\n{}", target.name, as_json(&write.payload)),
                };
                writes.push((target.name.clone(), as_json(&write.payload), as_json(&answer)));
                progress.answer(plan, answer);
            }
            end => break end,
        }
    };
    Outcome { writes, end }
}

fn decimal(value: &Json) -> Decimal {
    value.as_str().unwrap_or("0").parse().unwrap()
}

/// What Amazon keeps of an order: the tax that it collects itself.
fn kept_by_amazon(order: &Json) -> Decimal {
    let items = order["orderItems"].as_array().unwrap().iter();
    let facilitated = items.filter(|item| item["tax"]["taxCollections"][0]["model"] == "MARKETPLACE_FACILITATOR");
    let parts = facilitated.flat_map(|item| item["proceeds"]["breakdowns"].as_array().unwrap());
    parts.filter(|part| part["type"] == "TAX").map(|part| decimal(&part["subtotal"]["amount"])).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_of_a_whole_shop_tie_to_the_cent() {
    let plan = compile(&flows().join("order_sync.flow")).plan.unwrap();
    let running = sandbox::start(Options { orders: 200, seed: 11, ..Options::default() }).await.unwrap();
    let (amazon, tims) = (amazon(running.ready()), tims(running.ready()));
    let orders = orders(&amazon, &plan).await;
    assert_eq!(orders.len(), 200);
    let lookup = |name: &str| plan.lookups.iter().position(|lookup| lookup.name == name).unwrap();

    let skus = orders.iter().flat_map(|order| {
        let items = order.get("orderItems").unwrap().as_list().unwrap();
        items.iter().map(|item| item.get("product").unwrap().get("sellerSku").unwrap().display())
    });
    let mut mocks = Mocks::default();
    let mut unknown = BTreeSet::new();
    for (sku, item) in find(&tims, "items", "sku", skus.collect()).await {
        if item.is_null() {
            unknown.insert(sku.display());
        }
        mocks.lookup(lookup("item_of"), &[sku], item);
    }
    assert!(!unknown.is_empty(), "the shop should sell something that TIMS does not know");
    mocks.lookups.entry(lookup("sale_of")).or_default();

    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let mut delivered = Vec::new();
    for order in &orders {
        let outcome = deliver(&plan, order, &mocks, &tims, "first").await;
        let told = as_json(order);
        let strange: Vec<&str> = told["orderItems"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|item| item["product"]["sellerSku"].as_str().filter(|sku| unknown.contains(*sku)))
            .collect();
        let status = told["fulfillment"]["fulfillmentStatus"].as_str().unwrap();
        if status == "PENDING" || status == "CANCELLED" || told["salesChannel"]["channelName"] == "NON_AMAZON" {
            assert!(matches!(outcome.end, Next::Skipped { .. }) && outcome.writes.is_empty(), "{told}");
            *tally.entry("skipped").or_default() += 1;
            continue;
        }
        if !strange.is_empty() {
            let Next::Rejected(error) = &outcome.end else { panic!("{told}: {:?}", outcome.end) };
            assert!(strange.iter().all(|sku| error.message.contains(sku)), "{}", error.message);
            *tally.entry("unknown sku").or_default() += 1;
            continue;
        }
        assert!(matches!(outcome.end, Next::Finished), "{told}: {:?}", outcome.end);
        check_books(&told, &outcome, &mut tally);
        check_stock(&told, &outcome, &mut tally);
        delivered.push((order, outcome));
    }
    for kind in ["skipped", "unknown sku", "uneven", "yen", "by amazon", "house", "partial", "failed", "discount"] {
        assert!(tally.contains_key(kind), "the shop has no order of the kind `{kind}`: {tally:?}");
    }

    // The same once more, as when an order comes again: TIMS has it all and nothing happens to it twice.
    let references = delivered.iter().map(|(_, outcome)| outcome.of("sale").unwrap().1["external_ref"].as_str());
    let references = references.map(|reference| reference.unwrap().to_owned()).collect();
    for (reference, sale) in find(&tims, "sales_orders", "external_ref", references).await {
        mocks.lookup(lookup("sale_of"), &[reference], sale);
    }
    for (order, first) in &delivered {
        let again = deliver(&plan, order, &mocks, &tims, "second").await;
        assert!(matches!(again.end, Next::Finished), "{:?}", again.end);
        let (before, after) = (&first.of("sale").unwrap().2, &again.of("sale").unwrap().2);
        assert_eq!((&before["id"], &before["totals"]), (&after["id"], &after["totals"]));
        // The customer is the same document in the same version: no order of a buyer writes over another's.
        assert_eq!(first.of("account").unwrap().2["version"], 1, "{}", first.of("account").unwrap().1);
        assert_eq!(again.of("account").unwrap().2["version"], 1, "{}", again.of("account").unwrap().1);
        if first.of("warehouse").is_some() {
            assert!(again.of("stock").is_none() && again.of("warehouse").is_none());
        }
    }

    // Everything that can change changes: pending orders are paid, others cancelled in whole or in part, or shipped.
    let evolved = reqwest::Client::new().post(format!("{}/evolve", running.ready().admin));
    evolved.body("{\"percent\": 100}").send().await.unwrap().error_for_status().unwrap();
    let orders = self::orders(&amazon, &plan).await;
    let references = orders.iter().map(as_json).map(|told| reference(&told)).collect();
    let mut known = BTreeMap::new();
    for (reference, sale) in find(&tims, "sales_orders", "external_ref", references).await {
        known.insert(reference.display(), as_json(&sale));
        mocks.lookup(lookup("sale_of"), &[reference], sale);
    }
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for order in &orders {
        let told = as_json(order);
        let outcome = deliver(&plan, order, &mocks, &tims, "third").await;
        let known = &known[&reference(&told)];
        let cancelled = told["fulfillment"]["fulfillmentStatus"] == "CANCELLED";
        match &outcome.end {
            Next::Rejected(error) => {
                assert!(unknown.iter().any(|sku| error.message.contains(sku)), "{}", error.message)
            }
            Next::Finished if cancelled => {
                *tally.entry("cancelled").or_default() += 1;
                assert_eq!(outcome.of("cancellation").unwrap().2["status"], "cancelled");
            }
            Next::Finished => {
                check_books(&told, &outcome, &mut tally);
                let pieces = |order: &Json| -> Decimal {
                    order["lines"].as_array().unwrap().iter().map(|line| decimal(&line["quantity"])).sum()
                };
                if known.is_null() {
                    *tally.entry("paid").or_default() += 1;
                } else if pieces(&outcome.of("sale").unwrap().2) < pieces(known) {
                    *tally.entry("cancelled in part").or_default() += 1;
                }
            }
            _ => assert!(known.is_null() || cancelled, "{told}: {:?}", outcome.end),
        }
    }
    for kind in ["cancelled", "cancelled in part", "paid"] {
        assert!(tally.contains_key(kind), "no order of the shop became `{kind}`: {tally:?}");
    }
    running.stop().await;
}

fn reference(told: &Json) -> String {
    format!("amazon:{}:{}", told["salesChannel"]["marketplaceId"].as_str().unwrap(), told["orderId"].as_str().unwrap())
}

/// What an accountant and a warehouse clerk would look at.
fn check_books<'t>(told: &Json, outcome: &Outcome, tally: &mut BTreeMap<&'t str, usize>) {
    let mut count = |kind: &'t str| *tally.entry(kind).or_default() += 1;
    let (_, sent, kept) = outcome.of("sale").unwrap();
    let due = decimal(&told["proceeds"]["grandTotal"]["amount"]) - kept_by_amazon(told);
    assert_eq!(decimal(&sent["totals"]["grand"]), due, "{told}");
    assert_eq!(decimal(&kept["totals"]["grand"]), due, "TIMS books something else\n{told}\n{kept}");
    let (items, lines) = (told["orderItems"].as_array().unwrap(), sent["lines"].as_array().unwrap());
    assert_eq!(items.len(), lines.len());
    for (item, line) in items.iter().zip(lines) {
        assert_eq!(item["orderItemId"], line["line_ref"]);
        assert_eq!(item["quantityOrdered"].to_string(), line["quantity"].as_str().unwrap());
        if line.get("line_amount").is_some() {
            count("uneven");
        }
    }
    assert_eq!(sent["currency"], told["proceeds"]["grandTotal"]["currencyCode"]);
    if sent["currency"] == "JPY" {
        count("yen");
        no_decimals(sent);
    }
    if decimal(&sent["totals"]["discounts"]) > Decimal::ZERO {
        count("discount");
    }
    no_blanks(sent);
    let account = &outcome.of("account").unwrap().1;
    no_blanks(account);
    let house = told["buyer"]["buyerEmail"].is_null();
    assert_eq!(account["type"] == "marketplace", house, "{account}");
    if house {
        count("house");
    }
}

/// Only what a merchant still has to send takes stock, and only what has stock goes to the warehouse.
fn check_stock<'t>(told: &Json, outcome: &Outcome, tally: &mut BTreeMap<&'t str, usize>) {
    let mut count = |kind: &'t str| *tally.entry(kind).or_default() += 1;
    let sent = &outcome.of("sale").unwrap().1;
    let open = ["UNSHIPPED", "PARTIALLY_SHIPPED"].contains(&told["fulfillment"]["fulfillmentStatus"].as_str().unwrap());
    let merchant = told["fulfillment"]["fulfilledBy"] == "MERCHANT";
    if !merchant {
        count("by amazon");
    }
    let stock = outcome.of("stock");
    assert_eq!(stock.is_some(), merchant && open && sent["status"] == "confirmed", "{told}");
    match stock.map(|(_, _, stock)| stock["status"].as_str().unwrap()) {
        Some("failed") => {
            count("failed");
            assert!(outcome.of("warehouse").is_none());
        }
        Some(status) => {
            if status == "partial" {
                count("partial");
            }
            assert_eq!(outcome.of("warehouse").unwrap().2["status"], "picking");
        }
        None => assert!(outcome.of("warehouse").is_none()),
    }
}

/// Yen have no smaller unit, in no field of an order.
fn no_decimals(order: &Json) {
    let amounts = ["unit_price", "line_amount", "amount", "goods", "discounts", "charges", "tax", "grand"];
    each(order, &mut |name, value| {
        if amounts.contains(&name)
            && let Some(text) = value.as_str()
        {
            assert!(!text.contains('.'), "{name} is {text} in {order}");
        }
    });
}

/// What is not there is left out; a blank text or an empty list would overwrite what somebody knows better.
fn no_blanks(document: &Json) {
    each(document, &mut |name, value| {
        let blank = value.is_null() || value == "" || value == &Json::Array(Vec::new());
        assert!(!blank, "{name} is {value} in {document}");
    });
}

fn each(value: &Json, look: &mut impl FnMut(&str, &Json)) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                look(name, value);
                each(value, look);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| each(item, look)),
        _ => {}
    }
}
