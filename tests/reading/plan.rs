//! `flowrun plan FLOW --env NAME`.

use serde_json::Value;

use crate::support::{flowrun, flowrun_in};

fn planned(words: &str) -> Value {
    flowrun(&format!("plan flows/order_sync.flow --env prod {words} --format json")).expect(0).json()
}

fn quota<'v>(told: &'v Value, name: &str) -> &'v Value {
    told["quotas"].as_array().unwrap().iter().find(|quota| quota["quota"] == name).unwrap_or_else(|| panic!("{told:#}"))
}

#[test]
fn calls_are_counted_against_each_quota() {
    let told = planned("--per-hour 100 --hits 80 --backlog 5000");
    let search = quota(&told, "amazon.searchOrders");
    // 0.0056 a second; four reads an hour of one page each.
    assert!((search["allowed_an_hour"].as_f64().unwrap() - 20.16).abs() < 1e-6, "{search}");
    assert_eq!((&search["used"]["typical"], &search["reading"]), (&4.0.into(), &4.0.into()));
    let events = quota(&told, "amazon.getOrder");
    assert_eq!(events["used"]["typical"], 100.0, "an event reads its order");
    // The order, and an item for each of two lines (one of five asked for); customer, order, allocation, release.
    let all = quota(&told, "tims (all calls)");
    assert_eq!(all["allowed_an_hour"], 3600.0);
    assert!((all["used"]["typical"].as_f64().unwrap() - 540.0).abs() < 1e-6, "{all}");
    assert!((all["used"]["worst"].as_f64().unwrap() - 800.0).abs() < 1e-6, "cancel too, and nothing cached: {all}");
    assert_eq!(told["bottleneck"], "tims (all calls)");
    // 5,000 orders of 5.4 calls, with 3,060 calls an hour left.
    let seconds = all["backlog"]["seconds"].as_f64().unwrap();
    assert!((seconds - 27_000.0 / 3_060.0 * 3600.0).abs() < 2.0, "{seconds}");
    // 50 pages: 20 at once, the others with the 16.16 calls an hour that reading leaves.
    let seconds = search["backlog"]["seconds"].as_f64().unwrap();
    assert!((seconds - 30.0 / 16.16 * 3600.0).abs() < 2.0, "{seconds}");
    assert_eq!(told["flows"][0]["state"]["documents"][0]["entity"], "tims.sales_orders");
    assert!(told["flows"][0]["tables"].to_string().contains("marketplaces.csv"));
}

#[test]
fn buyer_data_in_motion_is_told_with_what_masks_it() {
    let told = planned("");
    let moved = told["flows"][0]["buyer_data"].as_array().unwrap();
    let email = |field: &str| {
        let found = moved.iter().find(|m| m["from"] == "amazon.orders.buyer.buyerEmail" && m["field"] == field);
        found.unwrap_or_else(|| panic!("{moved:#?}"))["masked_by"].clone()
    };
    assert_eq!(email("contact.email"), Value::Null);
    assert_eq!(email("external_ref"), "short_hash");
    let shown = flowrun("plan flows/order_sync.flow --env prod").expect(0).out;
    for what in [
        "tims (all calls)",
        "buyer data in motion (allowed in prod)",
        "amazon.orders.buyer.buyerEmail → account.external_ref (tims.customers), masked by short_hash",
        "cursor order_sync: how far amazon.orders was read",
        "60 changed records an hour for each flow",
    ] {
        assert!(shown.contains(what), "{what}\n{shown}");
    }
    let masked = flowrun("plan flows/order_sync.flow --env qa").expect(0).out;
    assert!(masked.contains("buyer data in motion (masked in qa)"), "{masked}");
}

#[test]
fn a_schedule_that_cannot_be_kept_is_refused() {
    let said = flowrun("plan flows/order_sync.flow --env prod --per-hour 1000").expect(1);
    assert!(said.err.contains("E461") && said.err.contains("at most 666 records an hour"), "{}", said.err);
    let place = tempfile::tempdir().unwrap();
    let flow = |name: &str, every: &str| {
        let text = format!(
            "flow {name}\n\nsource amazon.orders {{\n  on every {every}\n}}\n\nkey $.orderId\n\n\
             target tims.customers as account upsert {{\n  external_ref = $.orderId\n  company_name = \"x\"\n}}\n"
        );
        std::fs::write(place.path().join(format!("{name}.flow")), text).unwrap();
    };
    std::fs::create_dir(place.path().join("environments")).unwrap();
    std::fs::write(place.path().join("environments/dev.yaml"), "buyer_data: allowed\n").unwrap();
    flow("eager", "1m");
    let said = flowrun_in(place.path(), "plan eager.flow --env dev").expect(1);
    assert!(
        said.err.contains("this reads 60 times an hour, and amazon.searchOrders lets 20.16 calls through"),
        "{}",
        said.err
    );
    assert!(said.err.contains("one call becomes free every 3 min"), "{}", said.err);
    // Each alone can be kept; on one account they cannot.
    flow("one", "5m");
    flow("two", "5m");
    flowrun_in(place.path(), "plan one.flow --env dev").expect(0);
    let said = flowrun_in(place.path(), "plan one.flow two.flow --env dev").expect(1);
    assert!(said.err.contains("by all these flows together"), "{}", said.err);
}
