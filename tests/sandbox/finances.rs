//! listTransactions: as published, and as late and as patchy as it is known to be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::conformance::{assert_valid, published, validator};
use crate::support::{Answer, World};

const PATH: &str = "/finances/2024-06-19/transactions";

async fn ask(world: &World, query: &[(&str, &str)]) -> Answer {
    world.advance(10);
    world.amazon(PATH, query).await
}

/// All transactions of a window, and how many pages had none.
async fn all(world: &World, query: &[(&str, &str)]) -> (Vec<Value>, usize) {
    let (mut found, mut empty, mut token) = (Vec::new(), 0, None::<String>);
    loop {
        let mut query = query.to_vec();
        query.extend(token.as_deref().map(|token| ("nextToken", token)));
        let page = ask(world, &query).await.expect(200).body["payload"].take();
        let rows = page["transactions"].as_array().unwrap();
        empty += usize::from(rows.is_empty());
        found.extend(rows.clone());
        match page["nextToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => return (found, empty),
        }
    }
}

#[tokio::test]
async fn transactions_come_in_pages_of_which_some_are_empty_and_some_events_come_late() {
    let world = World::with(|options| options.orders = 1500).await;
    let window = [("postedAfter", "2026-01-20T00:00:00Z"), ("postedBefore", "2026-03-01T11:50:00Z")];
    let (first, empty) = all(&world, &window).await;
    assert!(empty > 0 && first.len() > 100, "{} transactions, {empty} empty pages", first.len());
    let ids = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().map(|row| row["transactionId"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&first).len(), first.len());
    world.advance(49 * 3600);
    world.forget_token().await;
    let (later, _) = all(&world, &window).await;
    assert!(ids(&later).len() > ids(&first).len() && ids(&later).is_superset(&ids(&first)));
    let kinds: BTreeSet<&str> = later.iter().map(|row| row["transactionType"].as_str().unwrap()).collect();
    assert_eq!(kinds, BTreeSet::from(["Refund", "Shipment"]));
    if let Some(model) = published("models/finances_2024-06-19.json") {
        let judge = validator(&model, "Transaction");
        later.iter().for_each(|row| assert_valid(&judge, row));
        let page = ask(&world, &[("postedAfter", "2026-02-20T00:00:00Z")]).await.expect(200).body;
        assert_valid(&validator(&model, "ListTransactionsResponse"), &page);
    }
    // A refund of an order is found by the order too.
    let refund = later.iter().find(|row| row["transactionType"] == "Refund").unwrap();
    let order = refund["relatedIdentifiers"][0]["relatedIdentifierValue"].as_str().unwrap();
    let query = [("relatedIdentifierName", "ORDER_ID"), ("relatedIdentifierValue", order)];
    let (of_order, _) = all(&world, &query).await;
    assert!(ids(&of_order).contains(refund["transactionId"].as_str().unwrap()));
}

#[tokio::test]
async fn what_is_wrong_with_a_window_is_refused_and_a_window_too_long_is_empty() {
    let world = World::new().await;
    let bad: &[&[(&str, &str)]] = &[
        &[],
        &[("postedBefore", "2022-03-07")],
        &[("postedAfter", "yesterday")],
        &[("postedAfter", "2026-03-01T12:30:00Z")],
        &[("postedAfter", "2026-02-01T00:00:00Z"), ("postedBefore", "2026-03-01T12:00:00Z")],
        &[("postedAfter", "2026-02-01T00:00:00Z"), ("postedBefore", "2026-01-01T00:00:00Z")],
        &[("postedAfter", "2026-02-01T00:00:00Z"), ("transactionStatus", "PAID")],
        &[("postedAfter", "2026-02-01T00:00:00Z"), ("nextToken", "somebody else's")],
        &[("postedAfter", "2026-02-01T00:00:00Z"), ("pageSize", "5")],
        &[("relatedIdentifierName", "SETTLEMENT_ID"), ("relatedIdentifierValue", "1")],
    ];
    for query in bad {
        let refused = ask(&world, query).await.expect(400);
        assert_eq!(refused.body["errors"][0]["code"], "InvalidInput", "{query:?}");
        assert_eq!(refused.header("x-amzn-ratelimit-limit"), Some("0.5"));
    }
    let (none, _) = all(&world, &[("postedAfter", "2025-08-01T00:00:00Z")]).await;
    assert_eq!(none, Vec::<Value>::new());
}

#[tokio::test]
async fn the_published_refusal_is_answered_as_published() {
    let Some(cases) = published("sandbox_cases.json") else { return };
    let cases = cases["cases"].as_array().unwrap().iter();
    let mut seen = 0;
    for case in cases.filter(|case| case["operationId"] == "listTransactions" && case["status"] == 400) {
        let world = World::new().await;
        let parameters = case["request"]["parameters"].as_object().unwrap();
        let query: Vec<(&str, &str)> =
            parameters.iter().map(|(name, given)| (name.as_str(), given["value"].as_str().unwrap())).collect();
        assert_eq!(ask(&world, &query).await.expect(400).body, case["response"]);
        seen += 1;
    }
    assert_eq!(seen, 1);
}
