//! `flowrun explain FLOW FIELD`.

use serde_json::Value;

use crate::support::{flowrun, flowrun_in, line_of};

const FLOW: &str = "flows/order_sync.flow";

fn explained(field: &str) -> Value {
    flowrun(&format!("explain {FLOW} {field} --format json")).expect(0).json()
}

/// The fields of the record that a value is made of; with what only decides, or without.
fn reads(told: &Value, deciding: bool) -> Vec<String> {
    let decides = |used: &Value| matches!(used["role"].as_str(), Some("test" | "filter" | "each" | "key"));
    let used = told["uses"].as_array().unwrap().iter();
    let mut found: Vec<String> = used
        .filter(|used| used["kind"] == "field" && decides(used) == deciding)
        .map(|used| used["field"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn a_line_s_price_is_followed_through_lets_lists_and_functions() {
    let told = explained("order.lines.unit_price");
    assert_eq!((&told["field"], &told["buyer_data"]), (&"order.lines[].unit_price".into(), &false.into()));
    assert_eq!(
        reads(&told, false),
        [
            "orderItems[].proceeds.breakdowns[].detailedBreakdowns[].value.amount",
            "orderItems[].proceeds.breakdowns[].subtotal.amount",
            "orderItems[].quantityOrdered",
            "proceeds.grandTotal.currencyCode",
            "salesChannel.marketplaceId",
        ]
    );
    // What makes an amount a price decides which amounts are added up.
    assert!(reads(&told, true).contains(&"orderItems[].proceeds.breakdowns[].type".to_owned()), "{told:#}");
    let functions: Vec<&str> =
        told["functions"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    for name in ["divide", "first", "sum", "minor_units", "marketplace_currency"] {
        assert!(functions.contains(&name), "{functions:?}");
    }
    let ends = told["ends"].as_array().unwrap();
    let sale = ends.iter().find(|end| end["field"] == "lines[].unit_price").unwrap();
    assert_eq!((&sale["target"], &sale["entity"]), (&"sale".into(), &"tims.sales_orders".into()));
    assert_eq!(sale["at"]["line"], line_of("target tims.sales_orders as sale"));
    let guards: Vec<&str> = told["guards"].as_array().unwrap().iter().map(|g| g["text"].as_str().unwrap()).collect();
    assert!(guards.contains(&"cancelled and known == null") && guards.contains(&"cancelled"), "{guards:?}");
}

#[test]
fn a_payload_s_field_may_be_an_answer_and_a_table_s_column() {
    let told = explained("sale.customer_id");
    let [used] = told["uses"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    assert_eq!((&used["kind"], &used["target"], &used["field"]), (&"answer".into(), &"account".into(), &"id".into()));
    let told = explained("sale.channel");
    let used = told["uses"].as_array().unwrap().iter().find(|used| used["kind"] == "table").unwrap();
    assert_eq!((&used["table"], &used["column"]), (&"lookups/marketplaces.csv".into(), &"channel".into()));
    assert_eq!(used["by"], serde_json::json!(["marketplace_id"]));
    assert_eq!(reads(&told, true), ["salesChannel.marketplaceId"], "the key decides which row it is");
    let told = explained("order.location");
    let params = told["uses"].as_array().unwrap().iter().filter(|used| used["kind"] == "parameter");
    assert_eq!(params.map(|used| &used["shown"]).collect::<Vec<_>>(), ["env.amazon_warehouse", "env.warehouse"]);
}

#[test]
fn buyer_data_is_told_with_what_clears_it() {
    let told = explained("customer.external_ref");
    assert_eq!(told["buyer_data"], false);
    let email = told["uses"].as_array().unwrap().iter().find(|used| used["cleared"] == "short_hash").unwrap();
    assert_eq!((&email["field"], &email["pii"]), (&"buyer.buyerEmail".into(), &true.into()));
    let told = explained("customer.contact.email");
    assert_eq!(told["buyer_data"], true);
    let shown = flowrun(&format!("explain {FLOW} customer.contact.email")).expect(0).out;
    assert!(shown.contains("buyer data: yes") && shown.contains("$.buyer.buyerEmail"), "{shown}");
    assert!(shown.contains("account.contact.email → upsert tims.customers"), "{shown}");
    assert!(shown.contains(&format!("{FLOW}:{}", line_of("let email"))), "{shown}");
}

#[test]
fn a_whole_transform_is_a_line_for_each_field() {
    let told = explained("order");
    let fields: Vec<&str> = told["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    for field in ["order.external_ref", "order.ship_to.name", "order.lines[].discounts[].amount", "order.totals.grand"]
    {
        assert!(fields.contains(&field), "{fields:?}");
    }
    // What the checker calls buyer data at a target is what the lineage calls buyer data there.
    for target in ["sale", "account", "stock", "cancellation", "warehouse"] {
        let told = explained(target);
        let mut carried: Vec<String> = told["fields"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|field| field["buyer_data"] == true)
            .map(|field| field["field"].as_str().unwrap().to_owned())
            .collect();
        carried.sort();
        let graph = flowrun(&format!("graph {FLOW} --format json")).expect(0).json();
        let facts = graph["facts"]["buyer_data"].as_array().unwrap().iter();
        let mut facts: Vec<String> =
            facts.map(|f| f.as_str().unwrap().to_owned()).filter(|f| f.starts_with(&format!("{target}."))).collect();
        facts.sort();
        assert_eq!(carried, facts, "{target}");
    }
}

#[test]
fn what_is_not_there_is_told_with_what_is_near() {
    let said = flowrun(&format!("explain {FLOW} ordr.lines")).expect(2);
    assert!(said.err.contains("did you mean `order`?"), "{}", said.err);
    let said = flowrun(&format!("explain {FLOW} order.lines.unit_prise")).expect(2);
    assert!(said.err.contains("`order.lines` has no field `unit_prise`; did you mean `unit_price`?"), "{}", said.err);
    let said = flowrun(&format!("explain {FLOW}")).expect(0);
    assert!(said.out.contains("unknown_skus") && said.out.contains("warehouse"), "{}", said.out);
    assert!(flowrun("explain E302").expect(0).out.starts_with("## E302"));
    assert!(flowrun("explain E99").expect(2).err.contains("E"), "a code stays a code");
}

#[test]
fn a_long_way_back_is_cut_and_never_overflows() {
    let place = tempfile::tempdir().unwrap();
    let mut text =
        "flow long\n\nsource amazon.orders {\n  on every 15m\n}\n\nkey $.orderId\n\nlet a0 = $.orderId\n".to_owned();
    for n in 1..4000 {
        text.push_str(&format!("let a{n} = \"{{{{ a{} }}}}\"\n", n - 1));
    }
    text.push_str("\ntarget tims.customers as account upsert { external_ref = a3999 company_name = a3999 }\n");
    std::fs::write(place.path().join("long.flow"), text).unwrap();
    let said = flowrun_in(place.path(), "explain long.flow account.external_ref --format json").expect(0);
    assert!(said.out.contains("further back"), "it says that it goes on");
}
