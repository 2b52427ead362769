//! Settlement reports as a client gets them: found, downloaded, decoded; and what accountants hold against them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::World;

const REPORTS: &str = "/reports/2021-06-30/reports";
const TYPE: (&str, &str) = ("reportTypes", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2");

/// A report as it was read: the cells by column, the first row apart.
pub(crate) struct Read {
    pub(crate) head: BTreeMap<String, String>,
    pub(crate) rows: Vec<BTreeMap<String, String>>,
    pub(crate) content_type: String,
}

impl Read {
    fn amount(text: &str) -> Decimal {
        text.replace(',', ".").parse().unwrap_or_else(|_| panic!("`{text}` is no amount"))
    }

    fn total(&self) -> Decimal {
        Self::amount(&self.head["total-amount"])
    }

    fn sum(&self, takes: impl Fn(&BTreeMap<String, String>) -> bool) -> Decimal {
        self.rows.iter().filter(|row| takes(row)).map(|row| Self::amount(&row["amount"])).sum()
    }

    fn of(&self, description: &str) -> Decimal {
        self.sum(|row| row["amount-description"] == description)
    }
}

impl World {
    /// Every settlement report there is, the oldest first.
    pub(crate) async fn settlement_reports(&self) -> Vec<Value> {
        let found = self.amazon(REPORTS, &[TYPE, ("pageSize", "100")]).await.expect(200).body;
        let mut reports = found["reports"].as_array().unwrap().clone();
        reports.reverse();
        reports
    }

    /// Downloads a document as its marketplace wrote it.
    pub(crate) async fn settlement(&self, report: &Value) -> Read {
        let path = format!("/reports/2021-06-30/documents/{}", report["reportDocumentId"].as_str().unwrap());
        self.advance(60);
        self.forget_token().await;
        let document = self.amazon(&path, &[]).await.expect(200).body;
        let answer = self.http.get(document["url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let mut bytes = answer.bytes().await.unwrap().to_vec();
        if document["compressionAlgorithm"] == "GZIP" {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            bytes = plain;
        }
        let encoding = match content_type.rsplit('=').next().unwrap() {
            "Cp1252" => encoding_rs::WINDOWS_1252,
            "Shift_JIS" => encoding_rs::SHIFT_JIS,
            _ => encoding_rs::UTF_8,
        };
        let (text, _, wrong) = encoding.decode(&bytes);
        assert!(!wrong, "{content_type}");
        let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().unwrap();
        assert_eq!(columns.len(), 24);
        let read = |cells: Vec<String>| {
            assert!(cells.len() <= 24);
            let padded = cells.into_iter().chain(std::iter::repeat(String::new()));
            columns.iter().cloned().zip(padded).collect::<BTreeMap<_, _>>()
        };
        let head = read(lines.next().unwrap());
        Read { head, rows: lines.map(read).collect(), content_type }
    }
}

/// All settlements with their reports, by currency and in the order of their periods.
async fn by_currency(world: &World) -> BTreeMap<String, Vec<Read>> {
    let mut found: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    for report in world.settlement_reports().await {
        let read = world.settlement(&report).await;
        found.entry(read.head["currency"].clone()).or_default().push(read);
    }
    found
}

#[tokio::test]
async fn every_settlement_balances_and_hangs_together_with_its_neighbours() {
    let world = World::with(|options| options.orders = 600).await;
    let all = by_currency(&world).await;
    assert_eq!(all.keys().collect::<Vec<_>>(), ["EUR", "JPY", "USD"]);
    for (currency, settlements) in &all {
        assert!(settlements.len() >= 3, "{currency}");
        for read in settlements {
            assert_eq!(read.sum(|_| true), read.total(), "{currency} {:?}", read.head);
            let blank = |name: &str| read.rows.iter().all(|row| row[name].is_empty());
            assert!(blank("total-amount") && blank("currency") && blank("settlement-start-date"));
            assert!(read.rows.iter().all(|row| row["settlement-id"] == read.head["settlement-id"]));
        }
        for pair in settlements.windows(2) {
            let (one, next) = (&pair[0], &pair[1]);
            assert_eq!(one.head["settlement-end-date"], next.head["settlement-start-date"]);
            assert_eq!(one.of("Current Reserve Amount"), -next.of("Previous Reserve Amount Balance"));
            let owed = one.total().min(Decimal::ZERO);
            assert_eq!(next.of("Payable to Amazon"), owed);
            assert_eq!(next.of("Successful charge"), -owed);
        }
        assert!(settlements.iter().any(|read| read.total() < Decimal::ZERO), "{currency}: none is negative");
        assert!(settlements.iter().any(|read| read.total().is_zero()), "{currency}: none is of nothing");
        assert!(settlements.iter().any(|read| read.of("Principal") > Decimal::ZERO), "{currency}: no sales");
    }
}

#[tokio::test]
async fn tax_that_amazon_keeps_comes_to_nothing_for_every_order() {
    let world = World::with(|options| options.orders = 600).await;
    let all = by_currency(&world).await;
    let tax = ["Tax", "ShippingTax", "GiftWrapTax", "TaxDiscount"];
    let mut seen = 0;
    for read in &all["USD"] {
        let items: BTreeSet<(&str, &str)> =
            read.rows.iter().map(|row| (row["transaction-type"].as_str(), row["order-item-code"].as_str())).collect();
        for (kind, item) in items {
            let of_tax = |row: &BTreeMap<String, String>| {
                row["transaction-type"] == kind
                    && row["order-item-code"] == item
                    && (row["amount-type"] == "ItemWithheldTax" || tax.contains(&row["amount-description"].as_str()))
            };
            assert_eq!(read.sum(of_tax), Decimal::ZERO, "{kind} {item}");
            seen += read.rows.iter().filter(|row| of_tax(row)).count();
        }
    }
    assert!(seen > 50, "{seen}");
    assert!(all["EUR"].iter().all(|read| read.rows.iter().all(|row| row["amount-type"] != "ItemWithheldTax")));
}

#[tokio::test]
async fn numbers_dates_and_letters_are_the_marketplaces_own() {
    let world = World::with(|options| options.orders = 2000).await;
    let all = by_currency(&world).await;
    let some = |currency: &str, what: &str, takes: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        assert!(all[currency].iter().flat_map(|read| &read.rows).any(takes), "{currency}: no {what}");
    };
    assert!(all["EUR"].iter().all(|read| read.content_type.ends_with("Cp1252")));
    assert!(all["JPY"].iter().all(|read| read.content_type.ends_with("Shift_JIS")));
    some("EUR", "comma", &|row| row["amount"].contains(','));
    some("EUR", "point among the commas", &|row| row["amount"].contains('.'));
    some("EUR", "day first", &|row| row["posted-date"].ends_with(".2026"));
    some("EUR", "quote of Windows", &|row| row["amount-description"].contains('„'));
    some("EUR", "base fee", &|row| row["amount-description"] == "Tax on fee");
    some("EUR", "spelling that drifts", &|row| row["transaction-type"] == "Other-Transaction");
    assert!(all["JPY"].iter().flat_map(|read| &read.rows).all(|row| !row["amount"].contains(['.', ','])));
    some("JPY", "Japanese text", &|row| row["amount-description"].contains('茶'));
    some("JPY", "points", &|row| row["amount-description"] == "PointsGranted");
    some("USD", "quote that quotes nothing", &|row| row["amount-description"].contains('"'));
    some("USD", "order of another channel", &|row| {
        row["order-id"].starts_with("S01-")
            && row["marketplace-name"] == "Non-Amazon US"
            && row["merchant-order-id"].starts_with("CONSUMER-")
    });
    some("EUR", "fee of a shipment to Amazon", &|row| row["order-id"].starts_with("FBA15"));
    some("USD", "later tax", &|row| row["transaction-type"] == "Order_Retrocharge");
    some("USD", "reimbursement", &|row| row["amount-description"] == "WAREHOUSE_LOST");
    some("USD", "quantity on a fee too", &|row| {
        row["amount-type"] == "ItemFees" && !row["quantity-purchased"].is_empty()
    });
    some("USD", "promotion", &|row| row["amount-type"] == "Promotion" && !row["promotion-id"].is_empty());
    some("USD", "refund without quantity", &|row| {
        row["transaction-type"] == "Refund" && row["quantity-purchased"].is_empty()
    });
    let months =
        |read: &Read| -> BTreeSet<String> { read.rows.iter().map(|row| row["posted-date"][3..5].to_owned()).collect() };
    assert!(all["EUR"].iter().any(|read| months(read).len() > 1), "no settlement crosses the end of a month");
}

#[tokio::test]
async fn what_was_shipped_is_settled_once_and_to_the_cent() {
    let world = World::with(|options| options.orders = 600).await;
    let orders = world.everything().await;
    world.advance(30 * 86_400);
    world.forget_token().await;
    let all = by_currency(&world).await;
    let mut refund_first = 0;
    let mut compared = 0;
    for order in &orders {
        let id = order["orderId"].as_str().unwrap();
        let settled = |description: &str| -> Decimal {
            all.values()
                .flatten()
                .map(|read| {
                    read.sum(|row| {
                        row["order-id"] == id
                            && row["transaction-type"] == "Order"
                            && row["amount-type"] == "ItemPrice"
                            && row["amount-description"] == description
                    })
                })
                .sum()
        };
        let status = &order["fulfillment"]["fulfillmentStatus"];
        if status == "SHIPPED" && !id.starts_with("S01-") {
            let told = order["proceeds"]["breakdowns"].as_array().unwrap();
            let sum = |kind: &str| -> Decimal {
                told.iter()
                    .filter(|one| one["type"] == kind)
                    .map(|one| Read::amount(one["subtotal"]["amount"].as_str().unwrap()))
                    .sum()
            };
            assert_eq!(settled("Principal"), sum("ITEM"), "{id}");
            assert_eq!(settled("Shipping"), sum("SHIPPING"), "{id}");
            compared += 1;
        } else if status != "PARTIALLY_SHIPPED" {
            assert_eq!(settled("Principal"), Decimal::ZERO, "{id}");
        }
        let place = |kind: &str| {
            all.values().find_map(|list| {
                list.iter().position(|read| {
                    read.rows.iter().any(|row| row["order-id"] == id && row["transaction-type"] == kind)
                })
            })
        };
        refund_first += usize::from(place("Refund").zip(place("Order")).is_some_and(|(refund, order)| refund < order));
    }
    assert!(compared > 40, "{compared}");
    assert!(refund_first > 0, "no refund is settled before its order");
}

#[tokio::test]
async fn a_refund_that_is_asked_for_is_in_the_next_settlement() {
    let world = World::with(|options| options.orders = 100).await;
    let orders = world.everything().await;
    let order = orders.iter().find(|order| {
        order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
            && order["salesChannel"]["marketplaceId"] == "ATVPDKIKX0DER"
            && !order["orderId"].as_str().unwrap().starts_with("S01-")
    });
    let id = order.unwrap()["orderId"].as_str().unwrap();
    let refund = world.admin(Method::POST, &format!("/orders/{id}/refund"), &json!({})).await.expect(200).body;
    assert_eq!(refund["currency"], "USD");
    let unshipped = orders.iter().find(|order| order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED").unwrap();
    let path = format!("/orders/{}/refund", unshipped["orderId"].as_str().unwrap());
    world.admin(Method::POST, &path, &json!({})).await.expect(400);
    world.advance(8 * 86_400);
    world.forget_token().await;
    let all = by_currency(&world).await;
    let last = all["USD"].last().unwrap();
    let given = last.sum(|row| row["order-id"] == id && row["transaction-type"].contains("Refund"));
    assert!(given < Decimal::ZERO, "{given}");
}

#[tokio::test]
async fn the_same_shop_has_the_same_reports_and_keeps_them_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let set = |options: &mut flowrun::sandbox::Options| {
        options.orders = 200;
        options.state = Some(folder.path().to_owned());
    };
    let world = World::with(set).await;
    let told = world.admin(Method::GET, "/settlements", &Value::Null).await.expect(200).body;
    let first = world.settlement_reports().await;
    let bytes = world.settlement(&first[first.len() - 1]).await.rows;
    world.running.unwrap().stop().await;
    let other = World::with(|options| options.orders = 200).await;
    assert_eq!(other.admin(Method::GET, "/settlements", &Value::Null).await.expect(200).body, told);
    // What is changed after an order was settled changes no settlement.
    let again = World::with(set).await;
    for order in again.everything().await.iter().filter(|order| order["fulfillment"]["fulfillmentStatus"] == "SHIPPED")
    {
        let path = format!("/orders/{}/change", order["orderId"].as_str().unwrap());
        let body = json!({"merge": {"orderAliases": [{"aliasId": "A", "aliasType": "SELLER_ORDER_ID"}]}});
        again.admin(Method::POST, &path, &body).await.expect(200);
    }
    again.forget_token().await;
    assert_eq!(again.settlement(&first[first.len() - 1]).await.rows, bytes);
}

#[tokio::test]
async fn reports_are_found_by_filter_and_page_and_kept_for_ninety_days() {
    let world = World::with(|options| options.orders = 60).await;
    let all = world.settlement_reports().await;
    assert_eq!(all.len(), 10);
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        world.advance(46);
        let query = if token.is_empty() { vec![TYPE, ("pageSize", "4")] } else { vec![("nextToken", token.as_str())] };
        let page = world.amazon(REPORTS, &query).await.expect(200).body;
        found.extend(page["reports"].as_array().unwrap().clone());
        let Some(next) = page["nextToken"].as_str() else { break };
        token = next.to_owned();
    }
    found.reverse();
    assert_eq!(found, all);
    // The filter by marketplace chooses nothing: every report names them all.
    world.advance(400);
    let one =
        world.amazon(REPORTS, &[TYPE, ("marketplaceIds", "A1PA6795UKMFR9"), ("pageSize", "100")]).await.expect(200);
    assert_eq!(one.body["reports"].as_array().unwrap().len(), 10);
    let none = world.amazon(REPORTS, &[TYPE, ("processingStatuses", "FATAL,CANCELLED")]).await.expect(200).body;
    assert_eq!(none["reports"], json!([]));
    let since = all[7]["createdTime"].as_str().unwrap();
    let late = world.amazon(REPORTS, &[TYPE, ("createdSince", since)]).await.expect(200).body;
    assert_eq!(late["reports"].as_array().unwrap().len(), 3);
    world.advance(3000);
    let bad: &[&[(&str, &str)]] = &[
        &[],
        &[("nextToken", &token), TYPE],
        &[("nextToken", "VGhpcyB0b2tlbiBpcyBvcGFxdWU=")],
        &[TYPE, ("pageSize", "101")],
        &[TYPE, ("createdSince", "2025-11-01T00:00:00Z")],
        &[TYPE, ("createdSince", "yesterday")],
        &[TYPE, ("colour", "red")],
    ];
    for query in bad {
        world.advance(60);
        world.forget_token().await;
        let answer = world.amazon(REPORTS, query).await.expect(400);
        assert_eq!(answer.body["errors"][0]["message"], "Invalid input", "{query:?}");
    }
    world.advance(91 * 86_400);
    world.forget_token().await;
    let left = world.settlement_reports().await;
    let oldest = left[0]["createdTime"].as_str().unwrap();
    assert!(oldest > all[9]["createdTime"].as_str().unwrap(), "{oldest}");
}

#[tokio::test]
async fn a_settlement_report_cannot_be_asked_for() {
    let world = World::with(|options| options.orders = 0).await;
    let body = json!({"reportType": TYPE.1, "marketplaceIds": ["ATVPDKIKX0DER"]});
    let request = world.http.post(format!("{}{REPORTS}", world.ready.amazon)).json(&body);
    let answer = World::send(request.header("x-amz-access-token", world.token().await)).await.expect(400);
    let said = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(said.starts_with("Request for report type 1118 is not allowed at this time"), "{said}");
    assert_eq!(answer.header("x-amzn-ratelimit-limit"), Some("0.0167"));
}

#[tokio::test]
async fn a_documents_address_lives_five_minutes_and_is_nobodys_guess() {
    let world = World::with(|options| options.orders = 60).await;
    let reports = world.settlement_reports().await;
    let path =
        |report: &Value| format!("/reports/2021-06-30/documents/{}", report["reportDocumentId"].as_str().unwrap());
    let document = world.amazon(&path(&reports[9]), &[]).await.expect(200).body;
    let url = document["url"].as_str().unwrap();
    world.advance(299);
    assert_eq!(World::send(world.http.get(url)).await.status, 200);
    let forged = World::send(world.http.get(url.replace("Flags=identity", "Flags=gzip"))).await.expect(403);
    assert!(forged.body.as_str().unwrap().contains("SignatureDoesNotMatch"));
    world.advance(1);
    let expired = World::send(world.http.get(url)).await.expect(403);
    assert!(expired.body.as_str().unwrap().contains("Request has expired"), "{}", expired.body);
    world.amazon("/reports/2021-06-30/documents/nothing", &[]).await.expect(400);
    // With the flag, HTTP itself unpacks what is packed.
    let packed =
        reports.iter().rev().find(|report| report["reportDocumentId"] != document["reportDocumentId"]).unwrap();
    for report in [&reports[9], packed] {
        let document =
            world.amazon(&path(report), &[("enableContentEncodingUrlHeader", "true")]).await.expect(200).body;
        let text = World::send(world.http.get(document["url"].as_str().unwrap())).await.expect(200).body;
        assert!(text.as_str().unwrap().starts_with("settlement-id\t"));
    }
}

#[tokio::test]
async fn a_report_can_be_spoilt_on_demand() {
    let world = World::with(|options| options.orders = 60).await;
    let reports = world.settlement_reports().await;
    let good = world.settlement(&reports[9]).await;
    world.faults(json!({"reports": "unbalanced"})).await;
    let bad = world.settlement(&reports[9]).await;
    assert_ne!(bad.sum(|_| true), bad.total());
    world.faults(json!({"reports": "unknown_code"})).await;
    let odd = world.settlement(&reports[9]).await;
    assert_eq!(odd.sum(|_| true), odd.total());
    assert!(odd.rows.iter().any(|row| row["amount-description"] == "Tidal surcharge"));
    world.faults(json!({"reports": null})).await;
    assert_eq!(world.settlement(&reports[9]).await.rows, good.rows);
    world.admin(Method::PUT, "/faults", &json!({"reports": "late"})).await.expect(400);
}
