//! From a price list of TIMS to the prices that shoppers and businesses see on Amazon.

use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

const DE: &str = "A1PA6795UKMFR9";

async fn offers(world: &World, market: &str, sku: &str) -> Vec<Value> {
    let listing = world.admin_get(&format!("listings/{market}/{sku}")).await;
    listing["attributes"]["purchasable_offer"].as_array().unwrap().clone()
}

fn price(offer: &Value, name: &str) -> Value {
    offer[name][0]["schedule"][0]["value_with_tax"].clone()
}

async fn set(world: &World, list: &str, sku: &str, body: Value) {
    world.admin_put(&format!("price_lists/{list}/prices/{sku}"), &body).await;
    world.clock.advance(Duration::from_secs(600));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_of_the_lists_are_on_amazon_and_a_second_run_sends_nothing() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 40)).await;
    let before = offers(&world, DE, "MUG-WHT-11").await;
    let report = world.run_flow("prices", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let after = offers(&world, DE, "MUG-WHT-11").await;
    let [everybody, businesses] = after.as_slice() else { panic!("{after:#?}") };
    // The list says what Amazon has, so that offer is as it was to the last field; the one for businesses is new.
    assert_eq!(everybody, &before[0]);
    assert_eq!((&businesses["audience"], price(businesses, "our_price")), (&json!("B2B"), json!(12.23)));
    let levels = &businesses["quantity_discount_plan"][0]["schedule"][0]["levels"];
    assert_eq!(*levels, json!([{"lower_bound": 10, "value": 11.59}, {"lower_bound": 50, "value": 10.95}]));

    world.reset_counters().await;
    let second = world.run_flow("prices", &[]).await;
    assert_eq!((second.outcome, second.counts.writes), (Outcome::Done, 0));
    assert_eq!(world.counters().await["amazon.patchListingsItem"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_sent_with_all_that_amazon_has_beside_it_and_only_that() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 40)).await;
    world.run_flow("prices", &[]).await;
    // A listing that the seller lets Amazon reprice within bounds: TIMS knows nothing of them.
    let mut bounded = None;
    for number in 1..=40 {
        let sku = format!("ART-{number:06}");
        let there = offers(&world, DE, &sku).await;
        if !price(&there[0], "minimum_seller_allowed_price").is_null() {
            bounded = Some((sku, there[0].clone()));
            break;
        }
    }
    let (sku, before) = bounded.expect("one in three has bounds");
    let old = price(&before, "our_price").as_f64().unwrap();
    let (new, sale) = (format!("{:.2}", old * 1.1), format!("{:.2}", old * 0.9));
    set(&world, "RETAIL-DE", &sku, json!({"amount": new, "currency": "EUR", "tax_inclusive": true})).await;
    let during = json!({"amount": sale, "currency": "EUR", "tax_inclusive": true, "valid_from": "2026-11-27", "valid_to": "2026-11-30"});
    set(&world, "RETAIL-DE", &sku, during).await;
    world.reset_counters().await;
    let report = world.run_flow("prices", &[]).await;
    let told = (report.outcome, report.counts.writes, report.counts.dead_lettered);
    assert_eq!(told, (Outcome::Done, 1, 0), "{:#?}", world.dead_letters());
    assert_eq!(world.counters().await["amazon.patchListingsItem"]["calls"], 1);
    let after = offers(&world, DE, &sku).await[0].clone();
    for bound in ["minimum_seller_allowed_price", "maximum_seller_allowed_price"] {
        assert_eq!(after[bound], before[bound], "a bound is not wiped");
    }
    assert!(price(&after, "our_price").as_f64().unwrap() > old);
    let during = &after["discounted_price"][0]["schedule"][0];
    assert_eq!(
        (&during["start_at"], &during["end_at"]),
        (&json!("2026-11-26T23:00:00Z"), &json!("2026-11-30T23:00:00Z"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slip_of_the_keyboard_reaches_nobody() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 10)).await;
    world.run_flow("prices", &[]).await;
    let before = offers(&world, DE, "KTL-GLS-17").await;
    set(&world, "RETAIL-DE", "KTL-GLS-17", json!({"amount": "4.49", "currency": "EUR", "tax_inclusive": true})).await;
    let report = world.run_flow("prices", &[]).await;
    assert_eq!((report.outcome, report.counts.writes, report.counts.dead_lettered), (Outcome::Done, 0, 1));
    let letters = world.dead_letters();
    assert!(letters[0].reason.contains("too large a step at once"), "{}", letters[0].reason);
    assert_eq!(offers(&world, DE, "KTL-GLS-17").await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_prices_as_none() {
    let calm = World::with(|options| (options.orders, options.skus) = (20, 30)).await;
    calm.run_flow("prices", &[]).await;
    let world = World::with(|options| (options.orders, options.skus) = (20, 30)).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%"})).await;
    for _ in 0..4 {
        assert_eq!(world.run_flow("prices", &[]).await.outcome, Outcome::Done);
    }
    assert!(world.dead_letters().is_empty(), "{:#?}", world.dead_letters());
    assert_eq!(world.admin_get("listings").await, calm.admin_get("listings").await);
}
