//! The simulated TIMS: strict, exact, and the same answer to who asks twice.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BY_REF, World};
use flowrun::sandbox::{FieldStyle, RateLimit};

#[tokio::test]
async fn both_ways_in_work_and_nothing_else_does() {
    let world = World::new().await;
    let known = world.ready.credentials.tims.clone();
    let url = format!("{}/api/v1/items", world.ready.tims);
    let nobody = World::send(world.http.get(&url)).await.expect(401);
    assert_eq!(nobody.body["code"], "unauthenticated");
    assert!(nobody.body["request_id"].is_string());
    World::send(world.http.get(&url).header("X-API-Key", "wrong")).await.expect(401);
    let token_url = format!("{}/oauth/token", world.ready.tims);
    let mut fields = json!({"grant_type": "client_credentials", "client_id": known.client_id,
        "client_secret": known.client_secret});
    World::send(world.http.post(&token_url).json(&fields)).await.expect(200);
    let granted = World::send(world.http.post(&token_url).form(&fields)).await.expect(200).body;
    assert_eq!(granted["expires_in"], 3600);
    let token = granted["access_token"].as_str().unwrap();
    World::send(world.http.get(&url).bearer_auth(token)).await.expect(200);
    world.advance(3600);
    assert_eq!(World::send(world.http.get(&url).bearer_auth(token)).await.expect(401).body["code"], "token_expired");
    fields["client_secret"] = "wrong".into();
    assert_eq!(
        World::send(world.http.post(&token_url).form(&fields)).await.expect(401).body["error"],
        "invalid_client"
    );
}

#[tokio::test]
async fn an_order_goes_from_upsert_to_picking() {
    let world = World::new().await;
    let body = world.order().await;
    let created = world.put(BY_REF, &body).await.expect(201);
    assert_eq!(created.header("etag"), Some("\"v1\""));
    let order = created.body;
    assert_eq!(order["status"], "confirmed");
    assert_eq!(
        order["totals"],
        json!({"goods": "99.90", "discounts": "5.00", "charges": "4.99", "tax": "0.00", "tax_marketplace": "0.00",
            "grand": "99.89"})
    );
    let again = world.put(BY_REF, &body).await.expect(200).body;
    assert_eq!(again, order, "equal content is no new version");
    let id = order["id"].as_str().unwrap();
    assert_eq!(world.get(&format!("/sales_orders/{id}")).await.expect(200).body, order);
    let allocation = json!({"sales_order_id": id, "lines": [
        {"line_ref": "05015851154158", "quantity": "2"}, {"line_id": order["lines"][1]["id"], "quantity": "3"}]});
    let allocated = world.post("/allocations", &allocation).await.expect(201).body;
    assert_eq!(allocated["status"], "allocated");
    assert_eq!(allocated["lines"][0]["backordered"], "0");
    let second = world.post("/allocations", &allocation).await.expect(409).body;
    assert_eq!(second["existing_id"], allocated["id"]);
    let stock = world.get("/stock?filter[sku]=MUG-WHT-11").await.expect(200).body;
    assert_eq!(stock["data"][0]["allocated"], "2");
    assert_eq!(world.put(BY_REF, &body).await.expect(200).body["status"], "allocated");
    let released = world.post(&format!("/sales_orders/{id}/release"), &json!({})).await.expect(200).body;
    assert_eq!((&released["status"], &released["version"]), (&json!("picking"), &json!(3)));
    world.post(&format!("/sales_orders/{id}/release"), &json!({})).await.expect(409);
    let closed = world.post(&format!("/sales_orders/{id}/close"), &json!({})).await.expect(200).body;
    assert_eq!(closed["status"], "closed");
    assert_eq!(world.put(BY_REF, &body).await.expect(409).body["code"], "invalid_state");
}

