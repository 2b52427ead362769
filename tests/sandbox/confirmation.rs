//! confirmShipment: as published, and as sellers have learnt to know it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

const ORDER: &str = "902-1106328-1059050";

/// The order of Amazon's published example, with as many pieces as are given.
async fn shop(pieces: &[(&str, u64)]) -> World {
    let world = World::at("2026-03-01T12:00:00Z", |options| options.orders = 0).await;
    let items: Vec<Value> = pieces
        .iter()
        .map(|(id, n)| {
            json!({"orderItemId": id, "quantityOrdered": n, "product": {"sellerSku": "MUG-WHT-11"},
                "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": n}})
        })
        .collect();
    let order = json!({"orderId": ORDER, "createdTime": "2022-02-10T08:00:00Z", "lastUpdatedTime": "2022-02-10T08:00:00Z",
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": "ATVPDKIKX0DER"},
        "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"}, "orderItems": items});
    world.admin(Method::PUT, &format!("/orders/{ORDER}"), &order).await.expect(200);
    world
}

async fn confirm(world: &World, body: &Value) -> crate::support::Answer {
    let url = format!("{}/orders/v0/orders/{ORDER}/shipmentConfirmation", world.ready.amazon);
    let request = world.http.post(url).json(body).header("x-amz-access-token", world.token().await);
    World::send(request).await
}

fn body(reference: &str, items: &[(&str, u64)]) -> Value {
    let items: Vec<Value> = items.iter().map(|(id, n)| json!({"orderItemId": id, "quantity": n})).collect();
    json!({"marketplaceId": "ATVPDKIKX0DER", "packageDetail": {"packageReferenceId": reference, "carrierCode": "FedEx",
        "trackingNumber": "112345678", "shipDate": "2022-02-11T01:00:00.000Z", "orderItems": items}})
}

async fn order(world: &World) -> Value {
    let path = format!("/orders/2026-01-01/orders/{ORDER}");
    world.amazon(&path, &[("includedData", "FULFILLMENT,PACKAGES")]).await.expect(200).body["order"].take()
}

#[tokio::test]
async fn parcels_fill_an_order_and_its_packages_can_be_changed_but_not_added_to() {
    let world = shop(&[("05015851154158", 2), ("79039765272157", 1)]).await;
    let first = confirm(&world, &body("11", &[("05015851154158", 1)])).await.expect(204);
    assert_eq!(
        (first.body, first.headers.get("x-amzn-ratelimit-limit").unwrap().to_str().unwrap()),
        (json!(""), "2.0")
    );
    assert_eq!(order(&world).await["fulfillment"]["fulfillmentStatus"], "PARTIALLY_SHIPPED");
    confirm(&world, &body("12", &[("05015851154158", 1), ("79039765272157", 1)])).await.expect(204);
    let full = order(&world).await;
    assert_eq!(full["fulfillment"]["fulfillmentStatus"], "SHIPPED");
    assert_eq!(full["packages"].as_array().unwrap().len(), 2);
    assert_eq!(full["packages"][0]["packageItems"], json!([{"orderItemId": "05015851154158", "quantity": 1}]));
    // The same package again is the same; with another number it is changed; a third one has nothing to hold.
    confirm(&world, &body("11", &[("05015851154158", 1)])).await.expect(204);
    assert_eq!(order(&world).await, full);
    let mut corrected = body("11", &[("05015851154158", 1)]);
    corrected["packageDetail"]["trackingNumber"] = "998".into();
    confirm(&world, &corrected).await.expect(204);
    assert_eq!(order(&world).await["packages"][0]["trackingNumber"], "998");
    let none = confirm(&world, &body("13", &[("05015851154158", 1)])).await.expect(400).body;
    assert!(none["errors"][0]["message"].as_str().unwrap().contains("errorMetric=PackageToUpdateNotFound"), "{none}");
}

