//! The remote in memory does what the engine's tests rely on.

use flowrun::connectors::memory::{Fault, MemoryConnector};
use flowrun::connectors::{Connector, ConnectorError, ErrorKind, ReadRequest, WriteRequest};

use super::server::value;

fn write(verb: &str, key: &str) -> WriteRequest {
    let payload = value(r#"{"id":"a"}"#);
    WriteRequest { entity: "things".into(), verb: verb.into(), payload, idempotency_key: key.into(), repeat: false }
}

#[tokio::test]
async fn a_fault_after_the_write_leaves_one_document_and_the_key_finds_it() {
    let memory = MemoryConnector::new();
    let cut = ConnectorError::new(ErrorKind::Unreachable, "cut");
    memory.fail_writes([Fault::Fail(cut.clone()), Fault::CommitThenFail(cut.clone())]);
    assert_eq!(memory.write(&write("create", "k")).await, Err(cut.clone()));
    assert!(memory.documents().is_empty());
    assert_eq!(memory.write(&write("create", "k")).await, Err(cut));
    assert_eq!(memory.commits(), 1);
    memory.write(&write("create", "k")).await.unwrap();
    assert_eq!((memory.commits(), memory.calls().len()), (1, 3));
    assert_eq!(memory.write(&write("create", "other")).await.unwrap_err().kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn pages_come_in_order_until_it_is_drained() {
    let memory = MemoryConnector::new();
    memory.push_page(vec![value(r#"{"id":"a"}"#)]);
    memory.push_page(vec![value(r#"{"id":"b"}"#)]);
    let mut request = ReadRequest {
        entity: "things".into(),
        position: None,
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
        filters: vec![],
        datasets: vec![],
        fields: Vec::new(),
    };
    let first = memory.read(&request).await.unwrap();
    assert!(!first.drained);
    request.position = Some(first.next);
    let second = memory.read(&request).await.unwrap();
    assert!(second.drained && second.records.len() == 1);
    request.position = Some(second.next);
    let end = memory.read(&request).await.unwrap();
    assert!(end.drained && end.records.is_empty());
}
