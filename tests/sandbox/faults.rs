//! What goes wrong on purpose, and what the sandbox is like where strangers could reach it.

use std::time::Duration;

use flowrun::clock::{Clock, Pace, PacedClock};
use flowrun::sandbox::{FaultSpec, Ready, SandboxClock};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BY_REF, World};

const SINCE: (&str, &str) = ("lastUpdatedAfter", "2026-02-01T00:00:00Z");

#[test]
fn a_specification_is_read_and_told_or_refused_clearly() {
    let told = |text: &str| text.parse::<FaultSpec>().map(|spec| spec.to_string());
    assert_eq!(told("").unwrap(), "none");
    assert_eq!(told("tims:429=5%, amazon:reset=0.5%").unwrap(), "amazon:reset=0.5%,tims:429=5%");
    assert_eq!(told("20%").unwrap().matches("=2.5%").count(), 24);
    assert_eq!(told("20%").unwrap().parse::<FaultSpec>(), "20%".parse());
    for (text, wanted) in [
        ("boom=5%", "`boom` is no kind of fault"),
        ("429=5", "write it like `5%`"),
        ("429=101%", "between 0% and 100%"),
        ("60%,timeout=50%", "more than 100%"),
        ("sap:429=5%", "none of `amazon:`, `tims:` and `depot:`"),
    ] {
        let said = told(text).unwrap_err().to_string();
        assert!(said.contains(wanted), "{text}: {said}");
    }
}

#[tokio::test]
async fn each_fault_is_what_its_name_says() {
    let world = World::new().await;
    world.token().await;
    let body = world.order().await;
    let upsert = || world.tims(Method::PUT, BY_REF).json(&body);
    let written = async || !world.state().await["tims"]["sales_orders"].as_array().unwrap().is_empty();

    world.faults(json!({"spec": "tims:429=100%,amazon:500=100%"})).await;
    assert_eq!(World::send(upsert()).await.expect(429).body["code"], "rate_limited");
    assert!([500, 503].contains(&world.search(&[SINCE]).await.status));

    world.faults(json!({"spec": "tims:garbage=100%,amazon:truncate=100%"})).await;
    assert!(World::send(upsert()).await.expect(200).body.as_str().unwrap().contains("<html>"));
    let url = format!("{}/orders/2026-01-01/orders", world.ready.amazon);
    let search = world.http.get(url).query(&[SINCE]).header("x-amz-access-token", world.token().await);
    let cut = search.send().await.unwrap();
    assert_eq!(cut.status(), 200);
    assert!(cut.text().await.is_err());

    world.faults(json!({"spec": "reset=100%"})).await;
    let reset = world.tims(Method::GET, "/items").send().await;
    let error = match reset {
        Err(error) => error,
        Ok(response) => response.text().await.unwrap_err(),
    };
    assert!(!error.is_timeout(), "{error:?}");

    world.faults(json!({"spec": "timeout=100%"})).await;
    let hanging = world.tims(Method::GET, "/items").timeout(Duration::from_millis(80)).send().await.unwrap_err();
    assert!(hanging.is_timeout(), "{hanging:?}");
    assert!(!written().await, "nothing was written so far");

    world.faults(json!({"spec": "slow=100%"})).await;
    world.get("/items").await.expect(200);

    world.faults(json!({"spec": "commit500=100%"})).await;
    World::send(upsert()).await.expect(500);
    assert!(written().await);
    let counters = world.counters().await;
    assert_eq!(counters["tims.sales_orders.upsert"]["writes"], 1);
    assert_eq!(counters["tims.sales_orders.upsert"]["faults"], 3);
    world.faults(json!({"spec": "none"})).await;
    World::send(upsert()).await.expect(200);
    world.admin(Method::POST, "/counters/reset", &Value::Null).await.expect(200);
    assert_eq!(world.counters().await, json!({}));
}

#[tokio::test]
async fn an_outage_ends_when_the_clock_says_so() {
    let world = World::new().await;
    world.faults(json!({"down": {"tims": "1h"}})).await;
    world.get("/items").await.expect(503);
    world.search(&[SINCE]).await.expect(200);
    world.advance(3599);
    world.get("/items").await.expect(503);
    let told = world.admin(Method::POST, "/clock", &json!({"advance": "1s"})).await.expect(200).body;
    assert_eq!(told["now"], "2026-03-01T13:00:00Z");
    world.get("/items").await.expect(200);
    world.faults(json!({"down": {"amazon": "1h"}})).await;
    world.search(&[SINCE]).await.expect(503);
    world.faults(json!({"down": {"amazon": null}})).await;
    world.admin(Method::PUT, "/faults", &json!({"spec": "5"})).await.expect(400);
    world.admin(Method::PUT, "/faults", &json!({"downs": {}})).await.expect(400);
    world.admin(Method::POST, "/clock", &json!({"speed": 5})).await.expect(400);
}

#[tokio::test]
async fn a_paced_clock_is_shared_and_can_be_moved() {
    let start: jiff::Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let clock = std::sync::Arc::new(PacedClock::starting_at(start, 1));
    let world = World::with(|options| options.clock = SandboxClock::Paced(clock)).await;
    assert_eq!(world.ready.clock.unwrap().shown, start);
    let told = world.admin(Method::POST, "/clock", &json!({"advance": "1h", "speed": 1000})).await.expect(200).body;
    let pace: Pace = serde_json::from_value(told["pace"].clone()).unwrap();
    assert_eq!(pace.speed, 1000);
    assert!(PacedClock::following(pace).now() >= start + jiff::SignedDuration::from_hours(1));
    // What the command line prints is what a client reads.
    let printed = serde_json::to_string(&world.ready).unwrap();
    let read: Ready = serde_json::from_str(&printed).unwrap();
    assert_eq!(read.credentials.tims.api_key, world.ready.credentials.tims.api_key);
}

#[tokio::test]
async fn strangers_need_the_admin_token() {
    let world = World::with(|options| options.listen = "0.0.0.0:0".parse().unwrap()).await;
    let token = world.ready.admin_token.clone().unwrap();
    world.admin(Method::GET, "/state", &Value::Null).await.expect(401);
    let request = world.http.get(format!("{}/state", world.ready.admin)).bearer_auth(token);
    World::send(request).await.expect(200);
    assert!(World::new().await.ready.admin_token.is_none());
}

#[tokio::test]
async fn stopping_lets_go_of_held_requests() {
    let mut world = World::new().await;
    world.faults(json!({"spec": "timeout=100%"})).await;
    let held = tokio::spawn(world.tims(Method::GET, "/items").send());
    while world.counters().await["tims.items.list"]["calls"] != 1 {
        tokio::task::yield_now().await;
    }
    world.running.take().unwrap().stop().await;
    let answer = held.await.unwrap();
    assert!(answer.is_err() || answer.unwrap().text().await.is_err());
    assert!(world.http.get(&world.ready.admin).send().await.is_err());
}
