//! Customers: each buyer once, however many orders arrive together, and one with whom TIMS knows already.

use flowrun::engine::Outcome;
use serde_json::{Value, json};

use crate::support::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_buyer_is_there_once_and_is_one_with_whom_tims_knows() {
    let world = World::new(200).await;
    // Somebody whom TIMS knows from the shop in town: the buyer of one of Amazon's orders, at the buyer's own address.
    let orders = world.amazon_orders().await;
    let own = |order: &&Value| {
        let address = &order["recipient"]["deliveryAddress"];
        order["buyer"]["buyerName"].is_string()
            && order["buyer"]["buyerEmail"].is_string()
            && order["buyer"]["buyerCompanyName"].is_null()
            && address["name"] == order["buyer"]["buyerName"]
            && address["postalCode"].is_string()
            && order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    };
    let order = orders.iter().find(own).expect("a buyer who orders for himself");
    let address = &order["recipient"]["deliveryAddress"];
    let known = json!({"company_name": order["buyer"]["buyerName"], "type": "person", "code": "TOWN-1",
        "addresses": [{"kind": "ship", "line1": "somewhere", "postal_code": address["postalCode"], "country": address["countryCode"]}]});
    let known = world.tims_post("customers", &known).await;

    let report = world.run_flow("customers", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let state = world.state().await;
    let customers = state["customers"].as_array().unwrap();
    let emails: Vec<&str> = customers.iter().filter_map(|customer| customer["contact"]["email"].as_str()).collect();
    let mut once = emails.clone();
    once.sort_unstable();
    once.dedup();
    assert!(once.len() > 30 && once.len() == emails.len(), "{} of {}", once.len(), emails.len());
    let alias = customers.iter().find(|customer| customer["merged_into"] == known["id"]).expect("one was merged");
    assert_eq!((&alias["status"], &alias["contact"]["email"]), (&json!("inactive"), &order["buyer"]["buyerEmail"]));

    // The order of who was merged is the other one's, and nobody comes back.
    world.run().await;
    let state = world.state().await;
    let id = order["orderId"].as_str().unwrap();
    let sale =
        state["sales_orders"].as_array().unwrap().iter().find(|s| s["external_ref"].as_str().unwrap().ends_with(id));
    assert_eq!(sale.unwrap()["customer_id"], known["id"]);
    world.reset_counters().await;
    let again = world.run_flow("customers", &[]).await;
    assert_eq!((again.counts.writes, world.tims_writes().await), (0, 0));
}
