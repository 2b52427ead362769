//! The simulated TIMS' ledger, invoices, payments and credit notes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::World;

const JOURNALS: &str = "/gl/journal_entries";

fn journal(reference: &str, date: &str) -> Value {
    json!({
        "source": "amazon", "external_ref": reference, "date": date, "currency": "EUR", "memo": "Amazon DE",
        "lines": [
            {"account": "1150", "debit": "84.90", "credit": "0.00"},
            {"account": "6010", "debit": "15.10", "dimensions": {"settlement": "1", "rows": "2"}},
            {"account": "4010", "credit": "100.00", "tax_code": "DE-19", "memo": "Order / ItemPrice / Principal"},
        ],
        "attachments": [{"name": "settlement.txt", "sha256": "00"}],
    })
}

/// What came back, after a request with a body.
async fn send(world: &World, method: Method, path: &str, body: &Value) -> crate::support::Answer {
    World::send(world.tims(method, path).json(body)).await
}

/// A sales order that is shipped by Amazon, and its id.
async fn order_by_amazon(world: &World, reference: &str) -> String {
    let mut order = world.order().await;
    order["external_ref"] = reference.into();
    order["fulfilment"] = "amazon".into();
    world.post("/sales_orders", &order).await.expect(201).body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_journal_entry_is_drafted_replaced_posted_and_reversed() {
    let world = World::new().await;
    let path = format!("{JOURNALS}/by_ref/amazon/amazon-settlement:1:2026-02");
    let mut body = journal("amazon-settlement:1:2026-02", "2026-02-28");
    let first = send(&world, Method::PUT, &path, &body).await.expect(201).body;
    assert_eq!((&first["status"], &first["totals"]["debit"]), (&json!("draft"), &json!("100.00")));
    assert_eq!(first["lines"][1]["line_no"], 2);
    assert_eq!(send(&world, Method::PUT, &path, &body).await.expect(200).body["version"], 1, "nothing is new");
    body["memo"] = "Amazon DE, February".into();
    assert_eq!(send(&world, Method::PUT, &path, &body).await.expect(200).body["version"], 2);
    let id = first["id"].as_str().unwrap();
    let posted = world.post(&format!("{JOURNALS}/{id}/post"), &json!({})).await.expect(200).body;
    assert_eq!((&posted["status"], &posted["posted_at"]), (&json!("posted"), &json!("2026-03-01T12:00:00Z")));
    let again = world.post(&format!("{JOURNALS}/{id}/post"), &json!({})).await.expect(409).body;
    assert_eq!(again["code"], "invalid_state");
    let refused = send(&world, Method::PUT, &path, &body).await.expect(409).body;
    assert_eq!((&refused["code"], &refused["existing_id"]), (&json!("duplicate"), &json!(id)));
    let refused = world.post(JOURNALS, &body).await.expect(409).body;
    assert_eq!(refused["existing_id"], id);
    let reversal = world.post(&format!("{JOURNALS}/{id}/reverse"), &json!({"date": "2026-03-01"})).await.expect(201);
    assert_eq!(reversal.body["lines"][0]["credit"], "84.90");
    assert_eq!((&reversal.body["status"], &reversal.body["reversal_of"]), (&json!("posted"), &json!(id)));
    let found = world.get(&format!("{JOURNALS}?filter[external_ref]=amazon-settlement:1:2026-02&source=amazon")).await;
    assert_eq!(found.body["data"][0]["status"], "reversed");
    world.post(&format!("{JOURNALS}/{id}/reverse"), &json!({})).await.expect(409);
    let march = world.get(&format!("{JOURNALS}?filter[date][gte]=2026-03-01")).await.expect(200).body;
    assert_eq!(march["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_journal_entry_is_said() {
    let world = World::new().await;
    let refused = async |change: &dyn Fn(&mut Value), status: u16, code: &str| {
        let mut body = journal("x", "2026-02-28");
        change(&mut body);
        let answer = world.post(JOURNALS, &body).await.expect(status).body;
        let said = answer["errors"].get(0).map_or(&answer["code"], |first| &first["code"]);
        assert_eq!(said, code, "{answer:#}");
        answer
    };
    let off = refused(&|body| body["lines"][0]["debit"] = "84.89".into(), 422, "unbalanced").await;
    assert_eq!(off["difference"], "-0.01");
    refused(&|body| body["lines"][0]["debit"] = json!(84.90), 422, "number_in_money_field").await;
    refused(&|body| body["lines"][0]["debit"] = "84.905".into(), 422, "not_rounded").await;
    refused(&|body| body["lines"][0]["credit"] = "1.00".into(), 422, "bad_line").await;
    refused(&|body| body["lines"][0]["debit"] = "0".into(), 422, "bad_line").await;
    refused(&|body| body["lines"][0]["debit"] = "-84.90".into(), 422, "negative_amount").await;
    refused(&|body| body["lines"][0]["account"] = "9999".into(), 422, "unknown_account").await;
    refused(&|body| body["lines"][0]["account"] = "6999".into(), 422, "inactive_account").await;
    refused(&|body| body["lines"][0]["line_no"] = 3.into(), 422, "duplicate_line_no").await;
    refused(&|body| body["currency"] = "XXX".into(), 422, "unknown_currency").await;
    refused(&|body| body["date"] = "2026-02-30".into(), 422, "not_a_date").await;
    refused(&|body| body["date"] = "2026-06-01".into(), 422, "no_period").await;
    refused(&|body| body["colour"] = "red".into(), 422, "unknown_field").await;
    assert_eq!(world.state().await["tims"]["journal_entries"], json!([]));
}

#[tokio::test]
async fn a_closed_period_takes_nothing_and_names_the_first_open_day() {
    let world = World::new().await;
    let old = world.post(JOURNALS, &journal("old", "2025-10-31")).await.expect(423).body;
    assert_eq!((&old["code"], &old["first_open_date"]), (&json!("period_closed"), &json!("2025-12-01")));
    let draft = world.post(JOURNALS, &journal("draft", "2026-01-31")).await.expect(201).body;
    for month in ["2026-01", "2026-02"] {
        let path = format!("/periods/{month}");
        world.admin(Method::PUT, &path, &json!({"status": "closed"})).await.expect(200);
    }
    let path = format!("{JOURNALS}/{}/post", draft["id"].as_str().unwrap());
    let closed = world.post(&path, &json!({})).await.expect(423).body;
    assert_eq!(closed["first_open_date"], "2026-03-01");
    let mut moved = journal("moved", "2026-03-01");
    moved["original_date"] = "2026-01-31".into();
    moved["status"] = "posted".into();
    assert_eq!(world.post(JOURNALS, &moved).await.expect(201).body["original_date"], "2026-01-31");
    let open = world.get("/gl/periods?filter[status]=open").await.expect(200).body;
    let ids: Vec<&str> = open["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["2025-12", "2026-03", "2026-04"]);
    world.admin(Method::PUT, "/periods/2026-01", &json!({"status": "open"})).await.expect(200);
    world.post(&path, &json!({})).await.expect(200);
    world.admin(Method::PUT, "/periods/2026-13", &json!({"status": "open"})).await.expect(400);
    let retired = world.get("/gl/accounts?filter[status]=inactive").await.expect(200).body;
    assert_eq!(retired["data"][0]["code"], "6999");
}

#[tokio::test]
async fn an_invoice_is_paid_credited_and_paid_back_but_never_too_much() {
    let world = World::new().await;
    let order = order_by_amazon(&world, "amazon:A1PA6795UKMFR9:302-1234567-1234567").await;
    let invoice = world.post("/invoices", &json!({"sales_order_id": order})).await.expect(201).body;
    assert_eq!((&invoice["total"], &invoice["balance"]), (&json!("99.89"), &json!("99.89")));
    assert_eq!(world.get(&format!("/sales_orders/{order}")).await.body["status"], "invoiced");
    let twice = world.post("/invoices", &json!({"sales_order_id": order})).await.expect(409).body;
    assert_eq!(twice["existing_id"], invoice["id"]);
    let pay = |reference: &str, amount: &str, direction: &str| {
        json!({"source": "amazon", "external_ref": reference, "customer_id": invoice["customer_id"],
            "method": "MARKETPLACE", "reference": "settlement 1", "amount": amount, "currency": "EUR",
            "direction": direction, "date": "2026-02-27",
            "applications": [{"invoice_id": invoice["id"], "amount": amount}]})
    };
    let path = format!("/invoices/{}", invoice["id"].as_str().unwrap());
    let refused = world.post("/payments", &pay("p", "99.90", "in")).await.expect(422).body;
    assert_eq!((&refused["code"], &refused["left"]), (&json!("over_applied"), &json!("99.89")));
    let paid = world.post("/payments", &pay("p", "99.89", "in")).await.expect(201).body;
    assert_eq!(world.get(&path).await.body["status"], "paid");
    assert_eq!(world.post("/payments", &pay("p", "99.89", "in")).await.expect(409).body["existing_id"], paid["id"]);
    // Nothing is credited yet, so nothing can be paid back.
    assert_eq!(world.post("/payments", &pay("r", "10.00", "out")).await.expect(422).body["code"], "over_applied");
    let note = json!({"source": "amazon", "external_ref": "refund 1", "sales_order_id": order, "currency": "EUR",
        "date": "2026-02-27", "lines": [{"line_ref": "05015851154158", "quantity": 1, "amount": "10.00"}]});
    let note = world.post("/credit_notes", &note).await.expect(201).body;
    assert_eq!((&note["status"], &note["invoice_id"]), (&json!("applied"), &invoice["id"]));
    let owing = world.get(&path).await.body;
    assert_eq!((&owing["status"], &owing["balance"]), (&json!("owing"), &json!("-10.00")));
    world.post("/payments", &pay("r", "10.00", "out")).await.expect(201);
    assert_eq!(world.get(&path).await.body["balance"], "0.00");
    let voided = format!("/payments/{}/void", paid["id"].as_str().unwrap());
    world.post(&voided, &json!({})).await.expect(200);
    assert_eq!(world.get(&path).await.body["balance"], "99.89");
    let found = world.get("/invoices?filter[external_ref]=amazon:A1PA6795UKMFR9:302-1234567-1234567,other").await;
    assert_eq!(found.body["data"][0]["id"], invoice["id"]);
}

#[tokio::test]
async fn a_refund_before_its_order_waits_unapplied() {
    let world = World::new().await;
    let customer = world.customer().await;
    let body = json!({"source": "amazon", "external_ref": "refund 2", "customer_id": customer, "currency": "EUR",
        "lines": [{"amount": "10.00"}]});
    let note = world.put("/credit_notes/by_ref/amazon/refund%202", &body).await.expect(201).body;
    assert_eq!((&note["status"], &note["applied"]), (&json!("unapplied"), &json!("0.00")));
    world.put("/credit_notes/by_ref/amazon/refund%202", &body).await.expect(200);
    let mut other = body.clone();
    other["lines"][0]["amount"] = "11.00".into();
    world.put("/credit_notes/by_ref/amazon/refund%202", &other).await.expect(409);
    let order = order_by_amazon(&world, "amazon:A1PA6795UKMFR9:302-1234567-1234567").await;
    let invoice = world.post("/invoices", &json!({"sales_order_id": order})).await.expect(201).body;
    let path = format!("/credit_notes/{}/apply", note["id"].as_str().unwrap());
    let applied = world.post(&path, &json!({"invoice_id": invoice["id"]})).await.expect(200).body;
    assert_eq!((&applied["status"], &applied["applied"]), (&json!("applied"), &json!("10.00")));
    world.post(&path, &json!({"invoice_id": invoice["id"]})).await.expect(200);
    let invoice = world.get(&format!("/invoices/{}", invoice["id"].as_str().unwrap())).await.body;
    assert_eq!((&invoice["credited"], &invoice["balance"]), (&json!("10.00"), &json!("89.89")));
    let nobody = json!({"external_ref": "refund 3", "currency": "EUR", "lines": [{"amount": "10.00"}]});
    let refused = world.post("/credit_notes", &nobody).await.expect(422).body;
    assert_eq!(refused["code"], "customer_not_found");
}

#[tokio::test]
async fn the_chart_has_every_account_that_the_flows_post_to() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("flows/lookups/gl_accounts.csv");
    let mut table = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap();
    let column = table.headers().unwrap().iter().position(|name| name == "account").unwrap();
    let wanted: std::collections::BTreeSet<String> =
        table.records().map(|row| row.unwrap()[column].to_owned()).collect();
    let world = World::with(|options| options.orders = 0).await;
    let chart = world.get("/gl/accounts?filter[status]=active").await.expect(200).body;
    let known = |code: &str| chart["data"].as_array().unwrap().iter().any(|account| account["code"] == code);
    let missing: Vec<&String> = wanted.iter().filter(|code| !known(code)).collect();
    assert!(wanted.len() > 20 && missing.is_empty(), "{missing:?}");
}
