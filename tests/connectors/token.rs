//! Tokens: one login for many tasks, a fresh one where it is needed, and errors that tell what to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use flowrun::connectors::{ErrorKind, Fetch};
use flowrun::value::Value;

use super::server::{Server, amazon, clock, failed, reply, token};

const LOGIN: &str = "/auth/o2/token";

fn one(id: &str) -> Fetch {
    let values = vec![Value::text(id)];
    Fetch { entity: "orders".into(), key: "orderId".into(), values, datasets: vec![] }
}

fn order(path: &str) -> super::server::Reply {
    let id = path.rsplit('/').next().unwrap();
    reply(200, format!(r#"{{"order":{{"orderId":"{id}"}}}}"#))
}

#[tokio::test]
async fn fifty_calls_at_once_log_in_once() {
    let server = Server::start(|seen, _| if seen.path == LOGIN { token().slow(50) } else { order(&seen.path) }).await;
    let amazon = amazon(&server.url, &clock());
    let calls = (0..50).map(|n| {
        let amazon = Arc::clone(&amazon);
        tokio::spawn(async move { amazon.fetch(&one(&format!("1-{n}"))).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(!call.await.unwrap().unwrap()[0].is_null());
    }
    let logins = server.to(LOGIN);
    assert_eq!(logins.len(), 1);
    assert_eq!(
        logins[0].body,
        "grant_type=refresh_token&refresh_token=Atzr%7Crefresh&client_id=app-id&client_secret=very-secret"
    );
    assert_eq!(logins[0].header("content-type"), "application/x-www-form-urlencoded");
    let call = server.seen().into_iter().find(|seen| seen.path != LOGIN).unwrap();
    assert_eq!(call.header("x-amz-access-token"), "Atza|one");
    let agent = call.header("user-agent");
    assert!(agent.starts_with("flowrun/0.1.0 (Language=Rust/") && agent.len() <= 500, "{agent}");
}

#[tokio::test]
async fn a_login_that_is_out_of_order_is_asked_once_by_all_who_wait() {
    let server = Server::start(|_, _| reply(503, "").slow(50)).await;
    let amazon = amazon(&server.url, &clock());
    let calls = (0..20).map(|_| {
        let amazon = Arc::clone(&amazon);
        tokio::spawn(async move { amazon.fetch(&one("1-1")).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(failed(call.await.unwrap()).kind, ErrorKind::Transient);
    }
    assert_eq!(server.to(LOGIN).len(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_when_it_is_refused() {
    let version = Arc::new(AtomicU32::new(0));
    let valid = Arc::clone(&version);
    let server = Server::start(move |seen, _| {
        if seen.path == LOGIN {
            let number = version.fetch_add(1, Ordering::SeqCst) + 1;
            return reply(200, format!(r#"{{"access_token":"Atza|{number}","expires_in":3600}}"#));
        }
        if seen.header("x-amz-access-token") == format!("Atza|{}", valid.load(Ordering::SeqCst)) {
            order(&seen.path)
        } else {
            reply(403, r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#)
        }
    })
    .await;
    let clock = clock();
    let amazon = amazon(&server.url, &clock);
    amazon.fetch(&one("1-1")).await.unwrap();
    clock.advance(Duration::from_secs(3539));
    amazon.fetch(&one("1-1")).await.unwrap();
    assert_eq!(server.to(LOGIN).len(), 1, "one second is left of the time in which it is used");
    clock.advance(Duration::from_secs(2));
    amazon.fetch(&one("1-1")).await.unwrap();
    assert_eq!(server.to(LOGIN).len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_then_it_is_the_login() {
    let server = Server::start(|seen, before| match seen.path.as_str() {
        LOGIN => reply(200, format!(r#"{{"access_token":"Atza|{before}","expires_in":3600}}"#)),
        "/orders/2026-01-01/orders/1-1" if seen.header("x-amz-access-token") == "Atza|0" => reply(403, "{}"),
        "/orders/2026-01-01/orders/1-1" => order(&seen.path),
        _ => reply(403, r#"{"errors":[{"code":"Unauthorized","message":"denied"}]}"#).with("x-amzn-RequestId", "r-1"),
    })
    .await;
    let amazon = amazon(&server.url, &clock());
    amazon.fetch(&one("1-1")).await.unwrap();
    assert_eq!(server.to(LOGIN).len(), 2);
    let error = failed(amazon.fetch(&one("1-2")).await);
    assert_eq!(error.kind, ErrorKind::Auth);
    assert_eq!(
        (error.status, error.code.as_deref(), error.request_id.as_deref()),
        (Some(403), Some("Unauthorized"), Some("r-1"))
    );
    assert!(error.message.contains("role"), "{error}");
    assert_eq!(server.to("/orders/2026-01-01/orders/1-2").len(), 2, "tried with a fresh token, once");
}

#[tokio::test]
async fn every_refusal_of_the_login_tells_what_to_do_and_no_secret() {
    let cases = [
        (
            401,
            r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#,
            ErrorKind::Auth,
            "client_secret",
        ),
        (
            403,
            r#"{"error":"access_denied","error_description":"The LWA secret token you provided has expired"}"#,
            ErrorKind::Auth,
            "rotate",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"The request has an invalid grant parameter : refresh_token"}"#,
            ErrorKind::Auth,
            "authorise the application again",
        ),
        (
            400,
            r#"{"error":"unauthorized_client","error_description":"Not authorized for requested operation"}"#,
            ErrorKind::Auth,
            "roles",
        ),
        (400, r#"{"error":"invalid_scope"}"#, ErrorKind::Bug, "form of the request"),
        (500, r#"{"error":"server_error"}"#, ErrorKind::Transient, "out of order"),
        (429, "", ErrorKind::Throttled(None), "slower"),
        (404, "<html>", ErrorKind::Bug, "token_endpoint"),
        (200, "<html>", ErrorKind::Transient, "not a token"),
        (200, r#"{"access_token":""}"#, ErrorKind::Transient, "not a token"),
    ];
    for (status, body, kind, words) in cases {
        let server = Server::start(move |_, _| reply(status, body)).await;
        let error = failed(amazon(&server.url, &clock()).fetch(&one("1-1")).await);
        assert_eq!(error.kind, kind, "{body}: {error}");
        assert!(error.message.contains(words), "{body}: {error}");
        assert!(!format!("{error:?}").contains("very-secret") && !format!("{error:?}").contains("Atzr"));
    }
}
