//! The shop: the same for the same seed, full of oddities, and with sums that agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::World;

fn amount(money: &Value) -> Decimal {
    money["amount"].as_str().unwrap().parse().unwrap()
}

/// Every total is the sum of its parts, down from the order.
pub(crate) fn assert_sums(order: &Value) {
    let items = order["orderItems"].as_array().unwrap();
    let mut types: BTreeMap<&str, Decimal> = BTreeMap::new();
    let mut grand = Decimal::ZERO;
    for item in items {
        let mut total = Decimal::ZERO;
        for breakdown in item["proceeds"]["breakdowns"].as_array().unwrap() {
            let subtotal = amount(&breakdown["subtotal"]);
            total += subtotal;
            *types.entry(breakdown["type"].as_str().unwrap()).or_default() += subtotal;
            if let Some(details) = breakdown["detailedBreakdowns"].as_array() {
                let sum: Decimal = details.iter().map(|detail| amount(&detail["value"])).sum();
                assert_eq!(sum, subtotal, "{order:#}");
            }
        }
        assert_eq!(total, amount(&item["proceeds"]["proceedsTotal"]), "{order:#}");
        grand += total;
    }
    assert_eq!(grand, amount(&order["proceeds"]["grandTotal"]), "{order:#}");
    let told = order["proceeds"]["breakdowns"].as_array().into_iter().flatten();
    let told: BTreeMap<&str, Decimal> =
        told.map(|one| (one["type"].as_str().unwrap(), amount(&one["subtotal"]))).collect();
    assert_eq!(told, types, "{order:#}");
}

#[tokio::test]
async fn the_same_seed_is_the_same_shop_and_another_is_another() {
    let one = World::new().await.everything().await;
    assert_eq!(one, World::new().await.everything().await);
    let other = World::with(|options| (options.orders, options.seed) = (60, 2)).await.everything().await;
    let ids = |orders: &[Value]| -> BTreeSet<String> { orders.iter().map(|o| o["orderId"].to_string()).collect() };
    assert!(ids(&one).is_disjoint(&ids(&other)));
}

#[tokio::test]
async fn a_shop_of_fifty_has_every_oddity() {
    let world = World::with(|options| options.orders = 50).await;
    let orders = world.everything().await;
    let some = |what: &str, is: &dyn Fn(&Value) -> bool| {
        assert!(orders.iter().any(is), "no order is {what}");
    };
    let any_item = |order: &Value, is: &dyn Fn(&Value) -> bool| order["orderItems"].as_array().unwrap().iter().any(is);
    let status = |order: &Value, wanted: &str| order["fulfillment"]["fulfillmentStatus"] == wanted;
    for wanted in ["PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED"] {
        some(wanted, &|order| status(order, wanted));
    }
    for order in orders.iter().filter(|order| status(order, "PENDING")) {
        assert!(["proceeds", "buyer", "recipient"].iter().all(|block| order.get(*block).is_none()));
        assert!(!any_item(order, &|item| item["product"].get("price").is_some() || item.get("proceeds").is_some()));
    }
    let open = |order: &Value| status(order, "UNSHIPPED");
    some("cancelled in part, a line at 0", &|order| {
        open(order) && any_item(order, &|item| item["quantityOrdered"] == 0 && item["cancellation"].is_object())
    });
    some("cancelled in part, fewer pieces", &|order| {
        open(order) && any_item(order, &|item| item["quantityOrdered"] != 0 && item["cancellation"].is_object())
    });
    some("a replacement", &|order| order["associatedOrders"].is_array());
    some("Amazon's to ship", &|order| order["fulfillment"]["fulfilledBy"] == "AMAZON");
    some("a company's", &|order| order["buyer"]["buyerCompanyName"].is_string());
    some("a company's with its number", &|order| order["buyer"]["buyerPurchaseOrderNumber"].is_string());
    some("at a business price", &|order| {
        any_item(order, &|item| item["product"]["price"]["priceDesignation"] == "BUSINESS_PRICE")
    });
    let words = |order: &Value| order["buyer"]["buyerName"].as_str().map_or(0, |name| name.split(' ').count());
    some("a buyer of one word", &|order| words(order) == 1);
    some("a buyer of three words", &|order| words(order) == 3);
    some("a Japanese buyer", &|order| {
        order["buyer"]["buyerName"].as_str().is_some_and(|name| name.chars().any(|c| c > '\u{3000}'))
    });
    some("without a buyer only", &|order| {
        open(order) && order.get("buyer").is_none() && order["recipient"].is_object()
    });
    some("without a recipient only", &|order| {
        open(order) && order["buyer"].is_object() && order.get("recipient").is_none()
    });
    some("without both", &|order| open(order) && order.get("buyer").is_none() && order.get("recipient").is_none());
    let promotion = |order: &Value, prefix: &str| {
        any_item(order, &|item| {
            let ids = item["promotion"]["breakdowns"].as_array().into_iter().flatten();
            ids.into_iter().any(|one| one["promotionId"].as_str().unwrap().starts_with(prefix))
        })
    };
    some("promoted", &|order| promotion(order, "PLM-"));
    some("shipped for free", &|order| promotion(order, "US Core"));
    some("promoted by nobody knows what", &|order| promotion(order, "PAWS"));
    some("a wrapped gift", &|order| any_item(order, &|item| item["fulfillment"]["packing"]["giftOption"].is_object()));
    some("three for ten", &|order| {
        any_item(order, &|item| {
            let unit =
                item["product"]["price"]["unitPrice"]["amount"].as_str().map(|text| text.parse::<Decimal>().unwrap());
            let line = item["proceeds"]["breakdowns"][0]["subtotal"]["amount"].as_str();
            let line = line.map(|text| text.parse::<Decimal>().unwrap());
            unit.is_some_and(|unit| Some(unit * Decimal::from(item["quantityOrdered"].as_u64().unwrap())) != line)
        }) && open(order)
    });
    some("one of two lines of a SKU", &|order| {
        let skus: Vec<_> =
            order["orderItems"].as_array().unwrap().iter().map(|i| i["product"]["sellerSku"].to_string()).collect();
        skus.iter().collect::<BTreeSet<_>>().len() < skus.len()
    });
    some("of an unknown SKU", &|order| {
        any_item(order, &|item| item["product"]["sellerSku"].as_str().unwrap().starts_with("OLD-STOCK"))
    });
    some("from another channel", &|order| {
        order["salesChannel"]["channelName"] == "NON_AMAZON" && order["orderId"].as_str().unwrap().starts_with("S01-")
    });
    let line = |order: &Value| order["recipient"]["deliveryAddress"]["addressLine1"].as_str().unwrap_or("").to_owned();
    some("at a long address", &|order| line(order).chars().count() > 35);
    some("at an address with umlauts", &|order| line(order).contains(['ä', 'ö', 'ü', 'ß']));
    some("with leading zeros", &|order| {
        any_item(order, &|item| item["orderItemId"].as_str().unwrap().starts_with("00"))
    });
    let markets: BTreeSet<_> = orders.iter().map(|o| o["salesChannel"]["marketplaceId"].to_string()).collect();
    assert_eq!(markets.len(), 3);
}

