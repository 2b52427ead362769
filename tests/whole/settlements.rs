//! From Amazon's settlement reports to the books: every amount of every file is found again in a posted journal, every
//! deposit in its last line, and what buyers paid at their invoices.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use flowrun::connectors::amazon::settlement::{Rows, archive};
use flowrun::engine::Outcome;
use flowrun::plan::fold::Row as _;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::World;

const FIELDS: [&str; 11] = [
    "settlement_id",
    "total_amount",
    "currency",
    "transaction_type",
    "amount_type",
    "amount_description",
    "marketplace_name",
    "posted_date",
    "amount",
    "row",
    "order_id",
];

/// An amount of a file, by the names of [`FIELDS`].
type Amount = BTreeMap<&'static str, String>;

/// A settlement as its archived file has it.
struct Settlement {
    id: String,
    total: Decimal,
    sha256: String,
    amounts: Vec<Amount>,
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn money(value: &Value) -> Decimal {
    number(value.as_str().unwrap_or_else(|| panic!("{value} is no amount in a text")))
}

/// What lies in the archive, read again.
fn archived(world: &World) -> Vec<Settlement> {
    let fields: Vec<Arc<str>> = FIELDS.iter().map(|name| Arc::from(*name)).collect();
    let mut found = Vec::new();
    for (_, known) in archive::all(world.archive()).unwrap() {
        let report = archive::open(world.archive(), &known).unwrap();
        assert_eq!(report.constant("sha256"), Some(known.sha256.as_str()), "the bytes are those that came");
        let (id, total) = (report.settlement_id().to_owned(), number(report.constant("total_amount").unwrap()));
        let mut rows: Rows = report.rows(&fields).unwrap();
        let mut amounts = Vec::new();
        while rows.next().unwrap() {
            let cell = |at: usize| rows.cell(at).map(str::to_owned);
            let row: Amount = FIELDS.iter().enumerate().filter_map(|(at, name)| Some((*name, cell(at)?))).collect();
            amounts.extend(row.contains_key("amount").then_some(row));
        }
        found.push(Settlement { id, total, sha256: known.sha256, amounts });
    }
    found
}

/// A shop whose parcels have left, some weeks ago.
async fn sold(orders: usize) -> World {
    let world = World::new(orders).await;
    world.run().await;
    world.admin_post("warehouse/ship", &json!({})).await;
    world.clock.advance(Duration::from_secs(3600));
    world.reset_counters().await;
    world
}

fn journals(state: &Value) -> Vec<&Value> {
    let entries =
        state["journal_entries"].as_array().unwrap_or_else(|| panic!("{:?}", state.as_object().unwrap().keys()));
    entries.iter().filter(|entry| entry["external_ref"].as_str().unwrap().starts_with("amazon-settlement:")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_amount_of_every_settlement_is_in_a_posted_journal() {
    let world = sold(400).await;
    let report = world.run_flow("settlements", &[("gl_chart", "standard".into())]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let state = world.state().await;
    let journals = journals(&state);
    let settlements = archived(&world);
    assert!(settlements.len() >= 5 && journals.len() > settlements.len(), "some settlements lie in two months");
    for settlement in &settlements {
        let sum: Decimal = settlement.amounts.iter().map(|amount| number(&amount["amount"])).sum();
        assert_eq!(sum, settlement.total, "settlement {}", settlement.id);
        let prefix = format!("amazon-settlement:{}:", settlement.id);
        let own: Vec<&&Value> =
            journals.iter().filter(|entry| entry["external_ref"].as_str().unwrap().starts_with(&prefix)).collect();
        let (mut deposit, mut carried, mut explained) = (Decimal::ZERO, Decimal::ZERO, 0);
        for entry in own {
            assert_eq!(entry["status"], "posted", "{entry:#}");
            assert_eq!(entry["attachments"][0]["sha256"], settlement.sha256.as_str());
            let month = entry["external_ref"].as_str().unwrap().strip_prefix(&prefix).unwrap();
            let mut balance = Decimal::ZERO;
            for line in entry["lines"].as_array().unwrap() {
                let net = money(&line["credit"]) - money(&line["debit"]);
                balance += net;
                let of = &line["dimensions"];
                match of["kind"].as_str() {
                    Some("deposit") => deposit -= net,
                    Some(_) => carried += net,
                    // A line says which rows it is made of: those with its names, in its month.
                    None => {
                        let is = |amount: &&Amount, field: &str| {
                            amount.get(field).map(String::as_str) == of[field.trim_end_matches("_name")].as_str()
                        };
                        let rows: Vec<&Amount> = settlement
                            .amounts
                            .iter()
                            .filter(|amount| amount["posted_date"].starts_with(month))
                            .filter(|amount| {
                                ["transaction_type", "amount_type", "amount_description", "marketplace_name"]
                                    .iter()
                                    .all(|field| is(amount, field))
                            })
                            .collect();
                        assert_eq!(
                            rows.iter().map(|amount| number(&amount["amount"])).sum::<Decimal>(),
                            net,
                            "{line:#}"
                        );
                        assert_eq!(of["rows"], rows.len().to_string(), "{line:#}");
                        assert_eq!(of["first_row"], rows[0]["row"].as_str());
                        assert_eq!(of["last_row"], rows[rows.len() - 1]["row"].as_str());
                        explained += rows.len();
                    }
                }
            }
            assert!(balance.is_zero(), "{entry:#}");
        }
        assert_eq!((deposit, carried), (settlement.total, Decimal::ZERO), "settlement {}", settlement.id);
        // What adds up to nothing needs no line; nothing else is left out.
        assert!(explained <= settlement.amounts.len() && explained * 10 > settlement.amounts.len() * 9);
    }

    // Again, and again with a ledger that knows nothing: nothing is posted twice.
    for anew in [false, true] {
        let again = match anew {
            false => world.run_flow("settlements", &[]).await,
            true => world.run_flow_anew("settlements").await,
        };
        assert_eq!((again.outcome, again.counts.dead_lettered), (Outcome::Done, 0), "{anew}");
        assert_eq!(world.state().await["journal_entries"], state["journal_entries"], "{anew}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_a_closed_month_is_posted_on_the_first_open_day() {
    let world = sold(300).await;
    world.admin_put("periods/2026-10", &json!({"status": "closed"})).await;
    let report = world.run_flow("settlements", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    let state = world.state().await;
    let mut moved = 0;
    for entry in journals(&state) {
        let (date, month) = (entry["date"].as_str().unwrap(), entry["external_ref"].as_str().unwrap());
        if month.ends_with(":2026-10") {
            moved += 1;
            assert_eq!(date, "2026-11-01", "{entry:#}");
            assert!(entry["original_date"].as_str().unwrap().starts_with("2026-10-"), "{entry:#}");
        } else {
            assert!(entry["original_date"].is_null(), "{entry:#}");
        }
    }
    assert!(moved > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_buyers_paid_is_at_their_invoices_once_the_settlement_is_booked() {
    let world = sold(400).await;
    world.run_flow("shipments", &[]).await;
    world.clock.advance(Duration::from_secs(20 * 24 * 3600));
    let early = world.run_flow("settlement_payments", &[]).await;
    assert_eq!((early.outcome, early.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    assert_eq!(world.writes_of("tims.payments.create").await, 0, "nothing is paid before it is booked");
    world.run_flow("settlements", &[]).await;
    world.clock.advance(Duration::from_secs(6 * 3600));
    let report = world.run_flow("settlement_payments", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());

    let state = world.state().await;
    let payments = state["payments"].as_array().unwrap();
    let buyers = |transactions: &[&str]| {
        let mut paid: BTreeMap<String, Decimal> = BTreeMap::new();
        for settlement in archived(&world) {
            for amount in &settlement.amounts {
                let kind = amount["amount_type"].as_str();
                if transactions.contains(&amount["transaction_type"].as_str())
                    && ["ItemPrice", "Promotion", "ItemWithheldTax"].contains(&kind)
                {
                    let order = amount.get("order_id").unwrap();
                    *paid.entry(format!("amazon-settlement:{}:{order}", settlement.id)).or_default() +=
                        number(&amount["amount"]);
                }
            }
        }
        paid.retain(|_, amount| !amount.is_zero());
        paid
    };
    let of = |direction: &str, suffix: &str| -> BTreeMap<String, Decimal> {
        let rows = payments.iter().filter(|payment| payment["direction"] == direction);
        rows.map(|payment| {
            (payment["external_ref"].as_str().unwrap().trim_end_matches(suffix).to_owned(), money(&payment["amount"]))
        })
        .collect()
    };
    assert_eq!(of("in", ""), buyers(&["Order"]));
    let refunds: BTreeMap<String, Decimal> = buyers(&["Refund", "A-to-z Guarantee Refund", "Chargeback Refund"])
        .into_iter()
        .map(|(order, amount)| (order, -amount))
        .collect();
    assert_eq!(of("out", ":refund"), refunds);
    let applied = payments
        .iter()
        .filter(|payment| payment["direction"] == "in" && !payment["applications"].as_array().unwrap().is_empty());
    assert!(applied.count() > 10);
    let invoices = state["invoices"].as_array().unwrap();
    assert!(invoices.iter().filter(|invoice| invoice["status"] == "paid").count() > 10);

    let again = world.run_flow_anew("settlement_payments").await;
    assert_eq!((again.outcome, again.counts.dead_lettered), (Outcome::Done, 0));
    assert_eq!(world.state().await["payments"], state["payments"]);
}

/// The journals without the times at which they were posted.
async fn books(world: &World) -> Value {
    let mut entries = world.both().await["tims"]["journal_entries"].take();
    for entry in entries.as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().remove("posted_at");
    }
    entries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_leave_the_same_books_as_none() {
    let calm = sold(200).await;
    calm.run_flow("settlements", &[]).await;
    let wanted = books(&calm).await;
    let world = sold(200).await;
    world.admin_put("faults", &json!({"spec": "429=6%,500=6%,reset=6%,truncate=4%,commit500=6%,garbage=4%"})).await;
    let report = world.run_flow("settlements", &[]).await;
    assert_eq!((report.outcome, report.counts.dead_lettered), (Outcome::Done, 0), "{:#?}", world.dead_letters());
    world.admin_put("faults", &json!({"spec": ""})).await;
    assert_eq!(books(&world).await, wanted);
}