#[tokio::test]
async fn what_is_wrong_with_a_confirmation_is_refused() {
    let world = shop(&[("05015851154158", 2)]).await;
    let cases: &[(&str, Value, &str)] = &[
        ("/packageDetail/packageReferenceId", json!(1), "fields with invalid type [packageDetail.packageReferenceId]"),
        ("/packageDetail/packageReferenceId", json!("P-1"), "must be a positive numeric value"),
        ("/packageDetail/packageReferenceId", json!("0"), "must be a positive numeric value"),
        (
            "/packageDetail/orderItems",
            json!({"orderItemId": "05015851154158", "quantity": 1}),
            "OrderItemId  is invalid",
        ),
        ("/packageDetail/orderItems/0/orderItemId", json!("5015851154158"), "OrderItemId  is invalid"),
        ("/packageDetail/orderItems/0/orderItemId", json!(5_015_851_154_158_u64), "invalid type"),
        ("/packageDetail/orderItems/0/quantity", json!(3), "more than what is left"),
        ("/packageDetail/orderItems/0/quantity", json!("1"), "invalid type"),
        ("/packageDetail/orderItems/0/quantity", json!(0), "positive"),
        ("/packageDetail/shipDate", json!("02/21/2022"), "Invalid Input"),
        ("/packageDetail/shipDate", json!("2022-02-11"), "Invalid Input"),
        ("/packageDetail/shipDate", json!("2026-03-01T13:00:00Z"), "future"),
        ("/packageDetail/shipDate", json!("2022-02-09T00:00:00Z"), "purchase"),
        ("/packageDetail/carrierCode", json!("Other"), "carrierName is required"),
        ("/packageDetail/trackingNumber", Value::Null, "missing a required field"),
        ("/packageDetail/parcels", json!(1), "Invalid Input"),
        ("/marketplaceId", json!("A1PA6795UKMFR9"), "marketplaceId"),
        ("/codCollectionMethod", json!("DirectPayment"), "codCollectionMethod"),
    ];
    for (place, value, wanted) in cases {
        world.advance(10);
        let mut sent = body("1", &[("05015851154158", 1)]);
        let (parent, name) = place.rsplit_once('/').unwrap();
        sent.pointer_mut(parent).unwrap()[name] = value.clone();
        let refused = confirm(&world, &sent).await.expect(400);
        let message = refused.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(wanted), "{place} {value}: {message}");
    }
    assert!(order(&world).await.get("packages").is_none());
    let url = format!("{}/orders/v0/orders/902-0000000-0000000/shipmentConfirmation", world.ready.amazon);
    let request = world.http.post(url).json(&body("1", &[("x", 1)])).header("x-amz-access-token", world.token().await);
    World::send(request).await.expect(404);
}

#[tokio::test]
async fn orders_that_are_not_the_sellers_to_ship_are_refused() {
    let world = shop(&[("05015851154158", 1)]).await;
    for (merge, wanted) in [
        (json!({"fulfillment": {"fulfilledBy": "AMAZON"}}), "not fulfilled by the seller"),
        (
            json!({"fulfillment": {"fulfilledBy": "MERCHANT"}, "programs": ["FBM_SHIP_PLUS"]}),
            "label bought from Amazon",
        ),
        (json!({"programs": [], "fulfillment": {"fulfillmentStatus": "CANCELLED"}}), "not in a state"),
    ] {
        world.admin(Method::POST, &format!("/orders/{ORDER}/change"), &json!({"merge": merge})).await.expect(200);
        let refused = confirm(&world, &body("1", &[("05015851154158", 1)])).await.expect(400).body;
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(wanted), "{refused}");
    }
}

#[tokio::test]
async fn the_published_examples_are_answered_as_published() {
    let Some(published) = crate::conformance::published("sandbox_cases.json") else { return };
    let cases = published["cases"].as_array().unwrap().iter().filter(|case| case["operationId"] == "confirmShipment");
    let mut seen = 0;
    for case in cases {
        let world = shop(&[("79039765272157", 1)]).await;
        let wanted = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let sent = case["request"]["parameters"]["body"]["value"].clone();
        let answer = confirm(&world, &sent).await.expect(wanted);
        if wanted != 204 {
            assert_eq!(answer.body, case["response"]);
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}
