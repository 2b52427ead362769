//! Refunds: from Amazon's finances to credit notes on invoices, the early and the late ones too.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::Outcome;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::World;

fn amount(value: &Value) -> Decimal {
    value.as_str().map_or(Decimal::ZERO, |text| text.parse().unwrap())
}

/// A shop whose orders are in TIMS, have left, and were told to Amazon.
async fn sold(orders: usize) -> World {
    let world = World::new(orders).await;
    world.run().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(3600));
        world.admin_post("warehouse/ship", &json!({})).await;
    }
    world.run_flow("shipments", &[]).await;
    world.reset_counters().await;
    world
}

async fn credit_notes(world: &World) -> Vec<Value> {
    world.state().await["credit_notes"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refund_is_on_its_invoice_however_late_it_is_told() {
    let world = sold(300).await;
    let mut counts = BTreeMap::new();
    // Twelve days of looking once in six hours: some refunds are told of two days after they were posted.
    for hour in 0..48 {
        world.clock.advance(Duration::from_secs(6 * 3600));
        let report = world.run_flow("refunds", &[]).await;
        assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
        counts.insert(hour, report.counts.writes);
    }
    let notes = credit_notes(&world).await;
    assert!(notes.len() > 20, "{} credit notes", notes.len());
    assert!(counts.values().filter(|writes| **writes > 0).count() > 5, "they come day by day: {counts:?}");
    let state = world.state().await;
    for note in &notes {
        assert_eq!((&note["status"], &note["applied"]), (&json!("applied"), &note["total"]), "{note:#}");
        let invoice = state["invoices"].as_array().unwrap().iter().find(|invoice| invoice["id"] == note["invoice_id"]);
        let invoice = invoice.unwrap();
        assert_eq!(invoice["sales_order_id"], note["sales_order_id"]);
        assert!(amount(&invoice["credited"]) >= amount(&note["total"]) && amount(&note["total"]) > Decimal::ZERO);
    }
    // Nothing of what Amazon keeps is in a total, and nothing that was given back is missing.
    let taxed = |note: &&Value| note["lines"].as_array().unwrap().iter().any(|line| line["tax"].is_array());
    let american: Vec<&Value> = notes.iter().filter(taxed).collect();
    assert!(!american.is_empty());
    for note in american {
        let lines = note["lines"].as_array().unwrap();
        assert_eq!(lines.iter().map(|line| amount(&line["amount"])).sum::<Decimal>(), amount(&note["total"]), "{note}");
        assert!(
            lines
                .iter()
                .flat_map(|line| line["tax"].as_array().cloned().unwrap_or_default())
                .all(|tax| tax["collected_by"] == "marketplace")
        );
    }
    world.reset_counters().await;
    let again = world.run_flow("refunds", &[]).await;
    assert_eq!((again.counts.writes, world.tims_writes().await), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_waits_for_its_order_and_its_invoice_and_then_applies() {
    let world = World::new(200).await;
    // Nobody has brought an order to TIMS yet, and Amazon has refunded some.
    let early = world.run_flow("refunds", &[]).await;
    assert_eq!((early.outcome, early.counts.dead_lettered, early.counts.writes), (Outcome::Done, 0, 0));
    assert!(early.counts.waiting > 0, "{:?}", early.counts);
    world.run().await;
    let state = world.state().await;
    let sale = state["sales_orders"].as_array().unwrap().iter().find(|sale| {
        sale["status"] == "picking"
            && sale["lines"].as_array().unwrap().len() == 1
            && state["allocations"].as_array().unwrap().iter().any(|allocation| {
                allocation["sales_order_id"] == sale["id"]
                    && allocation["lines"][0]["allocated"] == sale["lines"][0]["quantity"]
            })
    });
    let sale = sale.expect("a released order");
    let id = sale["external_ref"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    // Somebody has confirmed one by hand, and it was refunded before the warehouse had let it go.
    world.admin_post(&format!("orders/{id}/change"), &json!({"status": "SHIPPED"})).await;
    world.admin_post(&format!("orders/{id}/refund"), &json!({})).await;
    world.clock.advance(Duration::from_secs(50 * 3600));
    let second = world.run_flow("refunds", &[]).await;
    assert!(second.counts.delivered > 0, "what Amazon ships needs no warehouse: {:?}", second.counts);
    let note = async || credit_notes(&world).await.into_iter().find(|note| note["metadata"]["order"] == id.as_str());
    assert_eq!(note().await, None);
    for _ in 0..3 {
        world.admin_post("warehouse/ship", &json!({"orders": [sale["external_ref"]]})).await;
    }
    world.clock.advance(Duration::from_secs(7 * 3600));
    let third = world.run_flow("refunds", &[]).await;
    assert_eq!((third.outcome, third.counts.dead_lettered), (Outcome::Done, 0));
    let note = note().await.unwrap_or_else(|| {
        panic!("the refund that waited: {:?} {:?} {:?} {sale:#}", second.counts, third.counts, third.by_reason)
    });
    assert_eq!((&note["status"], &note["sales_order_id"]), (&json!("applied"), &sale["id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_credit_notes_as_none() {
    let calm = sold(120).await;
    let world = sold(120).await;
    world.admin_put("faults", &json!({"spec": "429=4%,500=5%,reset=4%,truncate=3%,commit500=4%,garbage=2%"})).await;
    for place in [&calm, &world] {
        for _ in 0..12 {
            place.clock.advance(Duration::from_secs(24 * 3600));
            let report = place.run_flow("refunds", &[]).await;
            assert_eq!(
                (report.outcome, report.counts.dead_lettered),
                (Outcome::Done, 0),
                "{:#?}",
                place.dead_letters()
            );
        }
    }
    let kept = |notes: Vec<Value>| -> Vec<(Value, Value, Value)> {
        notes
            .into_iter()
            .map(|note| (note["external_ref"].clone(), note["lines"].clone(), note["total"].clone()))
            .collect()
    };
    let (calm, world) = (kept(credit_notes(&calm).await), kept(credit_notes(&world).await));
    assert!(!calm.is_empty());
    assert_eq!(world, calm);
}
