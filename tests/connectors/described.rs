//! A system that a file describes: the file's own checks, and calls as it says, against a small server.

use std::sync::{Arc, Mutex};

use flowrun::catalog::Idempotency;
use flowrun::config::connector;
use flowrun::connectors::{
    Connection, ConnectionSettings, Connectors, ErrorKind, Fetch, Filter, ReadRequest, WriteRequest,
};
use flowrun::value::{Value, json};

use super::server::{Reply, Seen, Server, clock, deps, reply};

/// The example of docs/own-system.md.
fn example() -> String {
    let page = include_str!("../../docs/own-system.md");
    let (_, rest) = page.split_once("```yaml tickets.yaml\n").unwrap();
    rest.split_once("\n```").unwrap().0.to_owned() + "\n"
}

fn problems(text: &str) -> Vec<String> {
    let error = connector::parse(text, "flows/connectors/tickets.yaml").unwrap_err();
    error.to_string().lines().map(|line| line.replace("flows/connectors/tickets.yaml:", "")).collect()
}

/// The example with something else in place of a part.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = example();
    assert!(text.contains(from), "{from}");
    problems(&text.replacen(from, to, 1))
}

fn connect(text: &str, settings: ConnectionSettings) -> Connection {
    let description = connector::parse(text, "tickets.yaml").unwrap_or_else(|error| panic!("{error}"));
    let connectors = Connectors::with(vec![Arc::new(description)]).unwrap();
    connectors.open("tickets", &settings, &deps(&clock())).unwrap()
}

fn desk(server: &Server) -> Connection {
    let settings = ConnectionSettings::default().with("url", &server.url).with("client_id", "me");
    connect(&example(), settings.with_secret("client_secret", "hunter2"))
}

fn read(position: Option<String>) -> ReadRequest {
    ReadRequest {
        entity: "tickets".into(),
        position,
        since: "2026-10-01T00:00:00Z".parse().unwrap(),
        filters: vec![Filter { name: "state".into(), values: vec![Value::text("new"), Value::text("open")] }],
        datasets: Vec::new(),
        fields: Vec::new(),
    }
}

fn write(verb: &str, payload: &str, repeat: bool) -> WriteRequest {
    WriteRequest {
        entity: "tickets".into(),
        verb: verb.into(),
        payload: json::parse(payload.as_bytes()).unwrap(),
        idempotency_key: "key-1".into(),
        repeat,
    }
}

