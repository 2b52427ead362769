//! From an item of TIMS to a listing of Amazon.

use std::time::Duration;

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

const DE: &str = "A1PA6795UKMFR9";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_are_listed_once_what_others_own_stays_and_what_amazon_would_not_take_is_not_sent() {
    let world = World::with(|options| (options.orders, options.skus) = (20, 110)).await;
    let before = world.admin_get(&format!("listings/{DE}/MUG-WHT-11")).await;
    let report = world.run_flow("products", &[]).await;
    assert_eq!(report.outcome, Outcome::Done);

    // A new one is there with all that its product type wants.
    let made = world.admin_get(&format!("listings/{DE}/ART-000053")).await;
    assert_eq!(made["attributes"]["condition_type"][0]["value"], "new_new");
    assert_eq!(
        made["attributes"]["fulfillment_availability"][0],
        json!({"fulfillment_channel_code": "DEFAULT", "quantity": 0})
    );

    // Of one that was there, price and quantity are as they were.
    let after = world.admin_get(&format!("listings/{DE}/MUG-WHT-11")).await;
    assert_eq!(after["attributes"]["bullet_point"][0]["language_tag"], "de_DE");
    for own in ["purchasable_offer", "fulfillment_availability", "condition_type"] {
        assert_eq!(after["attributes"][own], before["attributes"][own]);
    }

    // The one of which something is not known was shown to Amazon and not sent; so was no held one changed.
    let mut letters = world.dead_letters();
    letters.sort_by(|one, other| one.key.cmp(&other.key));
    let stopped: Vec<&str> = letters.iter().map(|letter| letter.key.as_str()).collect();
    assert_eq!(stopped, ["ART-000097", "ART-000106"], "{letters:#?}");
    assert!(letters[1].reason.contains("is required but not supplied"), "{}", letters[1].reason);
    let calls = world.counters().await;
    assert_eq!(calls["amazon.putListingsItem"]["writes"], 1, "{calls:#}");

    world.reset_counters().await;
    let second = world.run_flow("products", &[]).await;
    assert_eq!((second.outcome, second.counts.writes), (Outcome::Done, 0));
    assert_eq!(world.counters().await["amazon.patchListingsItem"], Value::Null);

    // What is listed now gets its price.
    world.clock.advance(Duration::from_secs(600));
    world.run_flow("prices", &[]).await;
    let made = world.admin_get(&format!("listings/{DE}/ART-000053")).await;
    assert_eq!(made["attributes"]["purchasable_offer"].as_array().map(Vec::len), Some(2), "{made:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_listings_as_none() {
    let calm = World::with(|options| (options.orders, options.skus) = (20, 60)).await;
    calm.run_flow("products", &[]).await;
    let world = World::with(|options| (options.orders, options.skus) = (20, 60)).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%"})).await;
    for _ in 0..4 {
        assert_eq!(world.run_flow("products", &[]).await.outcome, Outcome::Done);
    }
    assert!(world.dead_letters().is_empty(), "{:#?}", world.dead_letters());
    assert_eq!(world.admin_get("listings").await, calm.admin_get("listings").await);
}
