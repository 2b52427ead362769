//! Shipments of the simulated TIMS, its feed of changes, and the people in its warehouse.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BY_REF, World};

/// A released order of 2 mugs and 3 kettles, with all of it set aside.
async fn released(world: &World) -> Value {
    let order = world.put(BY_REF, &world.order().await).await.expect(201).body;
    let lines =
        json!([{"line_ref": "05015851154158", "quantity": "2"}, {"line_ref": "05015851154159", "quantity": "3"}]);
    world.post("/allocations", &json!({"sales_order_id": order["id"], "lines": lines})).await.expect(201);
    world.post(&format!("/sales_orders/{}/release", order["id"].as_str().unwrap()), &json!({})).await.expect(200).body
}

fn parcel(lines: &[(&str, &str)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(line, n)| json!({"line_ref": line, "quantity": n})).collect();
    json!({"tracking_number": "JJD1", "lines": lines})
}

#[tokio::test]
async fn a_shipment_moves_its_order_on_and_a_void_moves_it_back() {
    let world = World::new().await;
    let order = released(&world).await;
    let id = order["id"].as_str().unwrap();
    let body = json!({"sales_order_id": id, "carrier_code": "DHL", "packages": [parcel(&[("05015851154158", "2")])]});
    let first = world.post("/shipments", &body).await.expect(201).body;
    assert_eq!((&first["status"], &first["packages"][0]["lines"][0]["sku"]), (&json!("shipped"), &json!("MUG-WHT-11")));
    assert_eq!(first["shipped_at"], "2026-03-01T12:00:00Z");
    let after = world.get(&format!("/sales_orders/{id}")).await.body;
    assert_eq!((&after["status"], &after["lines"][0]["quantity_shipped"]), (&json!("partially_shipped"), &json!("2")));
    let rest = json!({"sales_order_id": id, "status": "packed", "packages": [parcel(&[("05015851154159", "1")]), parcel(&[("05015851154159", "2")])]});
    let second = world.post("/shipments", &rest).await.expect(201).body;
    assert_eq!(
        world.get(&format!("/sales_orders/{id}")).await.body["status"],
        "partially_shipped",
        "packed is not gone"
    );
    let second = second["id"].as_str().unwrap();
    world.post(&format!("/shipments/{second}/ship"), &json!({})).await.expect(200);
    assert_eq!(world.get(&format!("/sales_orders/{id}")).await.body["status"], "shipped");
    let voided = world.post(&format!("/shipments/{second}/void"), &json!({"void_reason": "fell off the van"})).await;
    assert_eq!(voided.expect(200).body["status"], "voided");
    assert_eq!(world.get(&format!("/sales_orders/{id}")).await.body["status"], "partially_shipped");
    world.post(&format!("/shipments/{second}/deliver"), &json!({})).await.expect(409);
    let of_order = world.get(&format!("/shipments?filter[sales_order_id]={id}&sort=updated_at,id")).await.expect(200);
    assert_eq!(of_order.body["data"].as_array().unwrap().len(), 2);
    // Tracking may be corrected, by who says which version he means.
    let path = format!("/shipments/{}", first["id"].as_str().unwrap());
    let fix = json!({"tracking_number": "JJD2"});
    World::send(world.tims(Method::PATCH, &path).json(&fix)).await.expect(428);
    let fixed = World::send(world.tims(Method::PATCH, &path).header("If-Match", "\"v1\"").json(&fix)).await.expect(200);
    assert_eq!(fixed.body["tracking_number"], "JJD2");
}

#[tokio::test]
async fn nothing_is_shipped_twice_or_without_stock() {
    let world = World::new().await;
    let order = released(&world).await;
    let ship = |lines: &[(&str, &str)]| json!({"sales_order_id": order["id"], "packages": [parcel(lines)]});
    let refused = world.post("/shipments", &ship(&[("05015851154158", "3")])).await.expect(422).body;
    assert_eq!(
        (&refused["code"], &refused["errors"][0]["path"]),
        (&json!("bad_quantity"), &json!("packages[0].lines[0].quantity"))
    );
    assert_eq!(world.post("/shipments", &ship(&[("nobody", "1")])).await.expect(422).body["code"], "line_not_found");
    assert_eq!(
        world.post("/shipments", &json!({"sales_order_id": order["id"], "packages": []})).await.expect(422).body["code"],
        "required"
    );
    // A confirmed order was not released, so nothing of it is on a shelf.
    let mut other = world.order().await;
    other["external_ref"] = "amazon:A1PA6795UKMFR9:302-7654321-7654321".into();
    let other = world.post("/sales_orders", &other).await.expect(201).body;
    let body = json!({"sales_order_id": other["id"], "packages": [parcel(&[("05015851154158", "1")])]});
    assert_eq!(world.post("/shipments", &body).await.expect(409).body["code"], "invalid_state");
}

#[tokio::test]
async fn the_feed_tells_what_changed_without_gaps_and_not_for_ever() {
    let world = World::new().await;
    let latest = world.get("/changes?since_seq=0").await.body["latest_seq"].as_u64().unwrap();
    let order = released(&world).await;
    let body = json!({"sales_order_id": order["id"], "packages": [parcel(&[("05015851154158", "2")])]});
    let shipment = world.post("/shipments", &body).await.expect(201).body;
    let all = world.get(&format!("/changes?since_seq={latest}")).await.expect(200).body;
    let seqs: Vec<u64> = all["data"].as_array().unwrap().iter().map(|change| change["seq"].as_u64().unwrap()).collect();
    assert!(seqs.len() > 4 && seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{seqs:?}");
    let only = world.get(&format!("/changes?since_seq={latest}&types=shipment&limit=1")).await.expect(200).body;
    assert_eq!(only["data"][0]["id"], shipment["id"]);
    assert_eq!(only["page"], json!({"next_seq": all["latest_seq"], "has_more": false}));
    let none = world.get(&format!("/changes?since_seq={}", all["latest_seq"])).await.expect(200).body;
    assert_eq!(none["data"], json!([]));
    world.get("/changes?since_seq=999999").await.expect(400);
    world.get("/changes").await.expect(400);
    world.advance(31 * 24 * 3600);
    let gone = world.get(&format!("/changes?since_seq={latest}")).await.expect(410).body;
    assert_eq!((&gone["code"], &gone["latest_seq"]), (&json!("cursor_too_old"), &all["latest_seq"]));
}

#[tokio::test]
async fn the_warehouse_ships_what_was_released_and_no_more() {
    let world = World::new().await;
    released(&world).await;
    for _ in 0..2 {
        world.admin(Method::POST, "/warehouse/ship", &json!({})).await.expect(200);
    }
    let none = world.admin(Method::POST, "/warehouse/ship", &json!({})).await.expect(200).body;
    assert_eq!(none["shipments"], json!([]));
    let state = world.state().await;
    assert_eq!(state["tims"]["sales_orders"][0]["status"], "shipped");
    let shipments = state["tims"]["shipments"].as_array().unwrap();
    let parcels = shipments.iter().flat_map(|shipment| shipment["packages"].as_array().unwrap());
    let lines = parcels.flat_map(|parcel| parcel["lines"].as_array().unwrap());
    let pieces: u32 = lines.map(|line| line["quantity"].as_str().unwrap().parse::<u32>().unwrap()).sum();
    assert_eq!(pieces, 5);
}