#[tokio::test]
async fn a_body_is_read_strictly() {
    let world = World::new().await;
    let good = world.order().await;
    let cases: &[(&str, Value, &str, &str)] = &[
        ("/colour", json!("red"), "unknown_field", "colour"),
        ("/lines/0/colour", json!("red"), "unknown_field", "lines[0].colour"),
        ("/lines/0/unit_price", json!(44.95), "number_in_money_field", "lines[0].unit_price"),
        ("/lines/0/unit_price", json!("44.955"), "not_rounded", "lines[0].unit_price"),
        ("/lines/0/unit_price", json!("44,95"), "not_a_decimal", "lines[0].unit_price"),
        ("/lines/0/unit_price", json!("4e1"), "not_a_decimal", "lines[0].unit_price"),
        ("/charges/0/amount", json!(4.99), "number_in_money_field", "charges[0].amount"),
        ("/lines/1/sku", json!("NOBODY-KNOWS"), "item_not_found", "lines[1].sku"),
        ("/lines/1/line_ref", json!("05015851154158"), "duplicate_line_ref", "lines[1].line_ref"),
        ("/lines/0/discounts/0/code", json!("SOMETHING"), "unknown_discount_code", "lines[0].discounts[0].code"),
        ("/customer_id", json!("C-nobody"), "customer_not_found", "customer_id"),
        ("/order_date", json!("yesterday"), "not_an_instant", "order_date"),
        ("/ship_to", json!({"line1": "x".repeat(36)}), "too_long", "ship_to.line1"),
        ("/status", json!("shipped"), "unknown_value", "status"),
        ("/totals/grand", json!("100.89"), "total_mismatch", "totals.grand"),
        ("/external_ref", json!("another"), "not_the_address", "external_ref"),
        ("/prices_include_tax", Value::Null, "required", "prices_include_tax"),
    ];
    for (pointer, value, code, path) in cases {
        let mut body = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = if parent.is_empty() { &mut body } else { body.pointer_mut(parent).unwrap() };
        parent[name] = value.clone();
        let problem = world.put(BY_REF, &body).await.expect(422).body;
        assert_eq!((&problem["errors"][0]["code"], &problem["errors"][0]["path"]), (&json!(code), &json!(path)));
    }
    let mut body = good.clone();
    body["totals"]["grand"] = "89.90".into();
    let problem = world.put(BY_REF, &body).await.expect(422).body;
    assert_eq!((&problem["expected"]["grand"], &problem["got"]["grand"]), (&json!("99.89"), &json!("89.90")));
    assert_eq!(world.state().await["tims"]["sales_orders"], json!([]));
    let text = world.tims(Method::POST, "/sales_orders").header("content-type", "application/json").body("{");
    World::send(text).await.expect(400);
    World::send(world.tims(Method::POST, "/sales_orders").body("{}")).await.expect(415);
}

#[tokio::test]
async fn tax_counts_where_the_seller_collects_it_on_top() {
    let world = World::new().await;
    let mut body = world.order().await;
    body["lines"][0]["tax"] = json!([{"code": "US", "amount": "7.00", "collected_by": "marketplace"},
        {"code": "OWN", "amount": "1.50", "collected_by": "seller"}]);
    body["totals"] = json!({"grand": "99.89", "tax": "1.50", "tax_marketplace": "7.00"});
    world.put(BY_REF, &body).await.expect(201);
    body["prices_include_tax"] = false.into();
    world.put(BY_REF, &body).await.expect(422);
    body["totals"]["grand"] = "101.39".into();
    world.put(BY_REF, &body).await.expect(200);
    body["currency"] = "JPY".into();
    assert_eq!(world.put(BY_REF, &body).await.expect(422).body["code"], "not_rounded");
}

#[tokio::test]
async fn the_same_key_is_the_same_answer() {
    let world = World::new().await;
    let body = world.order().await;
    let send = async |body: &Value| {
        let request = world.tims(Method::POST, "/sales_orders").header("Idempotency-Key", "k1").json(body);
        World::send(request).await
    };
    let mut wrong = body.clone();
    wrong["customer_id"] = "C-nobody".into();
    send(&wrong).await.expect(422);
    let first = send(&body).await.expect(201);
    world.post(&format!("/sales_orders/{}/hold", first.body["id"].as_str().unwrap()), &json!({})).await.expect(200);
    let second = send(&body).await.expect(201);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert!(first.header("idempotent-replayed").is_none());
    assert_eq!(first.body, second.body);
    wrong["note"] = "other".into();
    assert_eq!(send(&wrong).await.expect(409).body["code"], "idempotency_key_reused");
    let duplicate = world.post("/sales_orders", &body).await.expect(409).body;
    assert_eq!((&duplicate["code"], &duplicate["existing_id"]), (&json!("duplicate"), &first.body["id"]));
    let counters = world.counters().await;
    assert_eq!(counters["tims.sales_orders.create"]["writes"], 1);
    assert_eq!(counters["tims.sales_orders.create"]["replayed"], 1);
}

