//! Files as a system: what is read of a folder, what is written to it, and that nothing leads out of it.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use flowrun::connectors::{
    Connection, ConnectionSettings, ConnectorError, ErrorKind, Filter, ReadRequest, WriteRequest, open,
};
use flowrun::value::{Value, json};

use super::server::{clock, deps};

fn files(folder: &Path) -> Connection {
    let settings = ConnectionSettings::default().with("folder", folder.display().to_string());
    open("files", &settings, &deps(&clock())).unwrap()
}

fn request(entity: &str, filters: &[(&str, &str)], position: Option<&str>) -> ReadRequest {
    let filter = |(name, value): &(&str, &str)| Filter { name: (*name).to_owned(), values: vec![Value::text(value)] };
    ReadRequest {
        entity: entity.to_owned(),
        position: position.map(str::to_owned),
        since: jiff::Timestamp::UNIX_EPOCH,
        filters: filters.iter().map(filter).collect(),
        datasets: Vec::new(),
        fields: Vec::new(),
    }
}

/// All records from a position on, and where that ends.
async fn read(
    files: &Connection,
    entity: &str,
    filters: &[(&str, &str)],
    from: Option<&str>,
) -> Result<(Vec<String>, String), ConnectorError> {
    let (mut records, mut position) = (Vec::new(), from.map(str::to_owned));
    loop {
        let page = files.read(&request(entity, filters, position.as_deref())).await?;
        records.extend(page.records.iter().map(|record| json::to_string(&record.value)));
        if page.drained {
            return Ok((records, page.next));
        }
        position = Some(page.next);
    }
}

async fn write(files: &Connection, entity: &str, verb: &str, payload: &str) -> Result<String, ConnectorError> {
    let request = WriteRequest {
        entity: entity.to_owned(),
        verb: verb.to_owned(),
        payload: json::parse(payload.as_bytes()).unwrap(),
        idempotency_key: "key".to_owned(),
        repeat: false,
    };
    files.write(&request).await.map(|answer| json::to_string(&answer.document))
}

