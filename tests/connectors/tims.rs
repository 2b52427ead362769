//! Writing to TIMS: once, whatever happens on the way; and finding what is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flowrun::catalog::wire;
use flowrun::clock::Clock;
use flowrun::connectors::{ConnectionSettings, ErrorKind, Fetch, WriteRequest, open, specs};
use flowrun::value::{Value, json};

use super::server::{Reply, Server, clock, deps, failed, reply, tims, tims_settings, value};

const REF: &str = "amazon:A1PA6795UKMFR9:302-1234567-1234567";
const BY_REF: &str = "/api/v1/sales_orders/by_ref/amazon/amazon:A1PA6795UKMFR9:302-1234567-1234567";

fn order() -> Value {
    value(&format!(
        r#"{{"external_ref":"{REF}","order_date":"2026-08-01T09:12:44Z","customer_id":"C-1","currency":"EUR",
        "ship_to":{{"name":"Erika Mustermann","line1":"Heidestraße 17","city":"Köln","country":"DE"}},
        "lines":[{{"line_ref":"1","sku":"ABC","quantity":"2","unit_price":"44.95"}}],"metadata":{{"my_key":"v"}}}}"#
    ))
}

fn write(entity: &str, verb: &str, payload: Value) -> WriteRequest {
    WriteRequest {
        entity: entity.into(),
        verb: verb.into(),
        payload,
        idempotency_key: "flow/302/create".into(),
        repeat: false,
    }
}

fn again(request: WriteRequest) -> WriteRequest {
    WriteRequest { repeat: true, ..request }
}

fn find(entity: &str, key: &str, values: &[&str]) -> Fetch {
    let values = values.iter().map(Value::text).collect();
    Fetch { entity: entity.into(), key: key.into(), values, datasets: vec![] }
}

fn stored(status: &str) -> String {
    format!(
        r#"{{"id":"SO-1","number":"1001","status":"{status}","source":"amazon","external_ref":"{REF}","version":1}}"#
    )
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_text).unwrap_or("")
}

#[tokio::test]
async fn an_upsert_names_the_order_by_its_reference_and_carries_the_key() {
    let server = Server::start(|_, _| reply(201, stored("confirmed")).with("x-request-id", "req-1")).await;
    let settings = tims_settings(&server.url).with("company", "DE01");
    let tims = open("tims", &settings, &deps(&clock())).unwrap();
    let answer = tims.write(&write("sales_orders", "upsert", order())).await.unwrap();
    assert_eq!((text(&answer.document, "id"), answer.request_id.as_deref()), ("SO-1", Some("req-1")));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("PUT", BY_REF));
    assert_eq!(seen.header("idempotency-key"), "flow/302/create");
    assert_eq!((seen.header("x-api-key"), seen.header("x-company")), ("tims-key", "DE01"));
    assert_eq!((seen.header("content-type"), seen.header("accept")), ("application/json", "application/json"));
    assert_eq!(seen.json()["source"], "amazon");
    assert_eq!(seen.json()["lines"][0]["unit_price"], "44.95");
}