#[tokio::test]
async fn a_patch_names_the_version_it_changes() {
    let world = World::new().await;
    let order = world.put(BY_REF, &world.order().await).await.expect(201).body;
    let path = format!("/sales_orders/{}", order["id"].as_str().unwrap());
    let patch = async |version: Option<&str>| {
        let request = world.tims(Method::PATCH, &path).json(&json!({"note": "call first"}));
        World::send(if let Some(version) = version { request.header("If-Match", version) } else { request }).await
    };
    patch(None).await.expect(428);
    patch(Some("\"v9\"")).await.expect(412);
    let patched = patch(Some("\"v1\"")).await.expect(200);
    assert_eq!((patched.header("etag"), &patched.body["note"]), (Some("\"v2\""), &json!("call first")));
    assert_eq!(patched.body["lines"], order["lines"]);
    patch(Some("\"v1\"")).await.expect(412);
}

#[tokio::test]
async fn lines_are_lowered_and_their_stock_comes_back() {
    let world = World::new().await;
    let mut body = world.order().await;
    let order = world.put(BY_REF, &body).await.expect(201).body;
    let id = order["id"].as_str().unwrap().to_owned();
    let lines =
        json!([{"line_ref": "05015851154158", "quantity": "2"}, {"line_ref": "05015851154159", "quantity": "3"}]);
    world.post("/allocations", &json!({"sales_order_id": id, "lines": lines})).await.expect(201);
    world.post(&format!("/sales_orders/{id}/release"), &json!({})).await.expect(200);
    body["lines"][0]["quantity"] = "3".into();
    body["totals"] = Value::Null;
    assert_eq!(world.put(BY_REF, &body).await.expect(409).body["code"], "invalid_state");
    body["lines"][0]["quantity"] = "0".into();
    let lowered = world.put(BY_REF, &body).await.expect(200).body;
    assert_eq!((&lowered["totals"]["goods"], &lowered["status"]), (&json!("10.00"), &json!("picking")));
    let allocated = async |sku: &str| {
        let stock = world.get(&format!("/stock?filter[sku]={sku}")).await.expect(200).body;
        stock["data"][0]["allocated"].as_str().unwrap().to_owned()
    };
    assert_eq!((allocated("MUG-WHT-11").await, allocated("KTL-GLS-17").await), ("0".to_owned(), "3".to_owned()));
    let cancel = format!("/sales_orders/{id}/cancel");
    let part = json!({"reason_code": "BUYER", "lines": [{"line_ref": "05015851154159", "quantity": "1"}]});
    let part = world.post(&cancel, &part).await.expect(200).body;
    assert_eq!((&part["lines"][1]["quantity"], &part["lines"][1]["line_amount"]), (&json!("2"), &json!("6.67")));
    assert_eq!(allocated("KTL-GLS-17").await, "2");
    let whole = world.post(&cancel, &json!({"reason_code": "BUYER"})).await.expect(200).body;
    assert_eq!(whole["status"], "cancelled");
    assert_eq!(allocated("KTL-GLS-17").await, "0");
    assert_eq!(world.post(&cancel, &json!({"reason_code": "BUYER"})).await.expect(409).body["code"], "invalid_state");
    assert_eq!(world.state().await["tims"]["allocations"], json!([]));
}

