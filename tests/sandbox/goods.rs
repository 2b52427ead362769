//! Listings, feeds and Amazon's stock against Amazon's published models, and what a patch does to what it does not name.

use reqwest::Method;
use serde_json::{Value, json};

use crate::conformance::{assert_valid, published, validator};
use crate::support::{Answer, World};

const DE: &str = "A1PA6795UKMFR9";

fn item(world: &World, sku: &str) -> String {
    format!("/listings/2021-08-01/items/{}/{sku}", world.ready.credentials.amazon.seller_id)
}

async fn send(world: &World, method: Method, path: &str, query: &[(&str, &str)], body: &Value) -> Answer {
    world.advance(1);
    let request = world.http.request(method, format!("{}{path}", world.ready.amazon)).query(query);
    let request = request.header("x-amz-access-token", world.token().await);
    World::send(if body.is_null() { request } else { request.json(body) }).await
}

async fn shop() -> World {
    World::with(|options| (options.orders, options.skus) = (0, 120)).await
}

const ALL: &str = "summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,productTypes";

#[tokio::test]
async fn listings_satisfy_the_model() {
    let Some(model) = published("models/listingsItems_2021-08-01.json") else { return };
    let (one, many) = (validator(&model, "Item"), validator(&model, "ItemSearchResults"));
    let (taken, errors) = (validator(&model, "ListingsItemSubmissionResponse"), validator(&model, "ErrorList"));
    let world = shop().await;
    let query = [("marketplaceIds", DE), ("includedData", ALL)];
    for sku in ["MUG-WHT-11", "ART-000010", "ART-000003"] {
        assert_valid(&one, &send(&world, Method::GET, &item(&world, sku), &query, &Value::Null).await.expect(200).body);
    }
    let path = item(&world, "");
    let path = path.trim_end_matches('/');
    let page = [("marketplaceIds", DE), ("includedData", ALL), ("pageSize", "20")];
    let page = send(&world, Method::GET, path, &page, &Value::Null).await.expect(200).body;
    assert_valid(&many, &page);
    assert!(page["pagination"]["nextToken"].is_string() && page["items"].as_array().unwrap().len() == 20);

    let here = [("marketplaceIds", DE), ("includedData", "issues,identifiers")];
    let preview = [("marketplaceIds", DE), ("includedData", "issues,identifiers"), ("mode", "VALIDATION_PREVIEW")];
    let quantity = |op: &str, count: i64| {
        let value = json!([{"fulfillment_channel_code": "DEFAULT", "quantity": count}]);
        json!({"productType": "PRODUCT", "patches": [{"op": op, "path": "/attributes/fulfillment_availability", "value": value}]})
    };
    let mug = item(&world, "MUG-WHT-11");
    for (query, body, status) in [
        (&preview[..], quantity("merge", 5), "VALID"),
        (&here[..], quantity("merge", 5), "ACCEPTED"),
        (&here[..], quantity("replace", -1), "INVALID"),
    ] {
        let answer = send(&world, Method::PATCH, &mug, query, &body).await.expect(200).body;
        assert_valid(&taken, &answer);
        assert_eq!(answer["status"], status, "{answer}");
        assert_eq!(answer["issues"].as_array().unwrap().is_empty(), status != "INVALID");
    }
    let bare = json!({"productType": "TEA", "attributes": {"fake_attribute": [{"value": 1, "marketplace_id": DE}]}});
    let answer = send(&world, Method::PUT, &item(&world, "NEW"), &preview, &bare).await.expect(200).body;
    assert_valid(&taken, &answer);
    let codes: Vec<&str> = answer["issues"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"90220") && codes.contains(&"90000900"), "{codes:?}");

    let deep = json!({"productType": "PRODUCT", "patches": [{"op": "replace", "path": "/attributes/purchasable_offer/0", "value": [{}]}]});
    for answer in [
        send(&world, Method::PATCH, &mug, &here, &deep).await.expect(400),
        send(&world, Method::PATCH, &mug, &[], &quantity("merge", 1)).await.expect(400),
        send(&world, Method::GET, &item(&world, "NOBODYS"), &query, &Value::Null).await.expect(404),
    ] {
        assert_valid(&errors, &answer.body);
    }
}

