//! From a change of stock in TIMS to the quantity that Amazon shows.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

const DE: &str = "A1PA6795UKMFR9";
/// What the table of safety stock keeps back of the article that is counted here.
const KEPT_BACK: i64 = 2;

/// The quantities that Amazon has, by channel, of the listings that were changed.
async fn changed(world: &World) -> BTreeMap<(String, String), Vec<(String, Option<u64>)>> {
    let listings = world.admin_get("listings").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entries = |listing: &Value| {
        let entries = listing["attributes"]["fulfillment_availability"].as_array().unwrap().iter();
        entries.map(|entry| (text(&entry["fulfillment_channel_code"]), entry["quantity"].as_u64())).collect()
    };
    let listings = listings.as_array().unwrap().iter();
    listings.map(|listing| ((text(&listing["marketplaceId"]), text(&listing["sku"])), entries(listing))).collect()
}

async fn quantity(world: &World, market: &str, sku: &str) -> Value {
    let listing = world.admin_get(&format!("listings/{market}/{sku}")).await;
    listing["attributes"]["fulfillment_availability"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_becomes_quantities_once_and_never_on_what_amazon_ships() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 60)).await;
    let report = world.run_flow("inventory", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let listings = changed(&world).await;
    assert!(listings.len() > 24 * 3 / 2 + 40, "{}", listings.len());
    for (place, entries) in &listings {
        assert!(matches!(entries.as_slice(), [(channel, Some(_))] if channel == "DEFAULT"), "{place:?}: {entries:?}");
    }
    // What Amazon ships was left alone, all of it.
    for (market, sku) in [(DE, "ART-000010"), (DE, "ART-000060")] {
        let there = quantity(&world, market, sku).await;
        assert_eq!((&there["fulfillment_channel_code"], &there["quantity"]), (&json!("AMAZON_EU"), &Value::Null));
    }
    // What else Amazon knew of the availability is still there.
    let there = quantity(&world, DE, "MUG-WHT-11").await;
    assert_eq!(there["quantity"], 500, "no more than is offered at most: {there}");
    assert_eq!(there["lead_time_to_ship_max_days"], 2);

    world.reset_counters().await;
    let second = world.run_flow("inventory", &[]).await;
    assert_eq!((second.outcome, second.counts.writes), (Outcome::Done, 0));
    assert_eq!(world.writes_of("amazon.patchListingsItem").await, 0);
    assert_eq!(world.counters().await["amazon.patchListingsItem"], Value::Null, "no call at all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_change_of_stock_is_one_call_for_each_listing() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 60)).await;
    world.run_flow("inventory", &[]).await;
    world.reset_counters().await;
    world.clock.advance(Duration::from_secs(600));
    world.admin_put("stock/ART-000007/MAIN", &json!({"on_hand": 31})).await;
    world.admin_put("stock/ART-000007/NORTH", &json!({"on_hand": 8, "safety": 3})).await;
    // What Amazon ships has stock in the warehouse too: it is not offered from there.
    world.admin_put("stock/ART-000010/MAIN", &json!({"on_hand": 99})).await;
    let report = world.run_flow("inventory", &[]).await;
    assert_eq!((report.outcome, report.counts.writes, report.counts.dead_lettered), (Outcome::Done, 1, 0));
    let calls = world.counters().await;
    assert_eq!(calls["amazon.patchListingsItem"]["calls"], 1, "{calls:#}");
    // What is in both warehouses less what the north needs itself, and what is kept back of such an article.
    assert_eq!(quantity(&world, DE, "ART-000007").await["quantity"], 31 + (8 - 3) - KEPT_BACK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_quantities_as_none() {
    let calm = World::with(|options| (options.orders, options.skus) = (20, 80)).await;
    calm.run_flow("inventory", &[]).await;
    let world = World::with(|options| (options.orders, options.skus) = (20, 80)).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%"})).await;
    for _ in 0..4 {
        let report = world.run_flow("inventory", &[]).await;
        assert!(matches!(report.outcome, Outcome::Done), "{:?}", report.outcome);
    }
    assert!(world.dead_letters().is_empty(), "{:#?}", world.dead_letters());
    assert_eq!(changed(&world).await, changed(&calm).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_changes_are_one_feed_and_what_amazon_does_not_take_is_told_by_sku() {
    let world = World::with_feeds_above(20, |options| (options.orders, options.skus) = (20, 600)).await;
    let report = world.run_flow("inventory", &[]).await;
    assert_eq!(report.outcome, Outcome::Done);
    let calls = world.counters().await;
    let feeds = calls["amazon.createFeed"]["calls"].as_i64().unwrap();
    let patches = calls["amazon.patchListingsItem"]["calls"].as_i64().unwrap_or(0);
    // The clock of this test jumps, so a batch is cut short now and then; what is left over in the end may be few.
    assert!((3..30).contains(&feeds) && patches < 60, "{feeds} feeds, {patches} calls");
    assert_eq!(calls["amazon.documents.put"]["ok"], feeds);
    assert_eq!(calls["amazon.getFeedDocument"]["ok"], feeds, "every report is read");

    // A feed that is DONE may still have refused some. Each is a dead letter of its own, with Amazon's words.
    let letters = world.dead_letters();
    let refused: Vec<&str> = letters.iter().map(|letter| letter.key.as_str()).collect();
    assert_eq!(refused.len(), 6, "{refused:?}");
    for letter in &letters {
        assert!(
            ["ART-000097", "ART-000194", "ART-000291", "ART-000388", "ART-000485", "ART-000582"]
                .contains(&letter.key.as_str())
        );
        assert!(letter.reason.contains("needs an approval"), "{}", letter.reason);
    }
    let listings = changed(&world).await;
    assert!(listings.len() > 500 && !listings.contains_key(&(DE.to_owned(), "ART-000097".to_owned())));

    world.reset_counters().await;
    let second = world.run_flow("inventory", &[]).await;
    assert_eq!((second.outcome, second.counts.writes), (Outcome::Done, 0));
    assert_eq!(world.counters().await["amazon.createFeed"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warehouse_that_is_empty_at_once_stops_the_run_before_anything_is_sent() {
    let world = World::with_feeds_above(20, |options| (options.orders, options.skus) = (20, 500)).await;
    world.run_flow("inventory", &[]).await;
    let before = changed(&world).await;
    for location in ["MAIN", "NORTH"] {
        for number in 1..=500 {
            world.admin_put(&format!("stock/ART-{number:06}/{location}"), &json!({"on_hand": 0})).await;
        }
    }
    world.clock.advance(Duration::from_secs(600));
    world.reset_counters().await;
    let report = world.run_flow("inventory", &[]).await;
    let told = report.outcome.to_string();
    assert!(
        matches!(report.outcome, Outcome::ConnectionBroken { .. }) && told.contains("would fall to zero"),
        "{told}"
    );
    assert_eq!(changed(&world).await, before, "nothing was sent");
    assert_eq!(world.counters().await["amazon.createFeed"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_amazon_gives_up_is_read_back_and_its_rest_sent_again() {
    let calm = World::with_feeds_above(20, |options| (options.orders, options.skus) = (20, 500)).await;
    calm.run_flow("inventory", &[]).await;
    let world = World::with_feeds_above(20, |options| (options.orders, options.skus) = (20, 500)).await;
    world.admin_post("feeds/fatal", &json!({})).await;
    let report = world.run_flow("inventory", &[]).await;
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(world.dead_letters().len(), calm.dead_letters().len(), "{:#?}", world.dead_letters());
    assert_eq!(changed(&world).await, changed(&calm).await);
}