#[tokio::test]
async fn stock_that_is_short_is_shared_out_or_refused() {
    let world = World::with(|options| options.orders = 100).await;
    let stock = world.get("/stock?limit=500").await.expect(200).body;
    let on_hand = |wanted: &str| {
        let rows = stock["data"].as_array().unwrap();
        rows.iter().find(|row| row["on_hand"] == wanted).unwrap()["sku"].as_str().unwrap().to_owned()
    };
    let mut body = world.order().await;
    body["totals"] = Value::Null;
    for (reference, sku, quantity, status, state) in [
        ("one", on_hand("1"), "3", "partial", "partially_allocated"),
        ("two", on_hand("0"), "2", "failed", "confirmed"),
    ] {
        body["external_ref"] = reference.into();
        body["lines"] = json!([{"line_ref": "1", "sku": sku, "quantity": quantity, "unit_price": "5.00"}]);
        body["charges"] = json!([]);
        let id = world.post("/sales_orders", &body).await.expect(201).body["id"].clone();
        let mut allocation = json!({"sales_order_id": id, "lines": [{"line_ref": "1", "quantity": quantity}],
            "allow_partial": false});
        let refused = world.post("/allocations", &allocation).await.expect(409).body;
        assert_eq!(refused["code"], "insufficient_stock");
        assert_eq!(refused["available"][0]["available"], if reference == "one" { "1" } else { "0" });
        allocation["allow_partial"] = true.into();
        let allocated = world.post("/allocations", &allocation).await.expect(201).body;
        assert_eq!(allocated["status"], status);
        let order = world.get(&format!("/sales_orders/{}", id.as_str().unwrap())).await.expect(200).body;
        assert_eq!(order["status"], state);
        let path = format!("/allocations/{}", allocated["id"].as_str().unwrap());
        for _ in 0..2 {
            World::send(world.tims(Method::DELETE, &path)).await.expect(204);
        }
        world.get(&path).await.expect(404);
    }
}

#[tokio::test]
async fn an_allocation_ends_when_it_expires() {
    let world = World::new().await;
    let id = world.put(BY_REF, &world.order().await).await.expect(201).body["id"].clone();
    let allocation = json!({"sales_order_id": id, "expires_at": "2026-03-01T13:00:00Z",
        "lines": [{"line_ref": "05015851154158", "quantity": "2"}]});
    world.post("/allocations", &allocation).await.expect(201);
    world.advance(3600);
    let order = world.get(&format!("/sales_orders/{}", id.as_str().unwrap())).await.expect(200).body;
    assert_eq!(order["status"], "confirmed");
}

#[tokio::test]
async fn a_held_order_is_confirmed_by_a_write_or_by_action() {
    let world = World::new().await;
    let mut body = world.order().await;
    body["status"] = "on_hold".into();
    body["hold_reason"] = "unknown sku".into();
    let held = world.put(BY_REF, &body).await.expect(201).body;
    let path = format!("/sales_orders/{}", held["id"].as_str().unwrap());
    assert_eq!((&held["status"], &held["hold_reason"]), (&json!("on_hold"), &json!("unknown sku")));
    let allocation = json!({"sales_order_id": held["id"], "lines": [{"line_ref": "05015851154158", "quantity": "1"}]});
    world.post("/allocations", &allocation).await.expect(409);
    world.post(&format!("{path}/release"), &json!({})).await.expect(409);
    body["status"] = "confirmed".into();
    let confirmed = world.put(BY_REF, &body).await.expect(200).body;
    assert_eq!((&confirmed["status"], confirmed.get("hold_reason")), (&json!("confirmed"), None));
    let held = world.post(&format!("{path}/hold"), &json!({"hold_reason": "address"})).await.expect(200).body;
    assert_eq!(held["hold_reason"], "address");
    body["status"] = Value::Null;
    body["hold_reason"] = Value::Null;
    assert_eq!(world.put(BY_REF, &body).await.expect(200).body, held, "a write that says nothing of the state");
    assert_eq!(world.post(&format!("{path}/confirm"), &json!({})).await.expect(200).body["status"], "confirmed");
    world.post(&format!("{path}/confirm"), &json!({})).await.expect(409);
    world.post(&format!("{path}/close"), &json!({})).await.expect(409);
    world.post("/sales_orders/SO-nothing/hold", &json!({})).await.expect(404);
}