#[tokio::test]
async fn the_address_is_taken_with_and_without_its_version() {
    let server = Server::start(|seen, _| match seen.path.ends_with("/oauth/token") {
        true => reply(200, r#"{"access_token":"t","expires_in":1000}"#),
        false => reply(200, r#"{"data":[]}"#),
    })
    .await;
    for (given, root) in [("", ""), ("/", ""), ("/api/v1", ""), ("/erp/", "/erp"), ("/erp/api/v1/", "/erp")] {
        let settings = oauth(&format!("{}{given}", server.url));
        open("tims", &settings, &deps(&clock())).unwrap().probe().await.unwrap();
        let paths: Vec<String> = server.seen().iter().rev().take(2).map(|seen| seen.path.clone()).collect();
        assert_eq!(paths, [format!("{root}/api/v1/items"), format!("{root}/oauth/token")], "{given}");
    }
}

#[tokio::test]
async fn a_pascal_tims_gets_and_gives_its_own_spelling() {
    let server = Server::start(|seen, _| match seen.method.as_str() {
        "PUT" => reply(
            200,
            format!(r#"{{"Id":"SO-1","Status":"confirmed","ExternalRef":"{REF}","Lines":[{{"LineRef":"1"}}],"Metadata":{{"my_key":"v"}}}}"#),
        ),
        "GET" => reply(200, r#"{"Data":[{"Id":"I-1","SKU":"ABC"}],"Page":{"NextCursor":null,"HasMore":false}}"#),
        _ => reply(422, r#"{"Code":"validation_failed","Errors":[{"Path":"Lines[0].Sku","Code":"item_not_found","Message":"x"}]}"#),
    })
    .await;
    let tims = open("tims", &tims_settings(&server.url).with("style", "pascal"), &deps(&clock())).unwrap();
    let answer = tims.write(&write("sales_orders", "upsert", order())).await.unwrap();
    assert_eq!(
        json::to_string(&answer.document),
        format!(
            r#"{{"id":"SO-1","status":"confirmed","external_ref":"{REF}","lines":[{{"line_ref":"1"}}],"metadata":{{"my_key":"v"}}}}"#
        )
    );
    let sent = server.seen()[0].json();
    assert_eq!(sent["ExternalRef"], REF);
    assert_eq!(sent["ShipTo"]["Line1"], "Heidestraße 17");
    assert_eq!(sent["Lines"][0]["UnitPrice"], "44.95");
    assert_eq!(sent["Metadata"]["my_key"], "v");
    let items = tims.fetch(&find("items", "sku", &["ABC"])).await.unwrap();
    assert_eq!(text(&items[0], "id"), "I-1");
    let error = failed(tims.write(&write("sales_orders", "create", order())).await);
    assert_eq!((error.code.as_deref(), error.fields[0].path.as_str()), (Some("validation_failed"), "lines[0].sku"));
}

fn oauth(url: &str) -> ConnectionSettings {
    ConnectionSettings::default().with("url", url).with("client_id", "id").with_secret("client_secret", "s3cret")
}

#[tokio::test]
async fn the_login_is_renewed_at_four_fifths_of_its_life_and_once_when_refused() {
    let server = Server::start(|seen, before| match seen.path.as_str() {
        "/oauth/token" => {
            reply(200, format!(r#"{{"access_token":"t{before}","token_type":"Bearer","expires_in":1000}}"#))
        }
        _ if seen.header("authorization") == "Bearer t2" => reply(401, "{}"),
        _ => reply(200, r#"{"data":[]}"#),
    })
    .await;
    let clock = clock();
    let tims = open("tims", &oauth(&server.url), &deps(&clock)).unwrap();
    let logins = || server.to("/oauth/token").len();
    for (seconds, expected) in [(0, 1), (799, 1), (2, 2), (801, 4)] {
        clock.advance(Duration::from_secs(seconds));
        tims.probe().await.unwrap();
        assert_eq!(logins(), expected);
    }
    let login = &server.to("/oauth/token")[0];
    assert_eq!(login.body, "grant_type=client_credentials&client_id=id&client_secret=s3cret");
}

#[tokio::test]
async fn a_login_that_stays_refused_is_the_login() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/oauth/token" => reply(200, r#"{"access_token":"t","expires_in":1000}"#),
        _ => reply(401, r#"{"code":"unauthorized"}"#),
    })
    .await;
    let error = failed(open("tims", &oauth(&server.url), &deps(&clock())).unwrap().probe().await);
    assert_eq!(error.kind, ErrorKind::Auth);
    assert_eq!(server.to("/api/v1/items").len(), 2);
    let wrong = Server::start(|_, _| reply(401, r#"{"error":"invalid_client"}"#)).await;
    let error = failed(open("tims", &oauth(&wrong.url), &deps(&clock())).unwrap().probe().await);
    assert!(error.kind == ErrorKind::Auth && error.message.contains("client_secret"), "{error}");
}

#[tokio::test]
async fn a_document_that_is_there_already_is_ours_or_a_conflict() {
    let duplicate = r#"{"code":"duplicate","status":409,"existing_id":"SO-1"}"#;
    for (reference, ours) in [(REF, true), ("somebody:else", false)] {
        let server = Server::start(move |seen, _| match seen.method.as_str() {
            "POST" => reply(409, duplicate),
            _ => reply(200, format!(r#"{{"id":"SO-1","source":"amazon","external_ref":"{reference}"}}"#)),
        })
        .await;
        let result = tims(&server.url, &clock()).write(&write("sales_orders", "create", order())).await;
        assert_eq!(server.seen()[1].path, "/api/v1/sales_orders/SO-1");
        match result {
            Ok(answer) => assert!(ours && text(&answer.document, "id") == "SO-1"),
            Err(error) => assert!(!ours && error.kind == ErrorKind::Conflict, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_state_that_forbids_the_write_is_no_duplicate() {
    let server = Server::start(|_, _| reply(409, r#"{"code":"invalid_state","existing_id":"SO-1"}"#)).await;
    let tims = tims(&server.url, &clock());
    for verb in ["create", "upsert"] {
        let error = failed(tims.write(&again(write("sales_orders", verb, order()))).await);
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Conflict, Some("invalid_state")));
    }
    assert_eq!(server.seen().len(), 2, "nothing is read back");
}

#[tokio::test]
async fn a_list_that_says_404_for_nothing_is_told_from_a_wrong_address() {
    for (body, none) in [(r#"{"code":"item_not_found"}"#, true), (r#"{"code":"not_found"}"#, false), ("<html>", false)]
    {
        let server = Server::start(move |_, _| reply(404, body)).await;
        let found = tims(&server.url, &clock()).fetch(&find("items", "sku", &["A"])).await;
        assert_eq!(found.is_ok_and(|found| found == [Value::Null]), none, "{body}");
    }
}

#[tokio::test]
async fn netsuites_way_to_say_that_it_was_done_is_read_back_by_the_natural_key() {
    let server = Server::start(|seen, _| match seen.method.as_str() {
        "POST" => reply(
            400,
            r#"{"title":"Bad Request","o:errorDetails":[{"detail":"The key was used","o:errorCode":"IDEMPOTENCY_ERROR"}]}"#,
        ),
        _ => reply(200, format!(r#"{{"data":[{}],"page":{{"has_more":false}}}}"#, stored("confirmed"))),
    })
    .await;
    let answer = tims(&server.url, &clock()).write(&write("sales_orders", "create", order())).await.unwrap();
    assert_eq!(text(&answer.document, "id"), "SO-1");
    let read = &server.seen()[1];
    assert_eq!(read.query["filter[external_ref]"], REF);
    assert_eq!(read.query["filter[source]"], "amazon");
}

#[tokio::test]
async fn a_repeated_action_that_was_done_is_done() {
    let server = Server::start(|seen, _| match seen.method.as_str() {
        "POST" => reply(409, r#"{"code":"invalid_state","detail":"order is cancelled"}"#),
        _ => reply(200, stored("cancelled")),
    })
    .await;
    let tims = tims(&server.url, &clock());
    let cancel = write("sales_orders", "cancel", value(r#"{"id":"SO-1","reason_code":"BUYER"}"#));
    let error = failed(tims.write(&cancel).await);
    assert_eq!(error.kind, ErrorKind::Conflict, "a first try is not excused");
    assert!(error.message.ends_with(": order is cancelled"), "{error}");
    let answer = tims.write(&again(cancel)).await.unwrap();
    assert_eq!(text(&answer.document, "status"), "cancelled");
    let release = again(write("sales_orders", "release", value(r#"{"id":"SO-1"}"#)));
    assert_eq!(failed(tims.write(&release).await).kind, ErrorKind::Conflict, "cancelled is not released");
    let part = value(r#"{"id":"SO-1","lines":[{"line_ref":"1","quantity":"1"}]}"#);
    assert_eq!(
        failed(tims.write(&again(write("sales_orders", "cancel", part))).await).kind,
        ErrorKind::Conflict,
        "of a part it cannot be told"
    );
    let sent = &server.seen()[0];
    assert_eq!(
        (sent.path.as_str(), sent.body.as_str()),
        ("/api/v1/sales_orders/SO-1/cancel", r#"{"reason_code":"BUYER"}"#)
    );
}

#[tokio::test]
async fn the_words_about_idempotency_keys_are_understood() {
    let cases = [
        ("idempotency_in_progress", Some("7"), ErrorKind::Throttled(Some(Duration::from_secs(7)))),
        ("idempotency_in_progress", None, ErrorKind::Throttled(Some(Duration::from_secs(1)))),
        ("idempotency_key_reused", None, ErrorKind::Bug),
        ("invalid_state", None, ErrorKind::Conflict),
    ];
    for (code, retry, kind) in cases {
        let server = Server::start(move |_, _| {
            let answer = reply(409, format!(r#"{{"code":"{code}"}}"#));
            retry.map_or(answer.clone(), |retry| answer.with("retry-after", retry))
        })
        .await;
        let error = failed(tims(&server.url, &clock()).write(&write("sales_orders", "create", order())).await);
        assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
    }
}

#[tokio::test]
async fn refusals_of_all_shapes_are_told_in_a_clerks_words_without_buyers() {
    let cases: [(u16, &str, ErrorKind, &str); 7] = [
        (
            422,
            r#"{"type":"about:blank","title":"Unprocessable","status":422,"code":"validation_failed","detail":"1 error",
                "errors":[{"path":"lines[0].sku","code":"item_not_found","message":"no such item"}],"request_id":"q-7"}"#,
            ErrorKind::Rejected,
            "lines[0].sku: there is no item with this SKU in TIMS",
        ),
        (
            422,
            r#"{"code":"total_mismatch","expected":{"grand":"84.90"},"got":{"grand":"85.00"}}"#,
            ErrorKind::Rejected,
            "say 85.00, but its lines add up to 84.90",
        ),
        (423, r#"{"code":"period_closed"}"#, ErrorKind::Conflict, "period is closed"),
        (
            400,
            r#"{"code":4,"message":"Invalid value passed for Erika Mustermann"}"#,
            ErrorKind::Rejected,
            "Invalid value passed for …",
        ),
        (
            417,
            r#"{"exc_type":"ValidationError","_server_messages":"[\"{\\\"message\\\": \\\"Could not find Item\\\"}\"]"}"#,
            ErrorKind::Rejected,
            "Could not find Item",
        ),
        (
            400,
            r#"{"o:errorDetails":[{"detail":"Heidestraße 17 is no address","o:errorCode":"USER_ERROR","o:errorPath":"ship_to.line1"}]}"#,
            ErrorKind::Rejected,
            "ship_to.line1: … is no address",
        ),
        (400, r#"{"code":1070,"message":"too many requests continuously"}"#, ErrorKind::Throttled(None), "slower"),
    ];
    for (status, body, kind, words) in cases {
        let server = Server::start(move |_, _| reply(status, body)).await;
        let error = failed(tims(&server.url, &clock()).write(&write("sales_orders", "create", order())).await);
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("Mustermann") && !format!("{error:?}").contains("Heide"), "{error}");
    }
}

#[tokio::test]
async fn an_ambiguous_write_is_told_as_such_and_the_repeat_carries_the_same_key() {
    let server = Server::start(|_, before| match before {
        0 => reply(500, ""),
        _ => reply(200, stored("confirmed")).with("idempotent-replayed", "true"),
    })
    .await;
    let tims = tims(&server.url, &clock());
    let request = write("sales_orders", "upsert", order());
    assert_eq!(failed(tims.write(&request).await).kind, ErrorKind::Transient);
    tims.write(&again(request)).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("idempotency-key"), seen[1].header("idempotency-key"));
    assert_eq!((seen[0].body.as_str(), seen.len()), (seen[1].body.as_str(), 2));
    let job = Server::start(|_, _| reply(202, "").with("location", "/jobs/1")).await;
    let error = failed(super::server::tims(&job.url, &clock()).write(&write("sales_orders", "upsert", order())).await);
    assert_eq!((error.kind, error.status), (ErrorKind::Transient, Some(202)));
}

#[tokio::test]
async fn customers_are_changed_at_the_version_that_was_read() {
    let server = Server::start(|seen, _| match seen.method.as_str() {
        "GET" => reply(200, r#"{"id":"C-1","version":7}"#),
        "PATCH" if seen.header("if-match") == "\"v7\"" => reply(200, r#"{"id":"C-1","version":8}"#),
        "PATCH" => reply(412, r#"{"code":"stale"}"#),
        _ => reply(201, r#"{"id":"C-2"}"#),
    })
    .await;
    let tims = tims(&server.url, &clock());
    let change =
        |more: &str| write("customers", "update", value(&format!(r#"{{"id":"C-1","company_name":"X"{more}}}"#)));
    tims.write(&change("")).await.unwrap();
    assert_eq!(server.seen()[1].body, r#"{"company_name":"X"}"#);
    let error = failed(tims.write(&change(r#","version":6"#)).await);
    assert!(error.kind == ErrorKind::Conflict && error.message.contains("changed the document"), "{error}");
    let new = value(r#"{"external_ref":"relay@x/y","company_name":"X"}"#);
    tims.write(&write("customers", "upsert", new)).await.unwrap();
    let sent = server.seen().pop().unwrap();
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("PUT", "/api/v1/customers/by_ref/amazon/relay@x%2Fy"));
    assert_eq!(sent.json()["external_refs"], serde_json::json!([{ "source": "amazon", "ref": "relay@x/y" }]));
}

#[tokio::test]
async fn an_allocation_that_is_gone_is_released() {
    let server = Server::start(|seen, before| match (seen.method.as_str(), before) {
        ("DELETE", 0) => reply(204, ""),
        ("DELETE", _) => reply(404, "{}"),
        _ => reply(409, r#"{"code":"insufficient_stock","available":"1"}"#),
    })
    .await;
    let tims = tims(&server.url, &clock());
    let delete = write("allocations", "delete", value(r#"{"id":"AL-1"}"#));
    assert_eq!(text(&tims.write(&delete).await.unwrap().document, "status"), "released");
    assert_eq!(failed(tims.write(&delete).await).kind, ErrorKind::NotFound);
    tims.write(&again(delete)).await.unwrap();
    let create = value(r#"{"sales_order_id":"SO-1","lines":[{"line_ref":"1","quantity":"2"}]}"#);
    let error = failed(tims.write(&write("allocations", "create", create)).await);
    assert!(error.kind == ErrorKind::Conflict && error.message.contains("not enough stock"), "{error}");
}

fn items(seen: &super::server::Seen) -> Reply {
    let there = ["ABC", "abc", "Def ", "G1"];
    let asked: Vec<&str> = seen.query["filter[sku]"].split(',').collect();
    let fits = |sku: &&&str| asked.iter().any(|asked| asked.trim().eq_ignore_ascii_case(sku.trim()));
    let found = there.iter().filter(fits).map(|sku| format!(r#"{{"id":"id {sku}","sku":"{sku}"}}"#));
    reply(200, format!(r#"{{"data":[{}]}}"#, found.collect::<Vec<_>>().join(",")))
}

#[tokio::test]
async fn items_are_found_in_batches_by_the_very_sku_first() {
    let server = Server::start(|seen, _| items(seen)).await;
    let tims = tims(&server.url, &clock());
    let mut fetch = find("items", "sku", &["DEF", "abc", "missing", "aBc", "abc", "ABC"]);
    fetch.values.push(Value::Null);
    let found = tims.fetch(&fetch).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|item| text(item, "id")).collect();
    assert_eq!(ids, ["id Def ", "id abc", "", "", "id abc", "id ABC", ""], "aBc could be either of two");
    assert_eq!(server.seen().len(), 1);
    let many: Vec<String> = (0..250).map(|n| format!("S{n}")).collect();
    tims.fetch(&find("items", "sku", &many.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap();
    assert_eq!(server.seen().len(), 4);
    tims.fetch(&find("items", "sku", &["a,b", "c", "d&e=f"])).await.unwrap();
    let last: Vec<String> = server.seen().iter().skip(4).map(|seen| seen.query["filter[sku]"].clone()).collect();
    assert!(last.contains(&"a,b".to_owned()) && last.contains(&"c,d&e=f".to_owned()), "{last:?}");
}

#[tokio::test]
async fn lists_are_read_to_their_end_in_both_ways_of_paging() {
    for style in ["cursor", "page"] {
        let server = Server::start(move |seen, _| match (style, seen.query.get(style).map(String::as_str)) {
            ("cursor", None) => reply(200, r#"{"data":[],"page":{"next_cursor":"c2","has_more":true}}"#),
            ("page", None) => reply(200, r#"{"data":[],"page_context":{"has_more_page":true}}"#),
            (_, Some("c2" | "2")) => reply(200, r#"{"data":[{"sku":"A","id":"I"}],"page":{"next_cursor":null}}"#),
            _ => reply(500, ""),
        })
        .await;
        let found = tims(&server.url, &clock()).fetch(&find("items", "sku", &["A"])).await.unwrap();
        assert_eq!(text(&found[0], "id"), "I");
    }
}

#[tokio::test]
async fn customers_discounts_and_stock_are_found() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/api/v1/customers" if seen.query.contains_key("filter[email]") => {
            reply(200, r#"{"data":[{"id":"C-1","contact":{"email":"A@x.de"}}]}"#)
        }
        "/api/v1/customers" => reply(
            200,
            r#"{"data":[{"id":"C-8","external_refs":[{"source":"ebay","ref":"r"}]},{"id":"C-9","external_refs":[{"source":"amazon","ref":"r"}]}]}"#,
        ),
        "/api/v1/discount_codes/TEN%2F5" => reply(200, r#"{"code":"TEN/5","kind":"percent","value":"10"}"#),
        "/api/v1/stock" => reply(
            200,
            r#"{"data":[{"sku":"A","location":"MAIN","on_hand":"5","available":3},{"sku":"A","location":"B","on_hand":"2.5","available":1}]}"#,
        ),
        _ => reply(404, "{}"),
    })
    .await;
    let tims = tims(&server.url, &clock());
    assert_eq!(text(&tims.fetch(&find("customers", "email", &["a@x.de"])).await.unwrap()[0], "id"), "C-1");
    assert_eq!(text(&tims.fetch(&find("customers", "external_ref", &["r"])).await.unwrap()[0], "id"), "C-9");
    let codes = tims.fetch(&find("discount_codes", "code", &["TEN/5", "NONE"])).await.unwrap();
    assert_eq!((text(&codes[0], "kind"), &codes[1]), ("percent", &Value::Null));
    let stock = tims.fetch(&find("stock", "sku", &["A"])).await.unwrap();
    assert_eq!(stock[0].get("on_hand").unwrap().display(), "7.5");
    assert_eq!(stock[0].get("locations").unwrap().as_list().unwrap().len(), 2);
    assert_eq!(stock[0].get("location"), None);
    assert_eq!(failed(tims.fetch(&find("items", "colour", &["A"])).await).kind, ErrorKind::Bug);
}

#[tokio::test]
async fn the_limit_is_kept_in_any_minute_and_its_headers_are_obeyed() {
    let server = Server::start(|_, _| reply(200, r#"{"data":[]}"#)).await;
    let clock = clock();
    let tims = open("tims", &tims_settings(&server.url).with("limit", "10/60s"), &deps(&clock)).unwrap();
    let start = clock.now();
    for _ in 0..25 {
        tims.probe().await.unwrap();
    }
    assert_eq!(clock.now().duration_since(start).as_secs(), 120);

    for (header, reset) in [("ratelimit-reset", "40".to_owned()), ("x-ratelimit-reset", "1795176040000".to_owned())] {
        let remaining = if header.starts_with('x') { "x-ratelimit-remaining" } else { "ratelimit-remaining" };
        let server = Server::start(move |_, before| {
            let left = if before == 0 { "0" } else { "9" };
            reply(200, r#"{"data":[]}"#).with(remaining, left).with(header, reset.clone())
        })
        .await;
        let clock = super::server::clock();
        let start = clock.now();
        assert_eq!(start.as_second(), 1_795_176_000);
        let tims = open("tims", &tims_settings(&server.url).with("limit", "off"), &deps(&clock)).unwrap();
        for _ in 0..3 {
            tims.probe().await.unwrap();
        }
        assert_eq!(clock.now().duration_since(start).as_secs(), 40, "{header}");
    }
}

#[tokio::test]
async fn no_more_calls_at_once_than_are_allowed() {
    let server = Server::start(|_, _| reply(200, r#"{"data":[]}"#).slow(20)).await;
    let settings = tims_settings(&server.url).with("concurrency", "2");
    let tims = open("tims", &settings, &deps(&clock())).unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let started = std::time::Instant::now();
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let (tims, done) = (Arc::clone(&tims), Arc::clone(&done));
            tokio::spawn(async move {
                tims.probe().await.unwrap();
                done.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert!(done.load(Ordering::SeqCst) == 6 && started.elapsed() >= Duration::from_millis(60));
}

#[test]
fn the_schemas_take_the_contracts_documents_and_nothing_else() {
    let specs = specs();
    let tims = specs.iter().find(|spec| spec.name == "tims").unwrap();
    let input = |entity: &str, verb: &str| Arc::clone(&tims.entity(entity).unwrap().write(verb).unwrap().input);
    let takes = |entity: &str, verb: &str, text: &str| {
        let built = value(text);
        wire::write(built.as_object().unwrap(), &input(entity, verb)).map(|value| json::to_string(&value))
    };
    let order = r#"{"source":"amazon","external_ref":"amazon:A1:302","status":"on_hold","order_date":"2026-08-01T09:12:44Z",
        "customer_id":"C-1042","ship_to":{"line1":"x","country":"DE"},"currency":"EUR","prices_include_tax":true,"location":"MAIN",
        "channel":"AMZ-DE","ship_by":"2026-08-03T00:00:00Z","fulfilment":"merchant","po_number":null,"price_list":"RETAIL-DE",
        "lines":[{"line_ref":"1","sku":"ABC","quantity":2,"unit_price":44.95,"discounts":[{"code":"P","amount":5.00,"note":"n"}],
        "tax":[{"code":"DE-19","rate":19.00,"amount":13.55,"collected_by":"seller"}],"description":"d"}],
        "charges":[{"kind":"shipping","line_ref":"1","amount":4.99,"discounts":[{"code":"S","amount":4.99}]}],
        "totals":{"goods":89.90,"grand":84.90},"hold_reason":"r","note":"n","metadata":{"any":1}}"#;
    let sent = takes("sales_orders", "upsert", order).unwrap();
    assert!(
        sent.contains(r#""quantity":"2""#) && sent.contains(r#""amount":"5.00""#),
        "money and quantities are text: {sent}"
    );
    let unknown = order.replace("price_list", "priceList");
    let refused = takes("sales_orders", "upsert", &unknown).unwrap_err();
    // The name of a field that nobody knows may be what a buyer wrote, so it is not shown; what there is, is.
    assert!(refused.message.contains("SalesOrderInput does not have; it has source"), "{refused:?}");
    assert!(refused.message.contains("price_list") && !refused.message.contains("priceList"), "{refused:?}");
    let missing = order.replace("\"customer_id\":\"C-1042\",", "");
    assert!(takes("sales_orders", "create", &missing).unwrap_err().message.contains("customer_id"));
    takes(
        "allocations",
        "create",
        r#"{"sales_order_id":"S","lines":[{"line_ref":"1","quantity":1}],"allow_partial":true}"#,
    )
    .unwrap();
    takes("customers", "create", r#"{"company_name":"X","type":"person","contact":{"email":"e"}}"#).unwrap();
    assert!(takes("customers", "upsert", r#"{"company_name":"X"}"#).is_err());
    assert!(takes("sales_orders", "hold", r#"{"id":"S","lines":[]}"#).is_err());
    let personal = |entity: &str, verb: &str, path: &[&str]| {
        let mut spec = input(entity, verb);
        let (last, inner) = path.split_last().unwrap();
        for name in inner {
            spec = match spec.field(name).unwrap().ty.base.clone() {
                flowrun::catalog::Base::Object(spec) => spec,
                flowrun::catalog::Base::List(item) => match item.base {
                    flowrun::catalog::Base::Object(spec) => spec,
                    _ => panic!(),
                },
                _ => panic!(),
            };
        }
        spec.field(last).unwrap().ty.pii
    };
    assert!(personal("sales_orders", "create", &["ship_to", "name"]));
    assert!(personal("customers", "create", &["contact", "email"]));
    assert!(personal("customers", "update", &["addresses", "line1"]));
    assert!(!personal("sales_orders", "create", &["lines", "sku"]));
}
