//! From an order that TIMS has released to a parcel that a warehouse company packs, which a file describes.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

/// The pieces of each line that is to be packed, by order and line, as TIMS has them.
fn released(tims: &Value) -> BTreeMap<(String, String), i64> {
    let mut pieces = BTreeMap::new();
    for order in tims["sales_orders"].as_array().unwrap() {
        if order["status"] != "picking" || order["location"] != "MAIN" || order["ship_to"].is_null() {
            continue;
        }
        for line in order["lines"].as_array().unwrap() {
            let number = |name: &str| line[name].as_str().map_or(0, |text| text.parse::<i64>().unwrap());
            let left = number("quantity") - number("quantity_cancelled");
            if left > 0 {
                let of = |value: &Value| value.as_str().unwrap().to_owned();
                pieces.insert((of(&order["id"]), of(&line["line_ref"])), left);
            }
        }
    }
    pieces
}

/// The same as the warehouse company has them.
fn told(depot: &Value) -> BTreeMap<(String, String), i64> {
    let mut pieces = BTreeMap::new();
    for delivery in depot["deliveries"].as_array().unwrap() {
        for line in delivery["lines"].as_array().unwrap() {
            let of = |value: &Value| value.as_str().unwrap().to_owned();
            let place = (of(&delivery["reference"]), of(&line["line"]));
            assert!(pieces.insert(place, line["pieces"].as_i64().unwrap()).is_none(), "{delivery}");
        }
    }
    pieces
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tims_has_released_is_packed_once_and_what_it_cancels_is_not() {
    let world = World::new(120).await;
    world.run().await;
    let report = world.run_flow("warehouse", &[]).await;
    assert_eq!(report.outcome, Outcome::Done);
    let state = world.both().await;
    let wanted = released(&state["tims"]);
    assert!(wanted.len() > 60, "{}", wanted.len());
    assert_eq!(told(&state["depot"]), wanted);
    let unaddressed = world.dead_letters().into_iter().filter(|letter| letter.flow == "warehouse");
    assert!(unaddressed.into_iter().all(|letter| letter.reason.contains("has no address")));

    world.reset_counters().await;
    let again = world.run_flow("warehouse", &[]).await;
    assert_eq!((again.counts.writes, world.writes_of("depot.deliveries.create").await), (0, 0));

    // The buyer cancels: TIMS hears of it from Amazon, and the warehouse from TIMS.
    let reference = &state["depot"]["deliveries"][0]["reference"];
    let sales = state["tims"]["sales_orders"].as_array().unwrap();
    let sale = sales.iter().find(|sale| sale["id"] == *reference).unwrap();
    let order = sale["external_ref"].as_str().unwrap().rsplit(':').next().unwrap();
    world.clock.advance(Duration::from_secs(600));
    world.admin_post(&format!("orders/{order}/change"), &json!({"status": "CANCELLED"})).await;
    world.clock.advance(Duration::from_secs(600));
    world.run().await;
    world.run_flow("warehouse", &[]).await;
    let after = world.both().await;
    let cancelled: Vec<&Value> =
        after["depot"]["deliveries"].as_array().unwrap().iter().filter(|one| one["status"] == "cancelled").collect();
    assert_eq!(cancelled.len(), 1);
    assert_eq!((&cancelled[0]["reference"], &cancelled[0]["cancel_reason"]), (reference, &json!("AMAZON_CANCELLED")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_every_fifth_call_changes_nothing() {
    let calm = World::new(60).await;
    calm.run().await;
    calm.run_flow("warehouse", &[]).await;
    let stormy = World::new(60).await;
    stormy.run().await;
    let faults = "depot:429=4%,depot:500=4%,depot:reset=4%,depot:truncate=4%,depot:commit500=4%";
    stormy.admin_put("faults", &json!({"spec": faults})).await;
    let report = stormy.run_flow("warehouse", &[]).await;
    assert_eq!(report.outcome, Outcome::Done);
    assert!(report.counts.retries > 5, "{report:?}");
    assert_eq!(calm.both().await["depot"], stormy.both().await["depot"]);
}