#[tokio::test]
async fn documents_are_found_by_what_others_call_them() {
    let world = World::new().await;
    let order = world.put(BY_REF, &world.order().await).await.expect(201).body;
    let reference = "amazon:A1PA6795UKMFR9:302-1234567-1234567";
    for query in [
        format!("filter[external_ref]={reference}&filter[source]=amazon"),
        format!("external_ref={reference}&source=amazon"),
        "filter[status]=confirmed,on_hold".to_owned(),
        "filter[updated_at][gte]=2026-03-01T00:00:00Z".to_owned(),
    ] {
        let found = world.get(&format!("/sales_orders?{query}")).await.expect(200).body;
        assert_eq!(found["data"], json!([order]), "{query}");
    }
    let none = world.get("/sales_orders?filter[external_ref]=other&filter[source]=amazon").await.expect(200).body;
    assert_eq!(none, json!({"data": [], "page": {"next_cursor": null, "has_more": false}}));
    world.get("/sales_orders?filter[colour]=red").await.expect(400);
    let id = order["customer_id"].as_str().unwrap();
    for query in [
        "filter[email]=a1@marketplace.amazon.de",
        "filter[match_key]=a1@marketplace.amazon.de",
        "filter[source]=amazon&filter[external_ref]=a1",
    ] {
        let found = world.get(&format!("/customers?{query}")).await.expect(200).body;
        assert_eq!(found["data"][0]["id"], id, "{query}");
    }
    let house = world.get("/customers?filter[code]=AMZ-DE-RETAIL").await.expect(200).body;
    assert_eq!(house["data"][0]["id"], "C-AMZ-DE-RETAIL");
    let first = world.get("/customers?limit=1").await.expect(200).body;
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    let rest = world.get(&format!("/customers?cursor={cursor}")).await.expect(200).body;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["page"]["has_more"]), (3, &json!(false)));
    let items = world.get("/items?filter[sku]=MUG-WHT-11,HNY-ACA-250").await.expect(200).body;
    let skus: Vec<_> = items["data"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect();
    assert_eq!(skus, ["MUG-WHT-11", "hny-aca-250"]);
    let item = world.get(&format!("/items/{}", items["data"][0]["id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!(item["sku"], "MUG-WHT-11");
    assert_eq!(world.get("/items?filter[sku]=NOTHING").await.expect(404).body["code"], "item_not_found");
    assert_eq!(world.get("/items/I-0").await.expect(404).body["code"], "item_not_found");
    assert!(world.get("/discount_codes").await.expect(200).body["data"].as_array().unwrap().len() >= 7);
    world.get("/discount_codes/AMZ-PROMO").await.expect(200);
    world.get("/nothing").await.expect(404);
}

#[tokio::test]
async fn customers_are_written_once_and_grow_references() {
    let world = World::new().await;
    let body = json!({"company_name": "Ada", "contact": {"email": "b2@x.de"}, "external_refs": [{"source": "shop", "ref": "7"}]});
    let one = world.put("/customers/by_ref/amazon/b2", &body).await.expect(201).body;
    let less = json!({"company_name": "Ada", "contact": {"email": "b2@x.de"}});
    assert_eq!(world.put("/customers/by_ref/amazon/b2", &less).await.expect(200).body, one);
    assert_eq!(world.put("/customers/by_ref/shop/7", &body).await.expect(200).body["id"], one["id"]);
    let taken = json!({"company_name": "Eve", "external_refs": [{"source": "shop", "ref": "7"}]});
    assert_eq!(world.post("/customers", &taken).await.expect(409).body["existing_id"], one["id"]);
    let created = world.post("/customers", &json!({"company_name": "Eve", "code": "EVE"})).await.expect(201).body;
    let path = format!("/customers/{}", created["id"].as_str().unwrap());
    let patch = world.tims(Method::PATCH, &path).header("If-Match", "\"v1\"").json(&json!({"status": "inactive"}));
    let patched = World::send(patch).await.expect(200).body;
    assert_eq!((&patched["status"], &patched["company_name"]), (&json!("inactive"), &json!("Eve")));
    world.put("/customers/by_ref/a/b", &json!({"company_name": "x".repeat(61)})).await.expect(422);
}

#[tokio::test]
async fn pascal_case_is_pascal_case_at_every_level() {
    let world = World::with(|options| options.tims_style = FieldStyle::Pascal).await;
    let customer = json!({"CompanyName": "Ada", "Contact": {"FirstName": "Ada"}, "Addresses": [{"Line1": "Hof 1", "PostalCode": "1"}]});
    let customer = world.put("/customers/by_ref/amazon/b2", &customer).await.expect(201).body;
    assert_eq!(customer["Addresses"][0]["Line1"], "Hof 1");
    let body = json!({"Source": "amazon", "ExternalRef": "x", "OrderDate": "2026-02-01T00:00:00Z", "CustomerId": customer["Id"],
        "Currency": "EUR", "PricesIncludeTax": true, "Metadata": {"some_key": 1},
        "Lines": [{"LineRef": "1", "Sku": "MUG-WHT-11", "Quantity": "1", "UnitPrice": "5.00"}]});
    let order = world.post("/sales_orders", &body).await.expect(201);
    assert_eq!(order.header("etag"), Some("\"v1\""));
    assert_eq!(order.body["Lines"][0]["UnitPrice"], "5.00");
    assert_eq!(order.body["Metadata"], json!({"some_key": 1}));
    let found = world.get("/sales_orders?filter[ExternalRef]=x&filter[Source]=amazon").await.expect(200).body;
    assert_eq!((&found["Data"][0]["Id"], &found["Page"]["HasMore"]), (&order.body["Id"], &json!(false)));
    let mut wrong = body.clone();
    wrong["Lines"][0]["unit_price"] = "5.00".into();
    let problem = world.put("/sales_orders/by_ref/amazon/y", &wrong).await.expect(422).body;
    assert_eq!(problem["Errors"][0]["Path"], "ExternalRef");
    wrong["ExternalRef"] = "y".into();
    let problem = world.put("/sales_orders/by_ref/amazon/y", &wrong).await.expect(422).body;
    assert_eq!(problem["Errors"][0]["Path"], "Lines[0].unit_price");
    assert_eq!(world.state().await["tims"]["sales_orders"][0]["external_ref"], "x");
}

#[tokio::test]
async fn the_rate_limit_is_told_and_kept() {
    let limit = RateLimit { requests: 3, per: std::time::Duration::from_secs(60) };
    let world = World::with(|options| options.tims_limit = limit).await;
    let first = world.get("/items").await.expect(200);
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), (Some("3"), Some("2")));
    world.get("/items").await.expect(200);
    world.get("/items").await.expect(200);
    let refused = world.get("/items").await.expect(429);
    assert_eq!(refused.header("retry-after"), Some("60"));
    world.advance(60);
    world.get("/items").await.expect(200);
}

/// Ids come from natural keys, so two runs that work in different orders end alike.
#[tokio::test]
async fn the_order_of_work_leaves_no_trace() {
    let mut states = Vec::new();
    for backwards in [false, true] {
        let world = World::new().await;
        let mut names: Vec<u32> = (0..8).collect();
        if backwards {
            names.reverse();
        }
        for name in names {
            let customer = json!({"company_name": format!("Buyer {name}")});
            let customer = world.put(&format!("/customers/by_ref/amazon/{name}"), &customer).await.expect(201).body;
            let mut body = world.order().await;
            body["external_ref"] = format!("o{name}").into();
            body["customer_id"] = customer["id"].clone();
            let order = world.put(&format!("/sales_orders/by_ref/amazon/o{name}"), &body).await.expect(201).body;
            let allocation =
                json!({"sales_order_id": order["id"], "lines": [{"line_ref": "05015851154158", "quantity": "1"}]});
            world.post("/allocations", &allocation).await.expect(201);
            world.advance(1);
        }
        states.push(world.state().await);
    }
    assert_eq!(states[0], states[1]);
}

#[tokio::test]
async fn what_one_order_took_no_other_gets() {
    let world = World::with(|options| options.orders = 100).await;
    let stock = world.get("/stock?limit=500").await.expect(200).body;
    let rows = stock["data"].as_array().unwrap();
    let sku = rows.iter().find(|row| row["on_hand"] == "1").unwrap()["sku"].clone();
    let mut body = world.order().await;
    body["totals"] = Value::Null;
    body["charges"] = json!([]);
    // The first order wants the one piece on two of its lines, the second wants it too.
    body["lines"] = json!([{"line_ref": "1", "sku": sku, "quantity": "1", "unit_price": "5.00"},
        {"line_ref": "2", "sku": sku, "quantity": "1", "unit_price": "5.00"}]);
    let mut got = Vec::new();
    for reference in ["one", "two"] {
        body["external_ref"] = reference.into();
        let id = world.post("/sales_orders", &body).await.expect(201).body["id"].clone();
        let lines = json!([{"line_ref": "1", "quantity": "1"}, {"line_ref": "2", "quantity": "1"}]);
        let allocation = json!({"sales_order_id": id, "lines": lines});
        let lines = world.post("/allocations", &allocation).await.expect(201).body["lines"].clone();
        got.extend(lines.as_array().unwrap().iter().map(|line| line["allocated"].as_str().unwrap().to_owned()));
    }
    assert_eq!(got, ["1", "0", "0", "0"]);
}
