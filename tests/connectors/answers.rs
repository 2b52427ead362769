//! Everything that can come back instead of an answer, as the engine is told of it.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use flowrun::connectors::{ConnectorError, ErrorKind, Fetch, open};
use flowrun::value::Value;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::server::{Server, amazon_settings, clock, deps, failed, raw, reply, tims_settings};

fn item() -> Fetch {
    Fetch { entity: "items".into(), key: "sku".into(), values: vec![Value::text("A")], datasets: vec![] }
}

async fn tims_fails(url: &str) -> ConnectorError {
    let settings = tims_settings(url).with("timeout", "2s");
    failed(open("tims", &settings, &deps(&clock())).unwrap().fetch(&item()).await)
}

#[tokio::test]
async fn every_status_has_its_kind() {
    let cases = [
        (400, ErrorKind::Rejected),
        (401, ErrorKind::Auth),
        (403, ErrorKind::Auth),
        (404, ErrorKind::NotFound),
        (408, ErrorKind::Transient),
        (409, ErrorKind::Conflict),
        (412, ErrorKind::Conflict),
        (413, ErrorKind::Rejected),
        (422, ErrorKind::Rejected),
        (423, ErrorKind::Conflict),
        (425, ErrorKind::Transient),
        (429, ErrorKind::Throttled(None)),
        (500, ErrorKind::Transient),
        (502, ErrorKind::Transient),
        (503, ErrorKind::Transient),
        (504, ErrorKind::Transient),
    ];
    for (status, kind) in cases {
        let server = Server::start(move |_, _| reply(status, "<html>not JSON</html>")).await;
        let error = tims_fails(&server.url).await;
        assert_eq!((error.kind, error.status), (kind, Some(status)), "{error}");
        assert_eq!(server.seen().len(), 1, "one call is one attempt");
    }
}

#[tokio::test]
async fn amazon_is_told_apart_by_status_alone() {
    let quota =
        r#"{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota for the requested resource."}]}"#;
    let cases = [
        (429, quota, ErrorKind::Throttled(None), Some("QuotaExceeded")),
        (
            400,
            r#"{"errors":[{"code":"BAD_REQUEST","message":"m","details":"d"}]}"#,
            ErrorKind::Rejected,
            Some("BAD_REQUEST"),
        ),
        (400, r#"{"errors":[{"code":"InvalidInput","message":null}]}"#, ErrorKind::Rejected, Some("InvalidInput")),
        (503, "<html>", ErrorKind::Transient, None),
        (413, "", ErrorKind::Rejected, None),
        (200, "<html>a proxy's page</html>", ErrorKind::Transient, None),
        (200, r#"{"order":null}"#, ErrorKind::Transient, None),
    ];
    for (status, body, kind, code) in cases {
        let server =
            Server::start(
                move |seen, _| {
                    if seen.path.starts_with("/auth") { super::server::token() } else { reply(status, body) }
                },
            )
            .await;
        let amazon = open("amazon", &amazon_settings(&server.url), &deps(&clock())).unwrap();
        let fetch =
            Fetch { entity: "orders".into(), key: "orderId".into(), values: vec![Value::text("1")], datasets: vec![] };
        let error = failed(amazon.fetch(&fetch).await);
        assert_eq!((error.kind, error.code.as_deref()), (kind, code), "{error}");
        let refused = amazon.usage().iter().map(|usage| usage.refused).sum::<u64>();
        assert_eq!(refused, u64::from(status == 429));
    }
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    for text in ["90", "Fri, 20 Nov 2026 12:01:30 GMT"] {
        let server = Server::start(move |_, _| reply(429, "").with("retry-after", text)).await;
        assert_eq!(tims_fails(&server.url).await.kind, ErrorKind::Throttled(Some(Duration::from_secs(90))));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_may_have_been_acted_on() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"data\":[".to_vec();
    for (bytes, reset) in
        [(cut, false), (Vec::new(), false), (Vec::new(), true), (b"\x00\x01garbage\r\n\r\n".to_vec(), false)]
    {
        let error = tims_fails(&raw(bytes, reset)).await;
        assert_eq!(error.kind, ErrorKind::Transient, "{error}");
        assert!(error.message.contains("broke before the answer"), "{error}");
    }
    let garbage = Server::start(|_, _| reply(200, "<html>login</html>")).await;
    assert_eq!(tims_fails(&garbage.url).await.kind, ErrorKind::Transient);
    let huge = Server::start(|_, _| reply(200, "x".repeat(33 * 1024 * 1024))).await;
    let error = tims_fails(&huge.url).await;
    assert!(error.kind == ErrorKind::Transient && error.message.contains("32 MiB"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_with_its_host_and_cause() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = tims_fails(&format!("http://{nobody}")).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains(&nobody.to_string()) && error.message.contains("nothing listens"), "{error}");

    let slow = Server::start(|_, _| reply(200, "{}").slow(60_000)).await;
    let settings = tims_settings(&slow.url).with("timeout", "50ms");
    let error = failed(open("tims", &settings, &deps(&clock())).unwrap().fetch(&item()).await);
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("did not answer within 50ms"), "{error}");

    let error = tims_fails("https://no-such-host.invalid").await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("no-such-host.invalid") && error.message.contains("DNS"), "{error}");

    let plain = Server::start(|_, _| reply(200, "{}")).await;
    let error = tims_fails(&plain.url.replace("http:", "https:")).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("TLS"), "{error}");
}

fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/connectors").join(name)
}

/// A server with a certificate that nobody has signed, which answers every request with an empty list.
fn self_signed() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(fixture("selfsigned.crt.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("selfsigned.key.pem")).unwrap();
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::StreamOwned::new(session, stream.unwrap());
            let mut some = [0_u8; 4096];
            if tls.read(&mut some).is_ok() {
                let _ =
                    tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"data\":[]}");
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_only_when_it_is_named() {
    let url = self_signed();
    let error = tims_fails(&url).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("certificate of localhost is not trusted"), "{error}");
    assert!(error.message.contains("set ca_file"), "{error}");

    let path = fixture("selfsigned.crt.pem");
    let settings = tims_settings(&url).with("ca_file", path.to_str().unwrap());
    let found = open("tims", &settings, &deps(&clock())).unwrap().fetch(&item()).await.unwrap();
    assert_eq!(found, [Value::Null]);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let other = Server::start(|_, _| reply(200, r#"{"data":[]}"#)).await;
    let target = other.url.clone();
    let server = Server::start(move |_, _| reply(302, "").with("location", format!("{target}/api/v1/items"))).await;
    let error = tims_fails(&server.url).await;
    assert_eq!(error.kind, ErrorKind::Bug);
    assert!(other.seen().is_empty(), "the key must not travel");
    let home = Server::start(|seen, _| match seen.path.as_str() {
        "/api/v1/items" => reply(301, "").with("location", "/api/v2/items"),
        _ => reply(200, r#"{"data":[{"sku":"A","id":"I-1"}]}"#),
    })
    .await;
    let found = open("tims", &tims_settings(&home.url), &deps(&clock())).unwrap().fetch(&item()).await.unwrap();
    assert_eq!(found[0].get("id").and_then(Value::as_text), Some("I-1"));
}