#[tokio::test]
async fn a_feed_goes_its_way_and_its_report_satisfies_the_model() {
    let Some(model) = published("models/feeds_2021-06-30.json") else { return };
    let world = shop().await;
    let feeds = "/feeds/2021-06-30";
    let kind = "application/json; charset=UTF-8";
    let made =
        send(&world, Method::POST, &format!("{feeds}/documents"), &[], &json!({"contentType": kind})).await.expect(201);
    assert_valid(&validator(&model, "CreateFeedDocumentResponse"), &made.body);
    let patch = |id: u64, sku: &str, count: i64| {
        let value = json!([{"fulfillment_channel_code": "DEFAULT", "quantity": count}]);
        json!({"messageId": id, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT",
            "patches": [{"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}]})
    };
    let document = json!({
        "header": {"sellerId": world.ready.credentials.amazon.seller_id, "version": "2.0"},
        "messages": [patch(1, "ART-000003", 7), patch(2, "NOBODYS", 7), patch(3, "ART-000097", 7)],
    });
    let upload = |content_type: &str| {
        world
            .http
            .put(made.body["url"].as_str().unwrap())
            .header("content-type", content_type)
            .body(document.to_string())
    };
    World::send(upload("text/plain")).await.expect(403);
    World::send(upload(kind)).await.expect(200);
    let feed = json!({"feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [DE], "inputFeedDocumentId": made.body["feedDocumentId"]});
    let id = send(&world, Method::POST, &format!("{feeds}/feeds"), &[], &feed).await.expect(202).body;
    assert_valid(&validator(&model, "CreateFeedResponse"), &id);
    let path = format!("{feeds}/feeds/{}", id["feedId"].as_str().unwrap());
    let mut seen = Vec::new();
    for seconds in [0, 31, 60] {
        world.advance(seconds);
        let told = send(&world, Method::GET, &path, &[], &Value::Null).await.expect(200).body;
        assert_valid(&validator(&model, "Feed"), &told);
        seen.push(told["processingStatus"].as_str().unwrap().to_owned());
        if let Some(result) = told["resultFeedDocumentId"].as_str() {
            let told = send(&world, Method::GET, &format!("{feeds}/documents/{result}"), &[], &Value::Null)
                .await
                .expect(200)
                .body;
            assert_valid(&validator(&model, "FeedDocument"), &told);
            let bytes = world.http.get(told["url"].as_str().unwrap()).send().await.unwrap().bytes().await.unwrap();
            let report: Value = serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
            let schema = published("models/feed_listings-feed-processing-report-schema-v2.json").unwrap();
            assert_valid(&jsonschema::validator_for(&schema).unwrap(), &report);
            assert_eq!(
                (&report["summary"]["messagesAccepted"], &report["summary"]["messagesInvalid"]),
                (&json!(1), &json!(2))
            );
        }
    }
    assert_eq!(seen, ["IN_QUEUE", "IN_PROGRESS", "DONE"]);
    let errors = validator(&model, "ErrorList");
    assert_valid(
        &errors,
        &send(&world, Method::POST, &format!("{feeds}/feeds"), &[], &json!({})).await.expect(400).body,
    );
    assert_valid(
        &errors,
        &send(&world, Method::GET, &format!("{feeds}/feeds/none"), &[], &Value::Null).await.expect(400).body,
    );
}

#[tokio::test]
async fn amazons_stock_satisfies_the_model_and_its_page_tokens_are_short_lived() {
    let Some(model) = published("models/fbaInventory.json") else { return };
    let judge = validator(&model, "GetInventorySummariesResponse");
    let world = World::with(|options| (options.orders, options.skus) = (0, 700)).await;
    let path = "/fba/inventory/v1/summaries";
    let query =
        [("details", "true"), ("granularityType", "Marketplace"), ("granularityId", DE), ("marketplaceIds", DE)];
    let page = send(&world, Method::GET, path, &query, &Value::Null).await.expect(200).body;
    assert_valid(&judge, &page);
    let token = page["pagination"]["nextToken"].as_str().unwrap().to_owned();
    let next = [&query[..], &[("nextToken", token.as_str())]].concat();
    assert_valid(&judge, &send(&world, Method::GET, path, &next, &Value::Null).await.expect(200).body);
    world.advance(31);
    send(&world, Method::GET, path, &next, &Value::Null).await.expect(400);
    send(&world, Method::GET, path, &query[1..3], &Value::Null).await.expect(400);
}