fn token(seen: &Seen) -> Option<Reply> {
    (seen.path == "/oauth/token").then(|| reply(200, r#"{"access_token": "T", "expires_in": 3600}"#))
}

#[test]
fn the_example_is_a_connector_like_any_other() {
    let description = connector::parse(&example(), "tickets.yaml").unwrap();
    let spec = &description.spec;
    let tickets = spec.entity("tickets").unwrap();
    assert_eq!(spec.name, "tickets");
    assert_eq!(tickets.source.as_ref().unwrap().key, "id");
    assert_eq!(tickets.lookup.as_ref().unwrap().keys, ["ref", "id"]);
    let settled: Vec<_> = tickets.writes.iter().map(|write| (write.verb, write.idempotency)).collect();
    let (natural, none) = (Idempotency::NaturalKey, Idempotency::None);
    let read_back = Idempotency::ReadBack;
    assert_eq!(settled, [("create", read_back), ("delete", natural), ("remind", none), ("update", natural)]);
    let record = &tickets.source.as_ref().unwrap().record;
    assert!(record.field("from").unwrap().ty.carries_pii());
    assert!(!record.field("ref").unwrap().ty.carries_pii());
    let listing = spec.operation("tickets.list").unwrap();
    assert_eq!((listing.path, listing.rate.unwrap().per_10_000_s), ("GET /v2/tickets", 100_000));
    assert!(Connectors::with(vec![Arc::new(connector::parse(&example(), "tims.yaml").unwrap())]).is_err());
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_was_meant() {
    let is = |found: Vec<String>, wanted: &str| assert!(found.iter().any(|line| line.contains(wanted)), "{found:#?}");
    is(
        changed("id: int\n", "id: itn\n"),
        "25:11: entities.tickets.record.id: there is no type `itn`; did you mean `int`?",
    );
    is(
        changed("largest_answer:", "largest_anwser:"),
        "5:1: largest_anwser: there is no such setting; did you mean `largest_answer`?",
    );
    is(changed("key: id", "key: ids"), "entities.tickets.read.key: is no field of `record`");
    is(changed("stamp: changed", "stamp: ref"), "a stamp is an instant");
    is(
        changed("{ number: page }", "{ number: page, offset: at }"),
        "must have one of cursor, number, offset and next_url",
    );
    is(changed("repeat: { read_back: ref }", "repeat: { read_back: state }"), "nothing can be found by it");
    is(changed("        repeat: { read_back: ref }\n", ""), "entities.tickets.writes.create: must say in `repeat`");
    is(changed("/v2/tickets/{id}/reminders", "/v2/tickets/{nr}/reminders"), "`{nr}` is none of id, text");
    is(changed("patch: /v2", "patch: v2"), "must be a path that begins with `/`");
    is(changed("limit: 10/1s", "limit: ten"), "must be calls in a length of time, as in 60/60s");
    is(changed("exists: duplicate", "exists: twice"), "must be one of auth, conflict, duplicate");
    is(changed("x-client: flowrun", "authorization: Bearer x"), "a login is no fixed header");
    is(
        changed("{ oauth2: { token: /oauth/token, scope: tickets } }", "oauth"),
        "2:7: auth: must be none, basic, bearer",
    );
    is(
        changed("type: text?, buyer_data: true", "type: text?, fields: { a: text }"),
        "has `fields`, so its type is `object`",
    );
    is(problems("summary: x\n"), "must have `entities`");
    let named = connector::parse(&example(), "Help Desk.yaml").unwrap_err().to_string();
    assert!(named.contains("`Help Desk` is no name for a connector"), "{named}");
}

#[tokio::test]
async fn pages_are_counted_until_one_is_not_full_and_the_next_read_asks_for_what_changed() {
    let server = Server::start(|seen: &Seen, _| {
        token(seen).unwrap_or_else(|| {
            let tickets = match seen.query.get("page").map(String::as_str) {
                Some("1") => r#"{"id": 1}, {"id": 2}"#,
                _ => r#"{"id": 3}"#,
            };
            reply(200, format!(r#"{{"data": {{"tickets": [{tickets}]}}}}"#))
        })
    })
    .await;
    let desk = desk(&server);
    let first = desk.read(&read(None)).await.unwrap();
    assert_eq!((first.records.len(), first.drained), (2, false));
    let last = desk.read(&read(Some(first.next))).await.unwrap();
    assert_eq!((last.records.len(), last.drained), (1, true));
    let calls = server.seen();
    let pages: Vec<&str> =
        calls.iter().filter(|seen| seen.path == "/v2/tickets").map(|seen| seen.raw_query.as_str()).collect();
    let fixed = "expand=from&changed_since=2026-10-01T00%3A00%3A00Z&state=new&state=open&per_page=2";
    assert_eq!(pages, [format!("{fixed}&page=1"), format!("{fixed}&page=2")]);
    let asked = calls.iter().find(|seen| seen.path == "/v2/tickets").unwrap();
    assert_eq!((asked.header("authorization"), asked.header("x-client")), ("Bearer T", "flowrun"));
    assert!(calls[0].body.contains("scope=tickets") && calls[0].body.contains("grant_type=client_credentials"));

    desk.read(&read(Some(last.next))).await.unwrap();
    let again = server.seen().pop().unwrap();
    assert!(again.query["changed_since"].as_str() > "2026-10-01T00:00:00Z", "{}", again.raw_query);
}

/// A system with one entity that is read in pages of some style.
async fn paged(pages: &str, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Server, Connection) {
    let text = format!(
        "summary: x\nentities:\n  things:\n    record: {{ id: text }}\n    read: {{ get: /things, records: data, key: id, pages: {pages} }}\n"
    );
    let server = Server::start(move |seen, _| answer(seen)).await;
    let connection = connect(&text, ConnectionSettings::default().with("url", &server.url));
    (server, connection)
}

async fn everything(connection: &Connection) -> Result<Vec<String>, String> {
    let (mut found, mut position) = (Vec::new(), None);
    loop {
        let request = ReadRequest { entity: "things".into(), filters: Vec::new(), ..read(position) };
        let page = connection.read(&request).await.map_err(|error| error.message)?;
        found.extend(page.records.iter().map(|record| record.value.get("id").unwrap().display()));
        if page.drained {
            return Ok(found);
        }
        position = Some(page.next);
    }
}

#[tokio::test]
async fn each_style_of_pages_ends_and_no_login_goes_to_another_host() {
    let cursor = |seen: &Seen| match seen.query.get("after") {
        None => reply(200, r#"{"data": [{"id": "a"}], "page": {"next": "x/y"}}"#),
        Some(after) => reply(200, format!(r#"{{"data": [{{"id": "{after}"}}], "page": {{"next": null}}}}"#)),
    };
    let (_server, things) = paged("{ cursor: after, next: page.next }", cursor).await;
    assert_eq!(everything(&things).await.unwrap(), ["a", "x/y"]);

    let offset = |seen: &Seen| match seen.query["at"].as_str() {
        "0" => reply(200, r#"{"data": [{"id": "a"}, {"id": "b"}]}"#),
        "2" => reply(200, r#"{"data": [{"id": "c"}]}"#),
        _ => reply(200, r#"{"data": []}"#),
    };
    let (_server, things) = paged("{ offset: at }", offset).await;
    assert_eq!(everything(&things).await.unwrap(), ["a", "b", "c"]);

    let link = |seen: &Seen| match seen.query.get("p") {
        None => Reply {
            headers: vec![("link", "</things?p=2>; rel=\"next\"".to_owned())],
            ..reply(200, r#"{"data": [{"id": "a"}]}"#)
        },
        Some(_) => reply(200, r#"{"data": [{"id": "b"}]}"#),
    };
    let (_server, things) = paged("link", link).await;
    assert_eq!(everything(&things).await.unwrap(), ["a", "b"]);

    let url = |seen: &Seen| match seen.query.get("p") {
        None => reply(200, r#"{"data": [{"id": "a"}], "next": "?p=2"}"#),
        Some(_) => reply(200, r#"{"data": [{"id": "b"}], "next": ""}"#),
    };
    let (_server, things) = paged("{ next_url: next }", url).await;
    assert_eq!(everything(&things).await.unwrap(), ["a", "b"]);

    let elsewhere = |_: &Seen| reply(200, r#"{"data": [], "next": "https://evil.example/things"}"#);
    let (_server, things) = paged("{ next_url: next }", elsewhere).await;
    let told = everything(&things).await.unwrap_err();
    assert!(told.contains("another host (evil.example)"), "{told}");

    let circle = |_: &Seen| reply(200, r#"{"data": [{"id": "a"}], "next": "?p=2"}"#);
    let (_server, things) = paged("{ next_url: next }", circle).await;
    assert!(everything(&things).await.unwrap_err().contains("leads to itself"));
}

#[tokio::test]
async fn several_are_found_in_one_call_and_what_is_not_there_is_null() {
    let server = Server::start(|seen: &Seen, _| {
        token(seen).unwrap_or_else(|| match (seen.path.as_str(), seen.query.get("ref").map(String::as_str)) {
            ("/v2/tickets", Some("a,b")) => {
                reply(200, r#"{"data": {"tickets": [{"id": 2, "ref": "b"}, {"id": 9, "ref": "ab"}]}}"#)
            }
            ("/v2/tickets", Some(_)) => reply(200, r#"{"data": {"tickets": []}}"#),
            ("/v2/tickets/7", None) => reply(200, r#"{"ticket": {"id": 7}}"#),
            _ => reply(404, r#"{"error": {"code": "none"}}"#),
        })
    })
    .await;
    let desk = desk(&server);
    let find = async |key: &str, values: &[Value]| {
        let request =
            Fetch { entity: "tickets".into(), key: key.into(), values: values.to_vec(), datasets: Vec::new() };
        desk.fetch(&request).await.unwrap().iter().map(json::to_string).collect::<Vec<_>>()
    };
    let texts = |all: &[&str]| all.iter().map(Value::text).collect::<Vec<_>>();
    assert_eq!(find("ref", &texts(&["b", "a", "c"])).await, [r#"{"id":2,"ref":"b"}"#, "null", "null"]);
    assert_eq!(find("id", &[Value::Int(7)]).await, [r#"{"id":7}"#]);
    assert_eq!(find("id", &[Value::Int(8)]).await, ["null"]);
}

#[tokio::test]
async fn a_write_whose_outcome_is_not_known_is_read_back_and_compared() {
    let there = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&there);
    let server = Server::start(move |seen: &Seen, _| {
        token(seen).unwrap_or_else(|| match seen.method.as_str() {
            "GET" => reply(200, format!(r#"{{"data": {{"tickets": [{}]}}}}"#, shown.lock().unwrap())),
            "POST" if shown.lock().unwrap().is_empty() => reply(201, r#"{"ticket": {"id": 1, "ref": "a"}}"#),
            "POST" => reply(409, r#"{"error": {"code": "exists", "text": "it is there"}}"#),
            _ => reply(404, "{}"),
        })
    })
    .await;
    let desk = desk(&server);
    let payload = r#"{"ref": "a", "state": "new", "amount": "1.50"}"#;
    let set = |text: &str| text.clone_into(&mut there.lock().unwrap());
    let posts = || server.seen().iter().filter(|seen| seen.path == "/v2/tickets" && seen.method == "POST").count();

    let made = desk.write(&write("create", payload, false)).await.unwrap();
    assert_eq!(json::to_string(&made.document), r#"{"id":1,"ref":"a"}"#);
    let sent = server.seen().pop().unwrap();
    assert_eq!(sent.body, r#"{"ticket":{"ref":"a","state":"new","amount":"1.50"}}"#);

    // It is there as it was to be: that is the answer, and nothing is sent.
    set(r#"{"id": 1, "ref": "a", "state": "new", "amount": 1.5, "more": true}"#);
    let again = desk.write(&write("create", payload, true)).await.unwrap();
    assert_eq!(again.document.get("id"), Some(&Value::Int(1)));
    assert_eq!(posts(), 1);
    // A first try that finds it there already is the same.
    assert!(desk.write(&write("create", payload, false)).await.is_ok());
    // With another content it is another one.
    set(r#"{"id": 1, "ref": "a", "state": "done", "amount": 1.5}"#);
    let error = desk.write(&write("create", payload, true)).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Conflict, Some("exists")));
    // What an earlier try has removed is removed.
    assert!(desk.write(&write("delete", r#"{"id": 5}"#, true)).await.is_ok());
    assert_eq!(desk.write(&write("delete", r#"{"id": 5}"#, false)).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_refusal_is_what_the_description_says() {
    let server = Server::start(|seen: &Seen, _| {
        token(seen).unwrap_or_else(|| match seen.path.as_str() {
            "/v2/tickets/1" => Reply {
                headers: vec![("x-request-id", "R-1".to_owned())],
                ..reply(422, r#"{"error": {"code": "bad", "text": "no", "fields": [{"name": "state", "why": "w", "text": "is old"}]}}"#)
            },
            "/v2/tickets/2" => reply(418, "tea"),
            "/v2/tickets/3" => reply(400, r#"{"error": {"code": "closed"}}"#),
            "/v2/tickets/4" => Reply { headers: vec![("retry-after", "7".to_owned())], ..reply(429, "") },
            "/v2/tickets/5" => reply(200, "{\"ticket\": 5}"),
            "/v2/tickets/6" => reply(204, ""),
            "/v2/tickets/7" => reply(200, "<html>"),
            _ => reply(200, "x".repeat(5 << 20)),
        })
    })
    .await;
    let desk = desk(&server);
    let patch =
        async |id: u32| desk.write(&write("update", &format!(r#"{{"id": {id}, "state": "open"}}"#), false)).await;
    let error = patch(1).await.unwrap_err();
    assert_eq!((error.kind, error.request_id.as_deref()), (ErrorKind::Rejected, Some("R-1")));
    assert_eq!(error.to_string(), "tickets refused tickets.update (status 422), bad: no; state: is old (request R-1)");
    assert_eq!(patch(2).await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(patch(3).await.unwrap_err().kind, ErrorKind::Conflict);
    assert_eq!(patch(4).await.unwrap_err().kind, ErrorKind::Throttled(Some(std::time::Duration::from_secs(7))));
    assert_eq!(patch(5).await.unwrap_err().kind, ErrorKind::Transient);
    assert_eq!(json::to_string(&patch(6).await.unwrap().document), r#"{"id":6,"state":"open"}"#);
    assert_eq!(patch(7).await.unwrap_err().kind, ErrorKind::Transient);
    let large = patch(8).await.unwrap_err();
    assert!(large.message.contains("more than 4 MiB"), "{large}");
}

#[tokio::test]
async fn each_login_stands_where_the_description_says_and_nowhere_in_words() {
    let shown = |seen: &Seen| {
        reply(200, format!(r#"{{"data": [{{"id": "{}|{}"}}]}}"#, seen.header("authorization"), seen.header("x-key")))
    };
    let server = Server::start(move |seen: &Seen, _| {
        if seen.query.get("k").is_some_and(|key| key == "s3cret") {
            reply(200, r#"{"data": [{"id": "query"}]}"#)
        } else {
            shown(seen)
        }
    })
    .await;
    let base = || ConnectionSettings::default().with("url", &server.url);
    let cases = [
        ("none", base(), "|"),
        ("basic", base().with("user", "me").with_secret("password", "s3cret"), "Basic bWU6czNjcmV0|"),
        ("bearer", base().with_secret("token", "s3cret"), "Bearer s3cret|"),
        ("{ api_key: { header: X-Key } }", base().with_secret("api_key", "s3cret"), "|s3cret"),
        ("{ api_key: { query: k } }", base().with_secret("api_key", "s3cret"), "query"),
    ];
    for (auth, settings, wanted) in cases {
        let text = format!(
            "summary: x\nauth: {auth}\nentities:\n  things:\n    record: {{ id: text }}\n    read: {{ get: /things, records: data, key: id }}\n"
        );
        let connection = connect(&text, settings);
        assert_eq!(everything(&connection).await.unwrap(), [wanted], "{auth}");
    }
}
