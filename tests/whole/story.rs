//! One order from the purchase to the money: it comes to TIMS, gets its stock, leaves in parcels, is told to Amazon, is given
//! back in part, is settled, and what was settled stands in the ledger, to the cent.

use std::collections::BTreeMap;
use std::time::Duration;

use flowrun::engine::{Outcome, RunReport};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::World;

const DAY: u64 = 24 * 3600;

fn amount(value: &Value) -> Decimal {
    value.as_str().map_or(Decimal::ZERO, |text| text.parse().unwrap())
}

fn done(report: &RunReport) {
    assert_eq!(report.outcome, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_from_the_purchase_to_a_tied_out_journal() {
    let world = World::new(120).await;
    done(&world.run_flow("customers", &[]).await);
    done(&world.run().await);
    let state = world.state().await;

    // The order: released to the warehouse, with all its stock.
    let whole = |sale: &&Value| {
        let mine = |allocation: &&Value| allocation["sales_order_id"] == sale["id"];
        let allocation = state["allocations"].as_array().unwrap().iter().find(mine);
        let lines = sale["lines"].as_array().unwrap();
        sale["status"] == "picking"
            && sale["channel"] == "AMZ-DE"
            && allocation.is_some_and(|allocation| {
                let kept: Decimal =
                    allocation["lines"].as_array().unwrap().iter().map(|line| amount(&line["allocated"])).sum();
                kept == lines.iter().map(|line| amount(&line["quantity"])).sum::<Decimal>()
            })
    };
    let sale = state["sales_orders"].as_array().unwrap().iter().find(whole).expect("a released order").clone();
    let reference = sale["external_ref"].as_str().unwrap().to_owned();
    let id = reference.rsplit(':').next().unwrap().to_owned();
    let of_order = |state: &Value, kind: &str| -> Vec<Value> {
        let mine = |document: &&Value| document["sales_order_id"] == sale["id"] || document["id"] == sale["id"];
        state[kind].as_array().unwrap().iter().filter(mine).cloned().collect()
    };
    let customer = state["customers"].as_array().unwrap().iter().find(|customer| customer["id"] == sale["customer_id"]);
    assert!(customer.is_some());

    // It leaves, in as many parcels as it takes, and Amazon is told.
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(3600));
        world.admin_post("warehouse/ship", &json!({"orders": [reference]})).await;
    }
    done(&world.run_flow("shipments", &[]).await);
    let state = world.state().await;
    let shipments = of_order(&state, "shipments");
    let parcels: usize = shipments.iter().map(|shipment| shipment["packages"].as_array().unwrap().len()).sum();
    assert!(parcels > 0);
    assert_eq!(of_order(&state, "sales_orders")[0]["status"], "shipped");
    let told = world.both().await["amazon"]["confirmations"].as_array().unwrap().clone();
    assert_eq!(told.iter().filter(|package| package["orderId"] == id.as_str()).count(), parcels);
    let invoice = of_order(&state, "invoices").pop().expect("TIMS invoices what has been shipped");
    assert_eq!(invoice["total"], sale["totals"]["grand"]);

    // A piece of it is given back, and credited on the invoice.
    let item = sale["lines"][0]["line_ref"].clone();
    let back = json!({"items": [{"orderItemId": item, "quantity": 1}]});
    world.clock.advance(Duration::from_secs(2 * DAY));
    world.admin_post(&format!("orders/{id}/refund"), &back).await;
    world.clock.advance(Duration::from_secs(3 * DAY));
    let refunds = world.run_flow("refunds", &[]).await;
    done(&refunds);
    let state = world.state().await;
    let notes = of_order(&state, "credit_notes");
    assert!(!notes.is_empty(), "{:?}", refunds.by_reason);
    let credited: Decimal = notes.iter().map(|note| amount(&note["total"])).sum();
    assert!(notes.iter().all(|note| note["status"] == "applied"));
    let invoice = of_order(&state, "invoices").pop().unwrap();
    assert_eq!(amount(&invoice["credited"]), credited);

    // Amazon settles: every journal balances, and what it pays out is what the report says.
    for _ in 0..5 {
        world.clock.advance(Duration::from_secs(4 * DAY));
        // Other buyers give back too in the meantime.
        done(&world.run_flow("refunds", &[]).await);
        done(&world.run_flow("settlements", &[]).await);
    }
    let state = world.state().await;
    let journals = state["journal_entries"].as_array().unwrap();
    assert!(!journals.is_empty());
    let mut by_settlement: BTreeMap<&str, usize> = BTreeMap::new();
    for journal in journals {
        let lines = journal["lines"].as_array().unwrap();
        let side = |name: &str| -> Decimal { lines.iter().map(|line| amount(&line[name])).sum() };
        assert_eq!(side("debit"), side("credit"), "{}", journal["external_ref"]);
        *by_settlement.entry(journal["external_ref"].as_str().unwrap().split(':').nth(1).unwrap()).or_default() += 1;
    }
    assert!(!by_settlement.is_empty());

    // Nothing is done twice.
    world.reset_counters().await;
    for flow in ["customers", "order_sync", "shipments", "refunds", "settlements"] {
        let again = world.run_flow(flow, &[]).await;
        assert_eq!((flow, again.counts.writes), (flow, 0), "{:?}", again.targets);
    }
}