/// Writes a file that nobody has touched for a minute.
fn put(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

#[tokio::test]
async fn each_format_is_read_and_a_file_only_once() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    put(&at("in/1.csv"), b"sku,n\nA,1\n\"B,\"\"x\",2\n");
    put(&at("in/2.tsv"), b"sku\tn\nC\t3\n");
    put(&at("in/3.json"), br#"{"data": [{"sku": "D", "n": 4}]}"#);
    put(&at("in/4.ndjson"), b"{\"sku\":\"E\",\"n\":5.50}\n");
    put(&at("in/5.xml"), b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><o><i n=\"6\"><sku>\xc4</sku></i></o>");
    let files = files(directory.path());
    let rows = |name: &'static str| [("file", name)];
    let (csv, next) = read(&files, "rows", &rows("in/*.csv"), None).await.unwrap();
    assert_eq!(
        csv,
        [r#"{"row":1,"sku":"A","n":"1","file":"in/1.csv"}"#, r#"{"row":2,"sku":"B,\"x","n":"2","file":"in/1.csv"}"#]
    );
    let (tsv, _) = read(&files, "rows", &rows("in/2.tsv"), None).await.unwrap();
    assert_eq!(tsv, [r#"{"row":1,"sku":"C","n":"3","file":"in/2.tsv"}"#]);
    let (document, _) =
        read(&files, "records", &[("file", "in/*.json"), ("records", "$.data[*]")], None).await.unwrap();
    assert_eq!(document, [r#"{"file":"in/3.json","row":1,"sku":"D","n":4}"#]);
    let (lines, _) = read(&files, "records", &rows("in/4.ndjson"), None).await.unwrap();
    assert_eq!(lines, [r#"{"file":"in/4.ndjson","row":1,"sku":"E","n":5.50}"#]);
    let (xml, _) = read(&files, "records", &[("file", "in/5.xml"), ("records", "o/i")], None).await.unwrap();
    assert_eq!(xml, [r#"{"file":"in/5.xml","row":1,"@n":"6","sku":"Ä"}"#]);

    // The next run finds nothing new, then a new file, then a new content under an old name; a copy is nothing new.
    let (again, next) = read(&files, "rows", &rows("in/*.csv"), Some(&next)).await.unwrap();
    assert!(again.is_empty());
    put(&at("in/6.csv"), b"sku,n\nF,6\n");
    put(&at("in/7.csv"), b"sku,n\nA,1\n\"B,\"\"x\",2\n");
    let (new, next) = read(&files, "rows", &rows("in/*.csv"), Some(&next)).await.unwrap();
    assert_eq!(new, [r#"{"row":1,"sku":"F","n":"6","file":"in/6.csv"}"#]);
    put(&at("in/1.csv"), b"sku,n\nG,7\n");
    let (changed, next) = read(&files, "rows", &rows("in/*.csv"), Some(&next)).await.unwrap();
    assert_eq!(changed, [r#"{"row":1,"sku":"G","n":"7","file":"in/1.csv"}"#]);
    fs::write(at("in/8.csv"), "sku,n\nH,8\n").unwrap();
    let (busy, _) = read(&files, "rows", &rows("in/*.csv"), Some(&next)).await.unwrap();
    assert!(busy.is_empty(), "somebody may still be writing it");
}

#[tokio::test]
async fn a_large_file_is_read_in_pages_and_taken_up_again_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let lines: String = (0..2500).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    put(&directory.path().join("big.ndjson"), lines.as_bytes());
    let first = files(directory.path()).read(&request("records", &[("file", "big.ndjson")], None)).await.unwrap();
    assert_eq!((first.records.len(), first.drained), (1000, false));
    // Another process goes on.
    let (rest, _) =
        read(&files(directory.path()), "records", &[("file", "big.ndjson")], Some(&first.next)).await.unwrap();
    assert_eq!(rest.len(), 1500);
    assert_eq!(rest[0], r#"{"file":"big.ndjson","row":1001,"n":1000}"#);
    // The file is another one meanwhile: it is read from its beginning.
    put(&directory.path().join("big.ndjson"), b"{\"n\":-1}\n");
    let (other, _) =
        read(&files(directory.path()), "records", &[("file", "big.ndjson")], Some(&first.next)).await.unwrap();
    assert_eq!(other, [r#"{"file":"big.ndjson","row":1,"n":-1}"#]);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_with_file_line_and_column() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let files = files(directory.path());
    let wrong = async |entity, filters: &[(&str, &str)]| read(&files, entity, filters, None).await.unwrap_err().message;
    put(&at("a.csv"), b"a,b\n1,2\n\n\"x\ny\",2\n1,2,3\n");
    let told = wrong("rows", &[("file", "a.csv")]).await;
    assert!(told.contains("a.csv:6: row 3 has 3 cells"), "{told}");
    put(&at("a.json"), b"[\n {\"a\": 1},\n {\"a\": }\n]");
    let told = wrong("records", &[("file", "a.json")]).await;
    assert!(told.contains("a.json:3:8: "), "{told}");
    put(&at("b.json"), b"[1]");
    assert!(wrong("records", &[("file", "b.json")]).await.contains("record 1 is int, and not an object"));
    for (file, what) in [
        ("../x.csv", "within its folder"),
        ("/etc/*.conf", "within its folder"),
        ("*/x.csv", "only the name of a file"),
        ("a.xyz", "no such file"),
    ] {
        let told = wrong("rows", &[("file", file)]).await;
        assert!(told.to_lowercase().contains(what), "{file}: {told}");
    }
    assert!(wrong("rows", &[("file", "a.json")]).await.contains("files.rows reads .csv and .tsv"));
    assert!(wrong("rows", &[("file", "a.csv"), ("charset", "klingon")]).await.contains("no charset"));
}

#[tokio::test]
async fn each_format_is_written_whole() {
    let directory = tempfile::tempdir().unwrap();
    let files = files(directory.path());
    let text = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    let done = write(&files, "documents", "upsert", r#"{"path": "o/1.json", "content": {"n": 1.10}}"#).await.unwrap();
    assert_eq!(done, r#"{"path":"o/1.json","written":true}"#);
    assert_eq!(text("o/1.json"), "{\n  \"n\": 1.10\n}\n");
    let same = write(&files, "documents", "upsert", r#"{"path": "o/1.json", "content": {"n": 1.10}}"#).await.unwrap();
    assert_eq!(same, r#"{"path":"o/1.json","written":false}"#);
    let table = r#"{"path": "t.csv", "columns": ["b", "a"], "content": [{"a": "x,y", "b": null}]}"#;
    write(&files, "documents", "upsert", table).await.unwrap();
    assert_eq!(text("t.csv"), "b,a\n,\"x,y\"\n");
    write(&files, "documents", "upsert", r#"{"path": "x.xml", "content": {"o": {"@id": 1, "n": [2, 3]}}}"#)
        .await
        .unwrap();
    assert!(text("x.xml").ends_with("<o id=\"1\"><n>2</n><n>3</n></o>\n"));
    write(&files, "documents", "upsert", r#"{"path": "n.txt", "content": "hello\n"}"#).await.unwrap();
    assert_eq!(text("n.txt"), "hello\n");
    write(&files, "documents", "delete", r#"{"path": "n.txt"}"#).await.unwrap();
    assert!(!directory.path().join("n.txt").exists());
    write(&files, "lines", "create", r#"{"path": "l.ndjson", "row": {"n": 1}}"#).await.unwrap();
    let again = write(&files, "lines", "create", r#"{"path": "l.ndjson", "row": {"n": 1}}"#).await.unwrap();
    assert_eq!((again.as_str(), text("l.ndjson").as_str()), (r#"{"path":"l.ndjson","written":false}"#, "{\"n\":1}\n"));

    for path in ["../x.json", "/x.json", "a/../../x.json", ".x.json", ""] {
        let payload = format!(r#"{{"path": "{path}", "content": 1}}"#);
        let error = write(&files, "documents", "upsert", &payload).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Rejected, "{path}: {error}");
    }
    let tabs = r#"{"path": "t.tsv", "content": [{"a": "x\ty"}]}"#;
    assert!(write(&files, "documents", "upsert", tabs).await.unwrap_err().message.contains("`a` has a tab"));
}
