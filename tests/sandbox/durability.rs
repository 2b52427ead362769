//! What the sandbox knows after it went away without a word.

use std::io::Write;

use flowrun::sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BY_REF, World};

const SINCE: (&str, &str) = ("lastUpdatedAfter", "2026-02-01T00:00:00Z");

#[tokio::test]
async fn a_restart_forgets_nothing_that_was_answered() {
    let first = tempfile::tempdir().unwrap();
    let set = |options: &mut Options| (options.orders, options.state) = (60, Some(first.path().to_owned()));
    let world = World::with(set).await;
    let body = world.order().await;
    let upsert = |world: &World| world.tims(Method::PUT, BY_REF).header("Idempotency-Key", "k1").json(&body);
    let order = World::send(upsert(&world)).await.expect(201).body;
    let id = order["id"].as_str().unwrap();
    let allocation = json!({"sales_order_id": id, "lines": [{"line_ref": "05015851154158", "quantity": "2"}]});
    world.post("/allocations", &allocation).await.expect(201);
    let all = world.search(&[SINCE]).await.expect(200).body;
    let token = world.token().await;
    let changed = all["orders"][3]["orderId"].as_str().unwrap();
    let change = json!({"merge": {"orderAliases": []}});
    let changed = world.admin(Method::POST, &format!("/orders/{changed}/change"), &change).await.expect(200).body;
    for _ in 1..20 {
        world.search(&[SINCE]).await.expect(200);
    }
    let before = world.state().await;
    // Nobody says goodbye: the next one gets what is on disk now, with a write that the end came upon.
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("sandbox.journal");
    std::fs::copy(first.path().join("sandbox.journal"), &journal).unwrap();
    std::fs::OpenOptions::new().append(true).open(&journal).unwrap().write_all(b"[{\"is\":\"put\",\"ki").unwrap();
    let set = |options: &mut Options| (options.orders, options.state) = (60, Some(dir.path().to_owned()));

    let world = World::at("2026-03-01T12:00:10Z", set).await;
    assert_eq!(world.state().await, before);
    assert_eq!(world.get("/stock?filter[sku]=MUG-WHT-11").await.body["data"][0]["allocated"], "2");
    let replayed = World::send(upsert(&world)).await.expect(201);
    assert_eq!((replayed.header("idempotent-replayed"), &replayed.body), (Some("true"), &order));
    let path = format!("/orders/{}", changed["orderId"].as_str().unwrap());
    assert_eq!(world.admin(Method::GET, &path, &Value::Null).await.expect(200).body, changed);
    let url = format!("{}/orders/2026-01-01/orders", world.ready.amazon);
    let search = world.http.get(url).query(&[SINCE]).header("x-amz-access-token", token);
    World::send(search).await.expect(429);
    // And what is written now comes after what was cut off, not behind it.
    world.post(&format!("/sales_orders/{id}/hold"), &json!({})).await.expect(200);
    let before = world.state().await;
    world.running.unwrap().stop().await;
    assert_eq!(World::with(set).await.state().await, before);
}

#[tokio::test]
async fn a_journal_belongs_to_one_shop_and_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let state = Some(dir.path().to_owned());
    let options = || Options { orders: 10, state: state.clone(), ..Options::default() };
    let running = flowrun::sandbox::start(options()).await.unwrap();
    let busy = flowrun::sandbox::start(options()).await.unwrap_err().to_string();
    assert!(busy.contains("another sandbox"), "{busy}");
    running.stop().await;
    let other = flowrun::sandbox::start(Options { seed: 7, ..options() }).await.unwrap_err().to_string();
    assert!(other.contains("seed 1"), "{other}");
}
