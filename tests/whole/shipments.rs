//! From an order that was released to the warehouse to an order that Amazon shows as shipped.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

/// A shop whose orders are in TIMS and whose warehouse has shipped what it could, in several days.
async fn shipped(orders: usize) -> World {
    let world = World::new(orders).await;
    world.run().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(3600));
        world.admin_post("warehouse/ship", &json!({})).await;
    }
    world.clock.advance(Duration::from_secs(3600));
    world.reset_counters().await;
    world
}

/// The pieces in all parcels that count, by Amazon's order and item, as TIMS tells them.
fn sent(tims: &Value) -> BTreeMap<(String, String), u64> {
    let mut sent = BTreeMap::new();
    for shipment in tims["shipments"].as_array().unwrap() {
        let sale =
            tims["sales_orders"].as_array().unwrap().iter().find(|sale| sale["id"] == shipment["sales_order_id"]);
        let order = sale.unwrap()["external_ref"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        for parcel in shipment["packages"].as_array().unwrap() {
            for line in parcel["lines"].as_array().unwrap() {
                let pieces: u64 = line["quantity"].as_str().unwrap().parse().unwrap();
                *sent.entry((order.clone(), line["line_ref"].as_str().unwrap().to_owned())).or_default() += pieces;
            }
        }
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_parcel_that_left_is_told_to_amazon_once() {
    let world = shipped(200).await;
    let report = world.run_flow("shipments", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let state = world.both().await;
    let shipments = state["tims"]["shipments"].as_array().unwrap();
    let parcels: usize = shipments.iter().map(|shipment| shipment["packages"].as_array().unwrap().len()).sum();
    assert!(parcels > shipments.len() && shipments.len() > 60, "{parcels} parcels in {} shipments", shipments.len());
    assert_eq!(world.writes_of("amazon.confirmShipment").await, i64::try_from(parcels).unwrap());

    // Piece by piece, Amazon has what left, with the number that the buyer follows it by.
    let told = state["amazon"]["confirmations"].as_array().unwrap();
    let mut known: BTreeMap<(String, String), u64> = BTreeMap::new();
    for package in told {
        let reference = package["packageReferenceId"].as_str().unwrap();
        assert!(reference.parse::<u32>().is_ok_and(|number| number > 0), "{package}");
        assert!(package["trackingNumber"].is_string() && package["carrier"].is_string(), "{package}");
        for item in package["packageItems"].as_array().unwrap() {
            let place =
                (package["orderId"].as_str().unwrap().to_owned(), item["orderItemId"].as_str().unwrap().to_owned());
            *known.entry(place).or_default() += item["quantity"].as_u64().unwrap();
        }
    }
    let sent = sent(&state["tims"]);
    for (place, pieces) in &sent {
        assert!(known[place] >= *pieces, "{place:?}: {pieces} sent, {} told", known[place]);
    }
    assert!(told.iter().any(|package| package["carrier"] == "RADKURIER"), "a carrier of no table goes by its name");

    // Orders of which all has left are shipped at Amazon too, and come back as such.
    let orders = world.amazon_orders().await;
    let status = |id: &str| {
        let order = orders.iter().find(|order| order["orderId"] == id).unwrap();
        order["fulfillment"]["fulfillmentStatus"].as_str().unwrap().to_owned()
    };
    let mut seen = BTreeMap::<&str, usize>::new();
    for sale in state["tims"]["sales_orders"].as_array().unwrap() {
        let id = sale["external_ref"].as_str().unwrap().rsplit(':').next().unwrap();
        match sale["status"].as_str().unwrap() {
            "shipped" => {
                assert_eq!(status(id), "SHIPPED", "{id}");
                *seen.entry("shipped").or_default() += 1;
            }
            // Of some orders a part had been sent before they came to TIMS.
            "partially_shipped" if told.iter().any(|p| p["orderId"] == id && p["packageReferenceId"] == "1") => {}
            "partially_shipped" => {
                assert_eq!(status(id), "PARTIALLY_SHIPPED", "{id}");
                *seen.entry("part").or_default() += 1;
            }
            _ => {}
        }
    }
    assert!(seen["shipped"] > 50 && seen.contains_key("part"), "{seen:?}");

    // A second run, and the orders that come back as shipped, change nothing.
    world.reset_counters().await;
    let again = world.run_flow("shipments", &[]).await;
    assert_eq!((again.outcome, again.counts.writes), (Outcome::Done, 0));
    let orders = world.run().await;
    assert_eq!(orders.counts.writes, 0, "{:?}", orders.targets);
    assert_eq!(world.both().await, state);
}
