//! What must hold for any bytes at all. The fuzz targets (tests/fuzz) and the tests that replay what they found and that
//! make up their own input (tests/properties.rs) come here, so that both mean the same by "right".
#![allow(dead_code, reason = "each user takes its part")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use flowrun::catalog::Catalog;
use flowrun::diag::{Source, text};
use flowrun::lang::{self, Compiled, Environment, FilesInMemory, format::format};
use flowrun::plan::eval::{Answer, Frame, Lookups, MAX_ITEMS, evaluate};
use flowrun::plan::{Next, Plan};
use flowrun::rehearse::{Mocks, rehearse};
use flowrun::value::query::{MAX_WORK, Query};
use flowrun::value::{Value, json};
use flowrun::{connectors, functions};

/// A name, and what is done with any bytes.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// A target by its name.
pub(crate) const TARGETS: [Target; 5] =
    [("compile", compile), ("evaluate", evaluate_one), ("tables", tables), ("json", read_json), ("query", query)];

pub(crate) static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog { functions: functions::all(), connectors: connectors::specs() });

/// What every flow here begins with.
pub(crate) const HEAD: &str = "flow example\nsource amazon.orders { on every 15m }\nkey $.orderId\n";
/// What every flow here ends with.
pub(crate) const TAIL: &str = "\ntarget tims.sales_orders as tail call release { id = \"1\" }\n";

pub(crate) fn anywhere() -> Environment {
    Environment { name: None, buyer_data_allowed: true, buyer_data_masked: false, parameters: BTreeMap::new() }
}

pub(crate) fn compiled(text: &str, files: &FilesInMemory) -> (Source, Compiled) {
    let source = Source::new("example.flow", text);
    let compiled = lang::compile(&source, &CATALOG, files, &anywhere());
    (source, compiled)
}

/// A plan without the places in it, so that two layouts of one flow can be compared.
pub(crate) fn meaning(plan: &Plan) -> String {
    let lookups: Vec<&str> = plan.lookups.iter().map(|lookup| lookup.name.as_str()).collect();
    let told = format!(
        "{}\n{:?}\n{:?}\n{lookups:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        plan.flow,
        plan.source,
        plan.key,
        plan.params,
        plan.steps,
        plan.targets,
        plan.retry,
        plan.alerts,
        plan.tests,
        plan.facts
    );
    let mut out = String::with_capacity(told.len());
    let mut parts = told.split("Span { start: ");
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}

/// Laying a flow out changes nothing that means anything, and doing it twice changes nothing more.
pub(crate) fn layout(text: &str, before: &Compiled) {
    let once = format(text);
    assert_eq!(once, format(&once), "formatting twice is not formatting once");
    let Some(plan) = &before.plan else { return };
    let (_, after) = compiled(&once, &FilesInMemory::default());
    let Some(again) = &after.plan else { panic!("laid out, it no longer compiles: {:#?}\n{once}", after.diagnostics) };
    assert_eq!(meaning(plan), meaning(again), "laid out, it means something else:\n{once}");
}

/// The compiler, the formatter and what shows findings, on any text.
fn compile(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for text in [text.to_string(), format!("{HEAD}{text}{TAIL}")] {
        let (source, compiled) = compiled(&text, &FilesInMemory::default());
        // A file without `flow` may be one that others use: it is checked and has no plan.
        let whole = text.starts_with(HEAD) || compiled.plan.is_some();
        assert!(!whole || compiled.plan.is_some() != compiled.failed(), "no plan and no error, or both");
        for found in &compiled.diagnostics {
            let (start, end) = (found.span.start as usize, found.span.end as usize);
            assert!(start <= end && end <= text.len(), "{found:?} is outside the text");
            assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{found:?} cuts a character");
        }
        let _ = text::render(&source, &compiled.diagnostics, false);
        layout(&text, &compiled);
        if let Some(plan) = &compiled.plan {
            run(plan, json::parse(RECORD.as_bytes()).unwrap_or_default());
        }
    }
}

/// A record with something of everything.
pub(crate) const RECORD: &str = r#"{"orderId": "1", "createdTime": "2026-01-31T10:00:00Z", "lastUpdatedTime": "2026-01-31T10:00:00Z",
    "salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1PA6795UKMFR9"}, "fulfillment": {"fulfillmentStatus": "SHIPPED"},
    "buyer": {"buyerEmail": "ann@example.com", "buyerName": "Ann Lee"}, "proceeds": {"grandTotal": {"amount": "10.00", "currencyCode": "EUR"}},
    "orderItems": [{"orderItemId": "1", "quantityOrdered": 2, "product": {"sellerSku": "A", "price": {"unitPrice": {"amount": "5.00", "currencyCode": "EUR"}}}}]}"#;

