//! The main job as a whole: the real flow file, compiler, engine, connectors and store against the sandbox, judged by
//! what TIMS has in the end. Time is moved by hand, so an hour's outage takes no time.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test that cannot go on stops"
)]

#[path = "whole/customers.rs"]
mod customers;
#[path = "support/described.rs"]
mod described;
#[path = "whole/erase.rs"]
mod erase;
#[path = "whole/fba_stock.rs"]
mod fba_stock;
#[path = "whole/inventory.rs"]
mod inventory;
#[path = "whole/prices.rs"]
mod prices;
#[path = "whole/products.rs"]
mod products;
#[path = "whole/refunds.rs"]
mod refunds;
#[path = "whole/settlements.rs"]
mod settlements;
#[path = "whole/shipments.rs"]
mod shipments;
#[path = "whole/story.rs"]
mod story;
#[path = "whole/support.rs"]
mod support;
#[path = "whole/warehouse.rs"]
mod warehouse;

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::catalog::Catalog;
use flowrun::clock::Clock;
use flowrun::engine::Outcome;
use flowrun::plan::forecast::{Load, forecast};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use support::World;

/// What must become a sales order: everything that is paid, Amazon's own, and of SKUs that TIMS knows.
async fn eligible(world: &World) -> BTreeMap<String, Value> {
    let orders = world.amazon_orders().await;
    let known = |sku: &str| !sku.starts_with("OLD-STOCK");
    orders
        .into_iter()
        .filter(|order| {
            let status = order["fulfillment"]["fulfillmentStatus"].as_str().unwrap();
            let items = order["orderItems"].as_array().unwrap();
            !matches!(status, "PENDING" | "PENDING_AVAILABILITY" | "CANCELLED")
                && order["salesChannel"]["channelName"] == "AMAZON"
                && items.iter().all(|item| known(item["product"]["sellerSku"].as_str().unwrap()))
        })
        .map(|order| (order["orderId"].as_str().unwrap().to_owned(), order))
        .collect()
}

