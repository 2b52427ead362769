//! From Amazon's warehouses to the stock of TIMS.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

const DE: &str = "A1PA6795UKMFR9";

/// What TIMS has in the places that Amazon keeps: on hand, reserved, incoming.
async fn kept(world: &World) -> BTreeMap<(String, String), (String, String, String)> {
    let state = world.state().await;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = state["stock"].as_array().unwrap().iter();
    rows.map(|row| {
        let place = (text(row, "sku"), text(row, "location"));
        (place, (text(row, "on_hand"), text(row, "reserved"), text(row, "incoming")))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amazons_stock_is_tims_stock_in_a_place_of_its_own_and_is_not_told_twice() {
    // More than a page of it in one marketplace.
    let world = World::with(|options| (options.orders, options.skus) = (20, 700)).await;
    let report = world.run_flow("fba_stock", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let stock = kept(&world).await;
    let in_europe = stock.keys().filter(|(_, location)| location == "FBA").count();
    let in_america = stock.keys().filter(|(_, location)| location == "FBA-US").count();
    assert!(in_europe > 70 && in_america > 2 && in_europe > in_america, "{in_europe}, {in_america}");

    world.reset_counters().await;
    let second = world.run_flow("fba_stock", &[]).await;
    assert_eq!((second.outcome, second.counts.writes), (Outcome::Done, 0));

    let body = json!({"fulfillable": 17, "reserved": 3, "inbound": 40});
    world.admin_put(&format!("amazon_stock/{DE}/ART-000010"), &body).await;
    world.clock.advance(Duration::from_secs(900));
    let third = world.run_flow("fba_stock", &[]).await;
    assert_eq!((third.outcome, third.counts.writes), (Outcome::Done, 1));
    let there = &kept(&world).await[&("ART-000010".to_owned(), "FBA".to_owned())];
    assert_eq!((there.0.as_str(), there.1.as_str(), there.2.as_str()), ("20", "3", "40"));

    // And it is not offered from the seller's own warehouse: the flow of quantities leaves that listing alone.
    world.run_flow("inventory", &[]).await;
    let listing = world.admin_get(&format!("listings/{DE}/ART-000010")).await;
    assert_eq!(listing["attributes"]["fulfillment_availability"], json!([{"fulfillment_channel_code": "AMAZON_EU"}]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_stock_as_none() {
    let calm = World::with(|options| (options.orders, options.skus) = (20, 700)).await;
    calm.run_flow("fba_stock", &[]).await;
    let world = World::with(|options| (options.orders, options.skus) = (20, 700)).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%"})).await;
    for _ in 0..4 {
        assert_eq!(world.run_flow("fba_stock", &[]).await.outcome, Outcome::Done);
    }
    assert!(world.dead_letters().is_empty(), "{:#?}", world.dead_letters());
    assert_eq!(kept(&world).await, kept(&calm).await);
}
