//! The simulated Orders API and its token endpoint.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ALL, World};

const ORDERS: &str = "/orders/2026-01-01/orders";
const SINCE: (&str, &str) = ("lastUpdatedAfter", "2026-02-01T00:00:00Z");

fn ids(page: &Value) -> Vec<&str> {
    page["orders"].as_array().unwrap().iter().map(|order| order["orderId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_search_returns_pages_in_order_and_each_order_once() {
    let world = World::with(|options| options.orders = 250).await;
    let orders = world.everything().await;
    assert_eq!(orders.len(), 250);
    let key = |order: &Value| {
        let at: jiff::Timestamp = order["lastUpdatedTime"].as_str().unwrap().parse().unwrap();
        (at, order["orderId"].as_str().unwrap().to_owned())
    };
    assert!(orders.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
    let shared = orders.windows(2).filter(|pair| pair[0]["lastUpdatedTime"] == pair[1]["lastUpdatedTime"]).count();
    assert!(shared >= 15, "several orders share a second: {shared}");
}

#[tokio::test]
async fn the_effective_before_is_told_and_stays_for_all_pages() {
    let world = World::new().await;
    let first = world.search(&[SINCE, ("maxResultsPerPage", "50")]).await.expect(200).body;
    assert_eq!(first["lastUpdatedBefore"], "2026-03-01T11:58:00Z");
    world.advance(600);
    let token = first["pagination"]["nextToken"].as_str().unwrap();
    let query = [SINCE, ("maxResultsPerPage", "50"), ("paginationToken", token)];
    let second = world.search(&query).await.expect(200).body;
    assert_eq!(second["lastUpdatedBefore"], "2026-03-01T11:58:00Z");
    assert_eq!((ids(&first).len(), ids(&second).len()), (50, 10));
    assert!(second.get("pagination").is_none());
    let created = world.search(&[("createdAfter", "2026-02-01T00:00:00Z")]).await.expect(200).body;
    assert!(created["createdBefore"].is_string() && created.get("lastUpdatedBefore").is_none());
}

#[tokio::test]
async fn both_ends_of_a_window_belong_to_it() {
    let world = World::new().await;
    let all = world.everything().await;
    let at = all[30]["lastUpdatedTime"].as_str().unwrap();
    let found = world.search(&[("lastUpdatedAfter", at), ("lastUpdatedBefore", at)]).await.expect(200).body;
    assert!(ids(&found).contains(&all[30]["orderId"].as_str().unwrap()));
}

#[tokio::test]
async fn what_is_wrong_with_a_search_is_invalid_input() {
    let world = World::new().await;
    let bad: &[&[(&str, &str)]] = &[
        &[],
        &[("createdAfter", "2026-02-01")],
        &[("createdAfter", "yesterday")],
        &[SINCE, ("createdAfter", "2026-02-01T00:00:00Z")],
        &[SINCE, ("createdBefore", "2026-02-02T00:00:00Z")],
        &[("lastUpdatedBefore", "2026-02-02T00:00:00Z")],
        &[SINCE, ("lastUpdatedBefore", "2026-01-01T00:00:00Z")],
        &[SINCE, ("lastUpdatedBefore", "2026-03-01T11:58:01Z")],
        &[SINCE, ("fulfillmentStatuses", "UNSHIPPED,Canceled")],
        &[SINCE, ("fulfilledBy", "MFN")],
        &[SINCE, ("includedData", "EVERYTHING")],
        &[SINCE, ("maxResultsPerPage", "101")],
        &[SINCE, ("maxResultsPerPage", "0")],
        &[SINCE, ("MarketplaceIds", "ATVPDKIKX0DER")],
        &[SINCE, ("paginationToken", "2YgYW55IGNhcm5hbCBwbGVhc3VyZS4")],
    ];
    for query in bad {
        let answer = world.search(query).await.expect(400);
        assert_eq!(answer.body["errors"][0]["code"], "InvalidInput", "{query:?}");
        assert_eq!(answer.header("x-amzn-ratelimit-limit"), Some("0.0056"), "{query:?}");
        assert!(answer.header("x-amzn-requestid").is_some() && answer.header("x-sandbox-reason").is_some());
    }
    world.search(&[SINCE, ("lastUpdatedBefore", "2026-03-01T11:58:00Z")]).await.expect(200);
    let many = vec!["ATVPDKIKX0DER"; 51].join(",");
    world.search(&[SINCE, ("marketplaceIds", &many)]).await.expect(400);
}

#[tokio::test]
async fn filters_choose_and_included_data_decides_the_blocks() {
    let world = World::with(|options| options.orders = 150).await;
    let query = [SINCE, ("fulfillmentStatuses", "UNSHIPPED,PARTIALLY_SHIPPED"), ("marketplaceIds", "A1PA6795UKMFR9")];
    let found = world.search(&query).await.expect(200).body;
    assert!(!ids(&found).is_empty());
    for order in found["orders"].as_array().unwrap() {
        assert_eq!(order["salesChannel"]["marketplaceId"], "A1PA6795UKMFR9");
        for block in ["buyer", "recipient", "proceeds", "fulfillment", "packages", "tax", "payment"] {
            assert!(order.get(block).is_none(), "{block} was not asked for");
        }
        let item = &order["orderItems"][0];
        assert!(["proceeds", "fulfillment", "promotion", "tax"].iter().all(|block| item.get(*block).is_none()));
        assert!(item["product"].get("sellerSku").is_some());
    }
    let query = [query[0], query[1], query[2], ("includedData", "PROCEEDS,FULFILLMENT")];
    let found = world.search(&query).await.expect(200).body;
    for order in found["orders"].as_array().unwrap() {
        assert!(order["proceeds"]["grandTotal"].is_object() && order["orderItems"][0]["proceeds"].is_object());
        assert!(
            ["UNSHIPPED", "PARTIALLY_SHIPPED"].contains(&order["fulfillment"]["fulfillmentStatus"].as_str().unwrap())
        );
        assert!(order["orderItems"][0]["fulfillment"].is_object() && order.get("buyer").is_none());
    }
    let by_amazon = world.search(&[SINCE, ("fulfilledBy", "AMAZON"), ("includedData", ALL)]).await.expect(200).body;
    for order in by_amazon["orders"].as_array().unwrap() {
        assert!(order["buyer"].get("buyerEmail").is_none() && order["fulfillment"].get("shipByWindow").is_none());
    }
}

#[tokio::test]
async fn a_page_token_is_opaque_and_bound_to_its_search_and_a_day() {
    let world = World::new().await;
    let first = world.search(&[SINCE, ("maxResultsPerPage", "5")]).await.expect(200).body;
    let token = first["pagination"]["nextToken"].as_str().unwrap();
    assert!(token.ends_with('='), "a token needs percent-encoding: {token}");
    let other = [("lastUpdatedAfter", "2026-02-02T00:00:00Z"), ("paginationToken", token)];
    world.search(&other).await.expect(400);
    // Sent raw, a + becomes a blank; the token is not the same then.
    let raw = format!("{}{ORDERS}?{}={}&paginationToken={}%20", world.ready.amazon, SINCE.0, SINCE.1, token);
    World::send(world.http.get(raw).header("x-amz-access-token", world.token().await)).await.expect(400);
    world.search(&[SINCE, ("paginationToken", token)]).await.expect(200);
    world.advance(24 * 3600);
    world.forget_token().await;
    world.search(&[SINCE, ("paginationToken", token)]).await.expect(400);
}

#[tokio::test]
async fn the_usage_plan_is_a_bucket_that_fills_by_the_clock() {
    let world = World::new().await;
    for _ in 0..20 {
        let answer = world.search(&[SINCE]).await.expect(200);
        assert_eq!(answer.header("x-amzn-ratelimit-limit"), Some("0.0056"));
    }
    let answer = world.search(&[SINCE]).await.expect(429);
    assert_eq!(
        answer.body,
        json!({"errors": [{"code": "QuotaExceeded",
            "message": "You exceeded your quota for the requested resource.", "details": ""}]})
    );
    assert_eq!(answer.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    assert!(answer.header("x-amzn-ratelimit-limit").is_none() && answer.header("retry-after").is_none());
    world.advance(178);
    world.search(&[SINCE]).await.expect(429);
    world.advance(1);
    world.search(&[SINCE]).await.expect(200);
    world.search(&[SINCE]).await.expect(429);
    // Every operation has its own.
    world.amazon(&format!("{ORDERS}/111-0000000-0000000"), &[]).await.expect(404);
    let counters = world.counters().await;
    assert_eq!(counters["amazon.searchOrders"]["throttled"], 3);
    assert_eq!(counters["amazon.searchOrders"]["ok"], 21);
}

#[tokio::test]
async fn an_order_is_found_by_its_id() {
    let world = World::new().await;
    let all = world.everything().await;
    let id = all[7]["orderId"].as_str().unwrap();
    let one = world.amazon(&format!("{ORDERS}/{id}"), &[("includedData", ALL)]).await.expect(200);
    assert_eq!(one.body["order"], all[7]);
    assert_eq!(one.header("x-amzn-ratelimit-limit"), Some("0.5"));
    world.amazon(&format!("{ORDERS}/111-0000000-0000000"), &[]).await.expect(404);
    for malformed in ["TEST_CASE_400", "111-000000-0000000", "amazon"] {
        let answer = world.amazon(&format!("{ORDERS}/{malformed}"), &[]).await.expect(400);
        assert_eq!(answer.body["errors"][0]["code"], "InvalidInput");
    }
    world.amazon(&format!("{ORDERS}/{id}"), &[("createdAfter", "2026-02-01T00:00:00Z")]).await.expect(400);
    let unknown = world.amazon("/orders/v0/orders", &[]).await.expect(403);
    assert_eq!(unknown.body["errors"][0]["code"], "MissingAuthenticationToken");
}

#[tokio::test]
async fn orders_of_more_than_two_years_ago_are_not_shown() {
    let world = World::new().await;
    world.advance(3 * 365 * 86_400);
    let found = world.search(&[("createdAfter", "2020-01-01T00:00:00Z")]).await.expect(200).body;
    assert!(ids(&found).is_empty());
}

#[tokio::test]
async fn the_door_opens_for_a_fresh_token_only() {
    let world = World::new().await;
    let url = format!("{}{ORDERS}?{}={}", world.ready.amazon, SINCE.0, SINCE.1);
    let denied = async |token: Option<&str>| {
        let request = world.http.get(&url);
        let request = if let Some(token) = token { request.header("x-amz-access-token", token) } else { request };
        let answer = World::send(request).await.expect(403);
        assert_eq!(answer.body["errors"][0]["code"], "Unauthorized");
        assert_eq!(answer.body["errors"][0]["message"], "Access to requested resource is denied.");
        assert!(answer.header("x-amzn-ratelimit-limit").is_none());
        answer.body["errors"][0]["details"].as_str().unwrap().to_owned()
    };
    assert!(denied(None).await.contains("missing"));
    assert!(denied(Some("Atza|nobody")).await.contains("malformed or invalid"));
    let token = world.token().await;
    assert!(token.starts_with("Atza|"));
    world.advance(3599);
    world.search(&[SINCE]).await.expect(200);
    world.advance(1);
    assert!(denied(Some(&token)).await.contains("expired"));
    world.forget_token().await;
    let token = world.token().await;
    world.faults(json!({"expire_tokens": true})).await;
    assert!(denied(Some(&token)).await.contains("expired"));
    world.forget_token().await;
    world.search(&[SINCE]).await.expect(200);
    let request = world.http.get(&url).header("x-amz-access-token", world.token().await);
    World::send(request.header("user-agent", "x".repeat(501))).await.expect(400);
}

#[tokio::test]
async fn tokens_are_given_for_the_right_credentials_as_form_or_json() {
    let world = World::new().await;
    let known = world.ready.credentials.amazon.clone();
    let form = |set: &[(&str, &str)]| {
        let mut fields = json!({"grant_type": "refresh_token", "refresh_token": known.refresh_token,
            "client_id": known.client_id, "client_secret": known.client_secret});
        set.iter().for_each(|(name, value)| fields[*name] = (*value).into());
        fields
    };
    let ask = async |fields: Value| World::send(world.http.post(&world.ready.amazon_token).form(&fields)).await;
    let granted = ask(form(&[])).await.expect(200).body;
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("bearer"), &json!(3600)));
    assert!(granted["refresh_token"].as_str().unwrap().starts_with("Atzr|"));
    World::send(world.http.post(&world.ready.amazon_token).json(&form(&[]))).await.expect(200);
    let refusals = [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "wrong", 401, "invalid_client"),
        ("refresh_token", "Atzr|wrong", 400, "invalid_grant"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("grant_type", "authorization_code", 400, "unauthorized_client"),
        ("grant_type", "", 400, "invalid_request"),
        ("refresh_token", "", 400, "invalid_request"),
    ];
    for (name, value, status, error) in refusals {
        let answer = ask(form(&[(name, value)])).await.expect(status);
        assert_eq!(answer.body["error"], error);
        assert!(answer.body["error_description"].is_string());
    }
    let grantless = form(&[("grant_type", "client_credentials"), ("scope", "sellingpartnerapi::notifications")]);
    let grantless = ask(grantless).await.expect(200).body;
    assert!(grantless.get("refresh_token").is_none());
    let request = world.http.get(format!("{}{ORDERS}", world.ready.amazon));
    World::send(request.header("x-amz-access-token", grantless["access_token"].as_str().unwrap())).await.expect(403);
    world.faults(json!({"expire_secret": true})).await;
    let answer = ask(form(&[])).await.expect(403);
    assert!(
        answer.body["error_description"].as_str().unwrap().contains("The LWA secret token you provided has expired")
    );
}

#[tokio::test]
async fn orders_change_and_the_next_search_sees_it() {
    let world = World::with(|options| options.orders = 100).await;
    let all = world.everything().await;
    let status = |order: &Value| order["fulfillment"]["fulfillmentStatus"].as_str().unwrap().to_owned();
    let pending = all.iter().find(|order| status(order) == "PENDING").unwrap();
    let id = pending["orderId"].as_str().unwrap();
    let path = format!("/orders/{id}/change");
    let changed = world.admin(Method::POST, &path, &json!({"status": "UNSHIPPED"})).await.expect(200).body;
    assert!(changed["proceeds"]["grandTotal"].is_object() && changed["buyer"].is_object());
    let since = all.last().unwrap()["lastUpdatedTime"].as_str().unwrap();
    world.forget_token().await;
    let seen = world.search(&[("lastUpdatedAfter", since), ("includedData", ALL)]).await.expect(200).body;
    assert_eq!(seen["orders"].as_array().unwrap().last().unwrap(), &changed);
    let cancelled = world.admin(Method::POST, &path, &json!({"status": "CANCELLED"})).await.expect(200).body;
    assert_eq!(cancelled["proceeds"]["grandTotal"]["amount"].as_str().unwrap().trim_matches(['0', '.']), "");
    assert!(cancelled["orderItems"].as_array().unwrap().iter().all(|item| item["quantityOrdered"] == 0));
    let merged = json!({"merge": {"orderAliases": [{"aliasId": "A", "aliasType": "SELLER_ORDER_ID"}]}});
    let merged = world.admin(Method::POST, &path, &merged).await.expect(200).body;
    assert_eq!(merged["orderAliases"][0]["aliasId"], "A");
    world.admin(Method::POST, &path, &json!({"status": "Canceled"})).await.expect(400);
    let evolved = world.admin(Method::POST, "/evolve", &json!({"percent": 60})).await.expect(200).body;
    assert!(evolved["changed"]["confirmed"].as_u64() > Some(0), "{evolved}");
}

#[tokio::test]
async fn cancelled_pieces_leave_sums_that_agree() {
    let world = World::with(|options| options.orders = 100).await;
    for order in world.everything().await {
        let items = order["orderItems"].as_array().unwrap();
        let Some(item) = items.iter().find(|item| item["quantityOrdered"].as_u64() == Some(3)) else { continue };
        if item.get("proceeds").is_none() {
            continue;
        }
        let body = json!({"cancel_item": {"orderItemId": item["orderItemId"], "quantity": 1}});
        let path = format!("/orders/{}/change", order["orderId"].as_str().unwrap());
        let changed = world.admin(Method::POST, &path, &body).await.expect(200).body;
        crate::shop::assert_sums(&changed);
        assert!(changed["orderItems"].as_array().unwrap().iter().any(|item| item["cancellation"].is_object()));
    }
}