#[tokio::test]
async fn sums_agree_and_buyers_are_always_the_same() {
    let world = World::with(|options| options.orders = 400).await;
    let mut buyers: HashMap<String, (Value, Value)> = HashMap::new();
    let mut came_back = 0;
    let mut ids = BTreeSet::new();
    for order in world.everything().await {
        assert!(ids.insert(order["orderId"].to_string()), "an id twice: {}", order["orderId"]);
        assert!(order["lastUpdatedTime"].as_str() <= Some("2026-03-01T11:55:00Z"));
        assert!(order["createdTime"].as_str() >= Some("2026-02-15T12:00:00Z"));
        if order["fulfillment"]["fulfillmentStatus"] == "PENDING" {
            continue;
        }
        assert_sums(&order);
        let digits = if order["proceeds"]["grandTotal"]["currencyCode"] == "JPY" { 0 } else { 2 };
        assert_eq!(amount(&order["proceeds"]["grandTotal"]).scale(), digits, "{order:#}");
        let Some(email) = order["buyer"]["buyerEmail"].as_str() else { continue };
        let Some(recipient) = order.get("recipient") else { continue };
        let who = (order["buyer"]["buyerName"].clone(), recipient.clone());
        if let Some(earlier) = buyers.insert(email.to_owned(), who.clone()) {
            assert_eq!(earlier, who, "{email}");
            came_back += 1;
        }
    }
    assert!(came_back > 5, "{came_back} buyers came back");
}

#[tokio::test]
async fn only_what_one_order_wants_is_short() {
    let world = World::with(|options| options.orders = 200).await;
    let mut users: HashMap<String, u32> = HashMap::new();
    for order in world.everything().await {
        let skus: BTreeSet<_> = order["orderItems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["product"]["sellerSku"].as_str().unwrap())
            .collect();
        skus.iter().for_each(|sku| *users.entry((*sku).to_owned()).or_default() += 1);
    }
    let stock = world.get("/stock?limit=500").await.expect(200).body;
    let short: Vec<_> =
        stock["data"].as_array().unwrap().iter().filter(|row| row["on_hand"].as_str().unwrap().len() < 3).collect();
    assert!(short.len() >= 4);
    assert!(short.iter().any(|row| row["on_hand"] == "0") && short.iter().any(|row| row["on_hand"] == "1"));
    for row in short {
        assert_eq!(users[row["sku"].as_str().unwrap()], 1, "{row}");
    }
}
