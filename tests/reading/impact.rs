//! `flowrun impact ENTITY.FIELD`.

use serde_json::Value;

use crate::support::{flowrun, line_of};

fn impact(field: &str) -> Value {
    flowrun(&format!("impact {field} flows/order_sync.flow --format json")).expect(1).json()
}

fn broken(told: &Value, decides: bool) -> Vec<String> {
    let breaks = told["breaks"].as_array().unwrap().iter().filter(|breaks| breaks["decides"] == decides);
    breaks.map(|b| format!("{}.{}", b["target"].as_str().unwrap(), b["field"].as_str().unwrap())).collect()
}

#[test]
fn a_field_of_the_source_is_told_with_every_place_and_what_is_made_of_it() {
    let told = impact("amazon.orders.buyer.buyerEmail");
    let places = told["places"].as_array().unwrap();
    assert!(places.iter().any(|place| place["line"] == line_of("let email")), "{told:#}");
    let made = broken(&told, false);
    assert!(made.contains(&"account.external_ref".to_owned()), "{made:?}");
    assert!(made.contains(&"account.contact.email".to_owned()), "{made:?}");
    assert!(broken(&told, true).contains(&"account.type".to_owned()), "whether there is an address decides the type");
    // What is asked for as a whole finds its parts.
    let whole = impact("amazon.orders.buyer");
    assert!(broken(&whole, false).contains(&"sale.po_number".to_owned()), "{whole:#}");
    assert!(whole["places"].as_array().unwrap().len() > places.len());
    let key = impact("amazon.orders.orderId");
    assert!(key["places"].as_array().unwrap().iter().any(|place| place["how"] == "makes the record's key"));
    let stamp = impact("amazon.orders.lastUpdatedTime");
    assert!(stamp["places"][0]["how"].as_str().unwrap().contains("orders the versions"), "{stamp:#}");
}

#[test]
fn lookups_answers_targets_and_tables_have_an_impact_too() {
    let items = impact("tims.items.id");
    assert_eq!(broken(&items, false), ["sale.lines[].item_id"]);
    let guards: Vec<&str> = items["guards"].as_array().unwrap().iter().map(|g| g["text"].as_str().unwrap()).collect();
    assert!(guards.contains(&"not is_empty(unknown_skus)"), "{guards:?}");
    let by = impact("tims.items.sku");
    assert!(by["places"].as_array().unwrap().iter().any(|p| p["how"] == "is what lookup `item_of` finds by"));
    let lines = impact("tims.sales_orders.lines");
    let writes = |place: &&Value| place["how"] == "written by target `sale`";
    assert!(lines["places"].as_array().unwrap().iter().filter(writes).any(|p| p["field"] == "lines[].unit_price"));
    let column = impact("lookups/marketplaces.csv.price_list");
    assert_eq!(broken(&column, false), ["account.price_list", "sale.price_list"]);
    let table = impact("lookups/promotions.csv");
    assert!(broken(&table, false).contains(&"sale.lines[].discounts[].code".to_owned()), "{table:#}");
}

#[test]
fn files_that_flows_share_are_no_flows_and_stop_nothing() {
    let said = flowrun("impact tims.items.sku tests/examples").expect(0);
    assert!(said.err.contains("used by 0 of"), "{}", said.err);
    let said = flowrun("impact tims.customers.company_name tests/examples").expect(1);
    assert!(said.out.contains("written by target"), "{}", said.out);
}

#[test]
fn exit_codes_tell_used_unused_and_unknown_apart() {
    let said = flowrun("impact amazon.orders.orderAliases flows").expect(0);
    assert!(said.out.is_empty() && said.err.contains("used by 0 of"), "{}{}", said.out, said.err);
    for (field, help) in [
        ("amazon.orders.buyr", "did you mean `buyer`?"),
        ("amazon.orders.buyer.buyerMail", "did you mean `buyerEmail`?"),
        ("amzon.orders", "did you mean `amazon`?"),
        ("amazon.ordrs.x", "did you mean `orders`?"),
        ("lookups/marketplace.csv", "did you mean `lookups/marketplaces.csv`?"),
        ("lookups/marketplaces.csv.pricelist", "did you mean `price_list`?"),
    ] {
        let said = flowrun(&format!("impact {field} flows")).expect(2);
        assert!(said.err.contains(help), "{field}: {}", said.err);
    }
    let said = flowrun("impact amazon.orders.buyer.buyerEmail flows/order_sync.flow").expect(1);
    assert!(said.out.contains("account.contact.email → tims.customers"), "{}", said.out);
}
