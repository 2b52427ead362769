//! Reading orders: windows, pages and overlaps, so that none is left out.

use std::time::Duration;

use flowrun::clock::Clock;
use flowrun::connectors::{ErrorKind, Fetch, Filter, Page, ReadRequest, open};
use flowrun::value::{Value, json};

use super::server::{Reply, Server, amazon, amazon_settings, clock, deps, failed, reply, token};

const LOGIN: &str = "/auth/o2/token";
const ORDERS: &str = "/orders/2026-01-01/orders";

fn request(position: Option<String>) -> ReadRequest {
    ReadRequest {
        entity: "orders".into(),
        position,
        since: "2026-11-19T00:00:00.9Z".parse().unwrap(),
        filters: vec![Filter { name: "fulfilledBy".into(), values: vec![Value::text("MERCHANT")] }],
        datasets: vec!["FULFILLMENT", "BUYER", "FULFILLMENT"],
        fields: Vec::new(),
    }
}

fn page(ids: &[&str], token: Option<&str>, before: &str) -> Reply {
    let orders: Vec<String> = ids.iter().map(|id| format!(r#"{{"orderId":"{id}","amount":1.10}}"#)).collect();
    let pagination = token.map(|token| format!(r#","pagination":{{"nextToken":"{token}"}}"#)).unwrap_or_default();
    reply(200, format!(r#"{{"orders":[{}],"lastUpdatedBefore":"{before}"{pagination}}}"#, orders.join(",")))
}

fn ids(page: &Page) -> Vec<&str> {
    page.records.iter().map(|record| record.value.get("orderId").unwrap().as_text().unwrap()).collect()
}

fn at(page: &Page) -> serde_json::Value {
    serde_json::from_str(&page.next).unwrap()
}

#[tokio::test]
async fn pages_follow_each_other_and_the_next_window_overlaps() {
    let server = Server::start(|seen, _| match (seen.path.as_str(), seen.query.get("paginationToken")) {
        (LOGIN, _) => token(),
        (_, None) => page(&["1", "2"], Some("a+b/c=="), "2026-11-20T11:58:00Z"),
        (_, Some(token)) if token == "a+b/c==" => page(&[], Some("next"), "2026-11-20T11:59:00Z"),
        _ => page(&["3"], None, "2026-11-20T11:59:00Z"),
    })
    .await;
    let amazon = amazon(&server.url, &clock());
    let first = amazon.read(&request(None)).await.unwrap();
    assert_eq!((ids(&first), first.drained), (vec!["1", "2"], false));
    assert_eq!(json::to_string(&first.records[0].value), r#"{"orderId":"1","amount":1.10}"#);
    let second = amazon.read(&request(Some(first.next.clone()))).await.unwrap();
    assert_eq!((ids(&second), second.drained), (vec![], false), "an empty page is not the end");
    let third = amazon.read(&request(Some(second.next))).await.unwrap();
    assert_eq!((ids(&third), third.drained), (vec!["3"], true));
    // The earliest end that was told, less the overlap.
    assert_eq!(at(&third), serde_json::json!({ "after": "2026-11-20T11:48:00Z" }));
    let again = amazon.read(&request(Some(first.next))).await.unwrap();
    assert!(again.records.is_empty(), "the same position gives the same page");

    let calls = server.to(ORDERS);
    let asked = |index: usize, name: &str| calls[index].query.get(name).map(String::as_str);
    assert_eq!(asked(0, "lastUpdatedAfter"), Some("2026-11-19T00:00:00Z"), "rounded down");
    assert_eq!(asked(0, "lastUpdatedBefore"), None);
    assert_eq!(asked(0, "marketplaceIds"), Some("A1PA6795UKMFR9,A13V1IB3VIYZZH"));
    assert_eq!(asked(0, "includedData"), Some("BUYER,FULFILLMENT"));
    assert_eq!(asked(0, "fulfilledBy"), Some("MERCHANT"));
    assert_eq!(asked(0, "maxResultsPerPage"), Some("100"));
    assert_eq!(asked(1, "paginationToken"), Some("a+b/c=="));
    assert!(calls[1].raw_query.contains("paginationToken=a%2Bb%2Fc%3D%3D"), "{}", calls[1].raw_query);
    let mut same = calls[1].query.clone();
    same.remove("paginationToken");
    assert_eq!(same, calls[0].query, "the same question with the token");
}

#[tokio::test]
async fn the_window_never_moves_back_and_lives_without_the_told_end() {
    let server = Server::start(|seen, before| match (seen.path.as_str(), before) {
        (LOGIN, _) => token(),
        (_, 0) => page(&[], None, "2026-11-19T00:05:00Z"),
        _ => reply(200, r#"{"orders":[]}"#),
    })
    .await;
    let amazon = amazon(&server.url, &clock());
    let first = amazon.read(&request(None)).await.unwrap();
    assert_eq!(at(&first)["after"], "2026-11-19T00:00:00.9Z");
    let second = amazon.read(&request(Some(first.next))).await.unwrap();
    // Our own now, less the delay with which Amazon lists, less the overlap.
    assert_eq!(at(&second)["after"], "2026-11-20T11:48:00Z");
}

#[tokio::test]
async fn a_token_that_is_refused_or_old_begins_the_window_again_in_halves() {
    let server = Server::start(|seen, _| match (seen.path.as_str(), seen.query.get("paginationToken")) {
        (LOGIN, _) => token(),
        (_, Some(_)) => reply(400, r#"{"errors":[{"code":"InvalidInput","message":"bad token"}]}"#),
        (_, None) if seen.query.contains_key("lastUpdatedBefore") => {
            page(&["1"], None, &seen.query["lastUpdatedBefore"].clone())
        }
        (_, None) => page(&["1"], Some("token"), "2026-11-20T10:00:00Z"),
    })
    .await;
    let clock = clock();
    let amazon = amazon(&server.url, &clock);
    let first = amazon.read(&request(None)).await.unwrap();
    let restarted = amazon.read(&request(Some(first.next.clone()))).await.unwrap();
    assert!(restarted.records.is_empty() && !restarted.drained);
    assert_eq!(
        at(&restarted),
        serde_json::json!({ "after": "2026-11-19T00:00:00.9Z", "before": "2026-11-19T16:59:59Z", "restarts": 1 })
    );
    let half = amazon.read(&request(Some(restarted.next))).await.unwrap();
    assert!(!half.drained, "the other half is still to come");
    assert_eq!(at(&half), serde_json::json!({ "after": "2026-11-19T16:59:59Z" }));

    let calls = server.to(ORDERS).len();
    clock.advance(Duration::from_secs(23 * 3600));
    let old = amazon.read(&request(Some(first.next.clone()))).await.unwrap();
    assert!(at(&old).get("page").is_none());
    assert_eq!(server.to(ORDERS).len(), calls, "an old token is not even tried");

    let mut other = request(Some(first.next));
    other.filters.clear();
    let other = amazon.read(&other).await.unwrap();
    assert!(at(&other).get("page").is_none(), "a token is for the question that it was given for");
}

#[tokio::test]
async fn a_window_whose_tokens_are_always_refused_is_told_and_not_circled() {
    let server = Server::start(|seen, before| match (seen.path.as_str(), seen.query.get("paginationToken")) {
        (LOGIN, _) => token(),
        (_, Some(_)) => reply(400, "{}"),
        (_, None) => page(&["1"], Some(&format!("t{before}")), "2026-11-20T10:00:00Z"),
    })
    .await;
    let amazon = amazon(&server.url, &clock());
    let mut position = None;
    let mut error = None;
    for _ in 0..20 {
        match amazon.read(&request(position.clone())).await {
            Ok(page) => position = Some(page.next),
            Err(wrong) => {
                error = Some(wrong);
                break;
            }
        }
    }
    assert!(error.unwrap().message.contains("refused its own page tokens"));
}

#[tokio::test]
async fn pages_that_go_in_a_circle_are_told() {
    for next in ["same", "other"] {
        let server = Server::start(move |seen, before| match seen.path.as_str() {
            LOGIN => token(),
            _ if next == "same" => page(&[&before.to_string()], Some("same"), "2026-11-20T10:00:00Z"),
            _ => page(&["1"], Some(&before.to_string()), "2026-11-20T10:00:00Z"),
        })
        .await;
        let amazon = amazon(&server.url, &clock());
        let first = amazon.read(&request(None)).await.unwrap();
        let error = failed(amazon.read(&request(Some(first.next))).await);
        assert_eq!(error.kind, ErrorKind::Transient);
        assert!(error.message.contains("in a circle"), "{error}");
    }
}

#[tokio::test]
async fn orders_are_found_by_id_in_the_order_asked() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        LOGIN => token(),
        path if path.ends_with("/2") => reply(404, r#"{"errors":[{"code":"NotFound","message":"no"}]}"#),
        path => reply(200, format!(r#"{{"order":{{"orderId":"{}"}}}}"#, path.rsplit('/').next().unwrap())),
    })
    .await;
    let values = ["3", "2", "1"].map(Value::text).to_vec();
    let fetch = Fetch { entity: "orders".into(), key: "orderId".into(), values, datasets: vec!["TAX"] };
    let amazon = amazon(&server.url, &clock());
    let found = amazon.fetch(&fetch).await.unwrap();
    let ids: Vec<_> = found.iter().map(|order| order.get("orderId").and_then(Value::as_text)).collect();
    assert_eq!(ids, [Some("3"), None, Some("1")]);
    assert_eq!(server.to(&format!("{ORDERS}/3"))[0].query["includedData"], "TAX");
    let odd = Fetch { values: vec![Value::text("a/b?c"), Value::Null], ..fetch };
    let odd = amazon.fetch(&odd).await;
    assert!(odd.is_err(), "the answer is for another order");
    assert_eq!(server.to(&format!("{ORDERS}/a%2Fb%3Fc")).len(), 1, "an id stays one part of the path");
}

#[tokio::test]
async fn filters_are_checked_against_the_settings() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        LOGIN => token(),
        _ => page(&[], None, "2026-11-20T10:00:00Z"),
    })
    .await;
    let amazon = amazon(&server.url, &clock());
    let mut asked = request(None);
    asked.filters = vec![Filter { name: "marketplaceIds".into(), values: vec![Value::text("FR")] }];
    amazon.read(&asked).await.unwrap();
    assert_eq!(server.to(ORDERS)[0].query["marketplaceIds"], "A13V1IB3VIYZZH");
    asked.filters[0].values = vec![Value::text("IT")];
    assert!(failed(amazon.read(&asked).await).message.contains("connections.amazon.marketplaces"));
    asked.position = Some("{}".into());
    assert_eq!(failed(amazon.read(&asked).await).kind, ErrorKind::Bug);
}

#[tokio::test]
async fn a_probe_takes_an_unknown_order_for_a_good_login() {
    for (status, good) in [(404, true), (400, true), (403, false), (500, false)] {
        let server = Server::start(move |seen, _| if seen.path == LOGIN { token() } else { reply(status, "{}") }).await;
        assert_eq!(amazon(&server.url, &clock()).probe().await.is_ok(), good, "{status}");
    }
}

#[tokio::test]
async fn the_quota_is_waited_for_before_each_call() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        LOGIN => token(),
        _ => page(&[], None, "2026-11-20T10:00:00Z"),
    })
    .await;
    let clock = clock();
    let amazon = open("amazon", &amazon_settings(&server.url), &deps(&clock)).unwrap();
    let begin = clock.now();
    for _ in 0..21 {
        amazon.read(&request(None)).await.unwrap();
    }
    let waited = clock.now().duration_since(begin).as_secs();
    assert!((350..400).contains(&waited), "two intervals beyond the burst less its reserve: {waited}");
    let usage = amazon.usage();
    let searches = usage.iter().find(|usage| usage.operation == "searchOrders").unwrap();
    assert_eq!((searches.calls, searches.waits, searches.refused), (21, 2, 0));
}