fn amount(value: &Value) -> Decimal {
    value.as_str().map_or(Decimal::ZERO, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_eligible_order_is_in_tims_once_and_to_the_cent() {
    let world = World::new(200).await;
    let report = world.run().await;
    assert_eq!(report.outcome, Outcome::Done);
    let wanted = eligible(&world).await;
    let state = world.state().await;
    let sales = state["sales_orders"].as_array().unwrap();
    assert_eq!(sales.len(), wanted.len(), "one sales order for each eligible order");
    for (id, order) in &wanted {
        let marketplace = order["salesChannel"]["marketplaceId"].as_str().unwrap();
        let reference = format!("amazon:{marketplace}:{id}");
        let found: Vec<&Value> = sales.iter().filter(|sale| sale["external_ref"] == reference.as_str()).collect();
        let [sale] = found.as_slice() else { panic!("{reference}: {} documents", found.len()) };
        let collected = |item: &Value| item["tax"]["taxCollections"][0]["model"] == "MARKETPLACE_FACILITATOR";
        let withheld: Decimal = order["orderItems"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| collected(item))
            .flat_map(|item| item["proceeds"]["breakdowns"].as_array().cloned().unwrap_or_default())
            .filter(|breakdown| breakdown["type"] == "TAX")
            .map(|breakdown| amount(&breakdown["subtotal"]["amount"]))
            .sum();
        let paid = amount(&order["proceeds"]["grandTotal"]["amount"]);
        assert_eq!(amount(&sale["totals"]["grand"]), paid - withheld, "{id}: {sale:#}");
        assert_eq!(amount(&sale["totals"]["tax_marketplace"]), withheld, "{id}");
    }
    // What did not get there has a reason that a clerk understands.
    let letters = world.dead_letters();
    assert!(!letters.is_empty());
    for letter in &letters {
        assert!(letter.reason.contains("TIMS has no item with the SKU OLD-STOCK-"), "{}", letter.reason);
        assert!(letter.file.ends_with("order_sync.flow") && letter.line > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_set_aside_and_the_warehouse_told_but_not_for_what_amazon_ships() {
    let world = World::new(200).await;
    world.run().await;
    let state = world.state().await;
    let allocated: Vec<&str> = state["allocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|allocation| allocation["sales_order_id"].as_str().unwrap())
        .collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for sale in state["sales_orders"].as_array().unwrap() {
        let (status, id) = (sale["status"].as_str().unwrap(), sale["id"].as_str().unwrap());
        *seen.entry(status).or_default() += 1;
        if sale["fulfilment"] == "amazon" {
            assert!(!allocated.contains(&id), "{sale:#}");
        }
        if status == "picking" {
            assert!(allocated.contains(&id));
        }
    }
    assert!(seen["picking"] > 50, "{seen:?}");
    let statuses: Vec<&str> =
        state["allocations"].as_array().unwrap().iter().map(|a| a["status"].as_str().unwrap()).collect();
    for wanted in ["allocated", "partial", "failed"] {
        assert!(statuses.contains(&wanted), "some allocation is {wanted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_run_writes_nothing_and_a_changed_order_updates_its_document() {
    let world = World::new(120).await;
    let first = world.run().await;
    assert!(first.counts.writes > 100);
    world.reset_counters().await;
    let second = world.run().await;
    assert_eq!(second.outcome, Outcome::Done);
    assert_eq!((second.counts.writes, second.counts.delivered, second.counts.dead_lettered), (0, 0, 0));
    assert_eq!(world.tims_writes().await, 0);

    // One line of one order is cancelled at Amazon.
    let before = world.state().await;
    let order = eligible(&world).await.into_values().find(|order| {
        order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
            && order["fulfillment"]["fulfilledBy"] == "MERCHANT"
            && order["orderItems"][0]["quantityOrdered"].as_i64() > Some(1)
    });
    let order = order.expect("an order of two pieces");
    let (id, item) = (order["orderId"].as_str().unwrap(), order["orderItems"][0]["orderItemId"].clone());
    let change = json!({"cancel_item": {"orderItemId": item, "quantity": 1}});
    world.admin_post(&format!("orders/{id}/change"), &change).await;
    world.clock.advance(Duration::from_secs(600));
    let third = world.run().await;
    assert_eq!((third.outcome, third.counts.delivered, third.counts.dead_lettered), (Outcome::Done, 1, 0));
    let after = world.state().await;
    let changed: Vec<(&Value, &Value)> = before["sales_orders"]
        .as_array()
        .unwrap()
        .iter()
        .zip(after["sales_orders"].as_array().unwrap())
        .filter(|(before, after)| before != after)
        .collect();
    let [(was, is)] = changed.as_slice() else { panic!("{} documents changed", changed.len()) };
    assert!(is["external_ref"].as_str().unwrap().ends_with(id));
    assert!(amount(&is["totals"]["grand"]) < amount(&was["totals"]["grand"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_cancelled_at_amazon_is_cancelled_in_tims() {
    let world = World::new(60).await;
    world.run().await;
    let order = eligible(&world).await.into_values().find(|order| {
        order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED" && order["fulfillment"]["fulfilledBy"] == "MERCHANT"
    });
    let id = order.unwrap()["orderId"].as_str().unwrap().to_owned();
    world.admin_post(&format!("orders/{id}/change"), &json!({"status": "CANCELLED"})).await;
    world.clock.advance(Duration::from_secs(600));
    let report = world.run().await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0));
    let state = world.state().await;
    let sale =
        state["sales_orders"].as_array().unwrap().iter().find(|s| s["external_ref"].as_str().unwrap().ends_with(&id));
    assert_eq!(sale.unwrap()["status"], "cancelled");
    let again = world.run().await;
    assert_eq!(again.counts.writes, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_every_kind_leave_the_same_state_as_none() {
    let calm = World::new(120).await;
    calm.run().await;
    let world = World::new(120).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%"})).await;
    let mut runs = 0;
    loop {
        let report = world.run().await;
        assert!(matches!(report.outcome, Outcome::Done), "{:?}", report.outcome);
        runs += 1;
        if report.counts.delivered == 0 || runs > 5 {
            break;
        }
    }
    assert_eq!(world.dead_letters().len(), calm.dead_letters().len(), "only what is wrong itself is given up");
    assert_eq!(world.state().await, calm.state().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tims_down_for_an_hour_is_waited_for_and_nothing_is_given_up() {
    let calm = World::new(60).await;
    calm.run().await;
    let world = World::new(60).await;
    world.admin_put("faults", &json!({"down": {"tims": "1h"}})).await;
    let start = world.clock.now();
    let report = world.run().await;
    assert_eq!(report.outcome, Outcome::Done);
    let waited = world.clock.now().duration_since(start);
    assert!(waited.as_secs() >= 3600 && waited.as_secs() < 2 * 3600, "{waited:?}");
    assert_eq!(world.dead_letters().len(), calm.dead_letters().len());
    assert_eq!(world.state().await, calm.state().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_secret_stops_the_run_says_what_to_do_and_loses_nothing() {
    let world = World::new(60).await;
    world.admin_put("faults", &json!({"expire_secret": true, "expire_tokens": true})).await;
    let report = world.run().await;
    let message = report.outcome.to_string();
    assert!(matches!(report.outcome, Outcome::AuthFailed { .. }), "{message}");
    assert!(message.contains("secret") && message.to_lowercase().contains("rotate"), "{message}");
    assert!(!message.contains(&world.ready.credentials.amazon.client_secret));
    world.admin_put("faults", &json!({"expire_secret": false})).await;
    assert_eq!(world.run().await.outcome, Outcome::Done);
    assert_eq!(world.state().await["sales_orders"].as_array().unwrap().len(), eligible(&world).await.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_from_a_remote_is_tried_again_and_never_taken_for_an_answer() {
    let calm = World::new(60).await;
    calm.run().await;
    let world = World::new(60).await;
    world.admin_put("faults", &json!({"spec": "garbage=15%"})).await;
    assert_eq!(world.run().await.outcome, Outcome::Done);
    assert_eq!(world.state().await, calm.state().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_uses_the_published_quota_and_is_never_refused() {
    // Small pages make a long backlog of few orders: what counts is calls.
    let world = World::paged(1500, 10).await;
    let start = world.clock.now();
    let report = world.run().await;
    assert_eq!(report.outcome, Outcome::Done);
    let counters = world.counters().await;
    let search = &counters["amazon.searchOrders"];
    assert_eq!(search["throttled"], 0, "{search}");
    let calls = search["calls"].as_f64().unwrap();
    let seconds = world.clock.now().duration_since(start).as_secs_f64();
    let allowed = 20.0 + seconds * 0.0056;
    assert!(calls >= 150.0, "{calls} calls");
    assert!(calls / allowed >= 0.95, "{calls} of {allowed} allowed calls in {seconds} s");
}

/// What the forecast calls an operation of TIMS, and what the simulated TIMS counts it as.
const COUNTED: [(&str, &str); 7] = [
    ("cancelSalesOrder", "tims.sales_orders.cancel"),
    ("createAllocation", "tims.allocations.create"),
    ("listItems", "tims.items.list"),
    ("listSalesOrders", "tims.sales_orders.list"),
    ("releaseSalesOrder", "tims.sales_orders.release"),
    ("upsertCustomer", "tims.customers.upsert"),
    ("upsertSalesOrder", "tims.sales_orders.upsert"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_forecast_says_holds_for_the_calls_of_a_run() {
    let world = World::new(200).await;
    let catalog = Catalog { functions: flowrun::functions::all(), connectors: flowrun::connectors::specs() };
    let load = Load {
        per_hour: 200.0,
        items: 2.0,
        backlog: Some(200.0),
        pages: BTreeMap::from([("amazon".to_owned(), 100.0)]),
        ..Load::default()
    };
    let told = forecast(&[world.plan()], &catalog, &load);
    let [flow] = told.flows.as_slice() else { panic!("{told:?}") };
    let foreseen: Vec<&str> = flow.per_record.keys().map(|(_, name)| name.as_str()).collect();
    assert_eq!(foreseen, COUNTED.map(|(name, _)| name));

    let report = world.run().await;
    let counters = world.counters().await;
    // Nothing is called that was not foreseen, and nothing more often than at worst.
    for name in counters.as_object().unwrap().keys().filter(|name| name.starts_with("tims.")) {
        assert!(COUNTED.iter().any(|(_, counted)| counted == name), "{name} was not foreseen");
    }
    let calls = |counted: &str| counters[counted]["calls"].as_f64().unwrap_or(0.0);
    for (name, counted) in COUNTED {
        let worst = flow.per_record[&("tims".to_owned(), name.to_owned())].worst * report.counts.read as f64;
        assert!(calls(counted) <= worst, "{name}: {} calls, {worst} at worst", calls(counted));
    }
    // Each order that gets there has a customer and a sale; a customer that is as he was costs no call.
    for (target, name) in [("account", "upsertCustomer"), ("sale", "upsertSalesOrder")] {
        let done = &report.targets[target];
        let typical = flow.per_record[&("tims".to_owned(), name.to_owned())].typical;
        let expected = typical * report.counts.delivered as f64;
        assert!(((done.writes + done.unchanged) as f64 - expected).abs() < 1e-9, "{name}: {done:?}, not {expected}");
    }
    // No order of the sandbox is one that TIMS has and that is cancelled in the same run.
    assert_eq!((calls("tims.sales_orders.cancel"), report.counts.delivered > 150), (0.0, true));
    let search = told.quotas.iter().find(|quota| quota.name() == "amazon.searchOrders").unwrap();
    assert!((search.backlog.unwrap().calls - calls("amazon.searchOrders")).abs() < 1e-9, "{search:?}");
}