/// Takes a record through a plan.
pub(crate) fn run(plan: &Plan, record: Value) -> (Vec<String>, String) {
    let params: Vec<Value> = plan.params.iter().map(|param| param.default.clone().unwrap_or_default()).collect();
    let done = rehearse(plan, record, Arc::from(params), &Mocks::default());
    let writes = done.writes.iter().map(|write| json::to_string(&write.payload)).collect();
    let end = match done.end {
        Next::Rejected(error) => format!("{} {}", error.code.name(), error.message),
        Next::Skipped { reason, .. } => format!("skipped {reason:?}"),
        _ => "finished".to_owned(),
    };
    (writes, end)
}

struct NoLookups;

impl Lookups for NoLookups {
    fn find(&self, _: usize, _: &[Value]) -> Answer {
        Answer::Missing
    }

    fn name(&self, _: usize) -> String {
        String::new()
    }
}

/// The value of an expression over a document, or the code of the error.
pub(crate) fn value(expression: &str, document: &Value) -> Option<Result<Value, String>> {
    let (node, slots) = lang::expression(expression, &CATALOG).ok()?;
    let mut frame = Frame::new(document.clone(), Arc::from([]), slots);
    Some(evaluate(&node, &mut frame, &NoLookups).map_err(|error| format!("{} {}", error.code.name(), error.message)))
}

/// The first line is an expression, the rest its document.
fn evaluate_one(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (expression, document) = text.split_once('\n').unwrap_or((&text, "null"));
    let document = json::parse(document.as_bytes()).unwrap_or_default();
    let Some(first) = value(expression, &document) else { return };
    assert_eq!(Some(&first), value(expression, &document).as_ref(), "the same, worked out twice, differs");
    if let Ok(value) = first {
        let written = json::to_string(&value);
        let read = json::parse(written.as_bytes());
        // What is worked out may nest deeper than what is read.
        assert!(read.is_ok() || written.contains("[[[[") || written.len() > 1 << 16, "{written} cannot be read back");
    }
}

/// An expression, with its document, as the fuzzer would hand it over.
pub(crate) fn wellformed_or_not(expression: &str, document: &Value) {
    evaluate_one(format!("{}\n{}", expression.replace('\n', " "), json::to_string(document)).as_bytes());
}

/// The first line says what kind of file a table is; what is in it is anything.
fn tables(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, content) = bytes.split_at(end);
    let name = match head.first().map(|byte| byte % 4) {
        Some(0) => "table.yaml",
        Some(1) => "table.json",
        Some(2) => "table.yml",
        _ => "table.csv",
    };
    let files = FilesInMemory(BTreeMap::from([(name.to_owned(), content.to_vec())]));
    let text = format!(
        "{HEAD}lookup a = table {name:?} by b give c\nlookup d = table {name:?} by b, c give e else null\nlet f = a[$.orderId] catch null\nlet g = d[$.orderId, \"x\"]\ntest \"rows\" for row in table {name:?} {{ given {{ orderId = \"1\" }} expect no target tail }}{TAIL}"
    );
    let (source, compiled) = compiled(&text, &files);
    let _ = text::render(&source, &compiled.diagnostics, false);
    if let Some(plan) = &compiled.plan {
        run(plan, json::parse(RECORD.as_bytes()).unwrap_or_default());
    }
}

/// JSON: what is read is written and read again as it was.
fn read_json(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    for written in [json::to_string(&value), json::to_string_pretty(&value)] {
        assert_eq!(json::parse(written.as_bytes()).as_ref(), Ok(&value), "{written}");
    }
}

/// The first line is a query, the rest its document.
fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (query, document) = text.split_once('\n').unwrap_or((&text, "null"));
    let Ok(query) = Query::parse(query) else { return };
    let document = json::parse(document.as_bytes()).unwrap_or_default();
    let _ = query.run(&document, MAX_ITEMS, &mut MAX_WORK.clone());
}

/// Runs a target by its name.
pub(crate) fn target(name: &str, bytes: &[u8]) {
    for (_, run) in TARGETS.iter().filter(|(target, _)| *target == name) {
        run(bytes);
    }
}
