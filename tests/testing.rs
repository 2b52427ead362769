//! `flowrun test` with the real program: table tests, golden files, refusing targets, reports, and coverage that is true.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const HEAD: &str = "flow small\nsource amazon.orders { on every 15m }\nkey $.orderId\n";

struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program where `CI` is set or not, whatever it is where this test runs.
fn run_in(directory: &Path, args: &[&str], ci: Option<&str>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowrun"));
    command.arg("test").args(args).current_dir(directory).env_remove("CI");
    if let Some(ci) = ci {
        command.env("CI", ci);
    }
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(directory: &Path, args: &[&str]) -> Said {
    run_in(directory, args, None)
}

fn place(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

/// A flow with its usual head.
fn flow(body: &str) -> String {
    format!("{HEAD}{body}")
}

const STATUS: &str = "lookup status_of = table \"status.csv\" by amazon give tims else \"draft\"\nlet status = status_of[$.fulfillment.fulfillmentStatus? ?? \"NONE\"]\nskip when status == \"cancelled\" because \"it is {{ status }}\"\ntarget tims.customers as account upsert { external_ref = $.orderId, company_name = \"Retail {{ status }}\" }\n";
const ROWS: &str = "amazon,tims\n# kept by sales\nUNSHIPPED,confirmed\nSHIPPED,closed\nCANCELLED,cancelled\n";

#[test]
fn each_row_is_a_case_with_its_own_name_and_line() {
    let text = flow(&format!(
        "{STATUS}test \"{{{{ row.amazon }}}} becomes {{{{ row.tims }}}}\" for row in [\n  {{ amazon = \"UNSHIPPED\", tims = \"confirmed\" }},\n  {{ amazon = \"LATE\", tims = \"open\" }},\n] {{\n  given {{ orderId = \"1\", fulfillment = {{ fulfillmentStatus = row.amazon }} }}\n  expect status == row.tims\n  expect target account {{ external_ref = \"1\", company_name = \"Retail {{{{ row.tims }}}}\" }}\n}}\n\
         test \"from the file: {{{{ row.amazon }}}}\" for row in table \"rows.csv\" {{\n  given file \"orders/{{{{ row.file }}}}.json\"\n  expect skip \"it is {{{{ row.tims }}}}\"\n}}\n"
    ));
    let rows = "amazon,tims,file\nCANCELLED,cancelled,gone\nSHIPPED,closed,sent\n";
    let order =
        |status: &str| format!("{{\"orderId\": \"1\", \"fulfillment\": {{\"fulfillmentStatus\": \"{status}\"}}}}");
    let directory = place(&[
        ("small.flow", &text),
        ("status.csv", ROWS),
        ("rows.csv", rows),
        ("orders/gone.json", &order("CANCELLED")),
        ("orders/sent.json", &order("SHIPPED")),
    ]);
    let said = run(directory.path(), &["--format", "json"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&str, &str, u64, bool)> = lines
        .iter()
        .filter(|line| line["test"].is_string())
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap();
            (text("test"), text("file"), line["line"].as_u64().unwrap(), line["passed"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("UNSHIPPED becomes confirmed", "small.flow", 9, true),
            ("LATE becomes open", "small.flow", 10, false),
            ("from the file: CANCELLED", "rows.csv", 2, true),
            ("from the file: SHIPPED", "rows.csv", 3, false),
        ]
    );
    // The row is told with what fails, and so is the field.
    assert_eq!(lines[1]["failures"][0]["message"], "this does not hold (left \"draft\", right \"open\")");
    let field = &lines[1]["failures"][1]["fields"][0];
    assert_eq!(
        (&field["field"], &field["expected"], &field["got"], &field["line"]),
        (&"account.company_name".into(), &"\"Retail open\"".into(), &"\"Retail draft\"".into(), &7.into())
    );
    let message = lines[3]["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("it was delivered") || message.contains("it was not skipped"), "{message}");
    assert!(message.ends_with("(row at rows.csv:3)"), "{message}");
    assert_eq!(lines.last().unwrap()["summary"]["passed"], 2);
    // Rows of one name get their number.
    let directory = place(&[
        ("small.flow", &text.replace("from the file: {{ row.amazon }}", "from the file")),
        ("status.csv", ROWS),
        ("rows.csv", rows),
        ("orders/gone.json", &order("CANCELLED")),
        ("orders/sent.json", &order("SHIPPED")),
    ]);
    let said = run(directory.path(), &["--filter", "from the file"]);
    assert!(
        said.out.contains("ok    small: from the file (row 1)\nFAIL  small: from the file (row 2)"),
        "{}",
        said.out
    );
}

const TWO: &str = "transform order {\n  external_ref = $.orderId\n  order_date = $.createdTime\n  currency = \"EUR\"\n  prices_include_tax = true\n  lines = for item in $.orderItems {\n    line_ref = item.orderItemId\n    sku = item.product.sellerSku? ?? \"NONE\"\n    quantity = item.quantityOrdered\n    unit_price = 1\n  }\n}\ntarget tims.customers as account upsert { external_ref = \"house\", company_name = \"Retail\" }\ntarget tims.sales_orders as sale upsert order with { customer_id = account.id }\ntarget tims.sales_orders as warehouse call release { id = sale.id }\n";
const ORDER: &str = "{ orderId = \"1\", createdTime = \"2026-01-01T00:00:00Z\", orderItems = [{ orderItemId = \"a\", product = { sellerSku = \"TEA\" }, quantityOrdered = 2 }, { orderItemId = \"b\", quantityOrdered = 1 }] }";

#[test]
fn golden_files_are_written_when_asked_and_shown() {
    let text = flow(&format!(
        "{TWO}test \"all\" {{\n  given {ORDER}\n  expect target sale file \"golden/sale.json\"\n  expect targets file \"golden/all.json\"\n}}\n"
    ));
    let directory = place(&[("small.flow", &text)]);
    let golden = |name: &str| std::fs::read_to_string(directory.path().join("golden").join(name));
    let said = run(directory.path(), &[]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("`flowrun test --update` writes it"), "{}", said.out);
    assert!(golden("sale.json").is_err());
    // Nobody looks at what changes in CI.
    let said = run_in(directory.path(), &["--update"], Some("true"));
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("--force") && golden("sale.json").is_err(), "{}", said.err);
    assert_eq!(run_in(directory.path(), &["--update", "--force"], Some("true")).code, 0);
    std::fs::remove_dir_all(directory.path().join("golden")).unwrap();
    let said = run_in(directory.path(), &["--update"], Some("false"));
    assert_eq!((said.code, said.out.lines().last()), (0, Some("1 passed, 0 failed")), "{}", said.out);
    assert!(said.out.contains("written  golden/sale.json\n  + {"), "{}", said.out);
    let all: Value = serde_json::from_str(&golden("all.json").unwrap()).unwrap();
    let targets: Vec<&str> = all.as_array().unwrap().iter().map(|write| write["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["account", "sale", "warehouse"]);
    assert_eq!(run(directory.path(), &[]).code, 0);
    // Only what changed is written and shown; how a file is laid out is the author's.
    let mine = golden("all.json").unwrap().replace("  ", "    ");
    std::fs::write(directory.path().join("golden/all.json"), &mine).unwrap();
    let sale = golden("sale.json").unwrap();
    std::fs::write(
        directory.path().join("golden/sale.json"),
        sale.replace("\"quantity\": \"2\"", "\"quantity\": \"3\""),
    )
    .unwrap();
    let said = run(directory.path(), &[]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("sale.lines[0].quantity: expected \"3\", got \"2\""), "{}", said.out);
    assert!(said.out.contains("12 |     quantity = item.quantityOrdered\n"), "{}", said.out);
    let said = run(directory.path(), &["--update"]);
    assert!(said.out.contains("changed  golden/sale.json"), "{}", said.out);
    assert!(said.out.contains("  -       \"quantity\": \"3\",\n  +       \"quantity\": \"2\",\n"), "{}", said.out);
    assert!(!said.out.contains("all.json") && !said.out.contains("\"currency\""), "{}", said.out);
    assert_eq!((golden("sale.json").unwrap(), golden("all.json").unwrap()), (sale, mine));
    // What no test names is told, and no more once another flow speaks of it.
    std::fs::write(directory.path().join("golden/old.json"), "{}").unwrap();
    let said = run(directory.path(), &[]);
    assert_eq!((said.code, said.err.trim()), (0, "no test names golden/old.json"));
    std::fs::write(directory.path().join("other.flow"), "# \"golden/old.json\"\n").unwrap();
    assert_eq!(run(directory.path(), &["small.flow"]).err, "");
}

#[test]
fn two_tests_that_want_different_things_of_a_file_are_told_apart() {
    let test = |name: &str, id: &str| {
        format!(
            "test \"{name}\" {{\n  given {}\n  expect target account file \"golden/account.json\"\n}}\n",
            ORDER.replace("orderId = \"1\"", &format!("orderId = \"{id}\""))
        )
    };
    let body = TWO.replace("external_ref = \"house\"", "external_ref = $.orderId");
    let directory = place(&[("small.flow", &flow(&format!("{body}{}{}", test("one", "1"), test("two", "2"))))]);
    let said = run(directory.path(), &["--update"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("ok    small: one\nFAIL  small: two"), "{}", said.out);
    assert!(said.out.contains("another test has just written something else to this file"), "{}", said.out);
    // A file elsewhere is nothing that a test writes.
    let outside =
        flow(&format!("{TWO}test \"t\" {{\n  given {ORDER}\n  expect target account file \"../x.json\"\n}}\n"));
    let directory = place(&[("in/small.flow", &outside)]);
    let said = run(directory.path(), &["in", "--update"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(!directory.path().join("x.json").exists());
}

#[test]
fn a_target_may_refuse_and_the_record_ends_there() {
    let refusing = |kind: &str, expect: &str| {
        flow(&format!(
            "{TWO}test \"t\" {{\n  given {ORDER}\n  with sale = error {kind} \"item_not_found: TEA\"\n{expect}}}\n"
        ))
    };
    for kind in ["rejected", "unavailable"] {
        let expect = "  expect reject \"item_not_found\"\n  expect target account\n  expect target sale\n  expect no target warehouse\n";
        let directory = place(&[("small.flow", &refusing(kind, expect))]);
        let said = run(directory.path(), &[]);
        assert_eq!(said.code, 0, "{}", said.out);
    }
    let directory = place(&[("small.flow", &refusing("rejected", "  expect target sale\n"))]);
    let said = run(directory.path(), &[]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("the record was rejected: item_not_found: TEA (E611)"), "{}", said.out);
    let directory = place(&[("small.flow", &refusing("refused", "  expect reject\n"))]);
    let said = run(directory.path(), &[]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("a target does not fail as `refused`"), "{}", said.err);
}

#[test]
fn what_differs_is_told_by_field_and_underlined_where_it_is_set() {
    let wanted = "{ external_ref = \"1\", order_date = \"2026-01-01T00:00:00Z\", customer_id = \"<account.id>\", currency = \"EUR\", prices_include_tax = true, lines = [{ line_ref = \"b\", sku = \"NONE\", quantity = \"1\", unit_price = \"2\" }] }";
    let text = flow(&format!("{TWO}test \"t\" {{\n  given {ORDER}\n  expect target sale {wanted}\n}}\n"));
    let directory = place(&[("small.flow", &text)]);
    let said = run(directory.path(), &[]);
    // One line more is one difference, and the other is known by its reference.
    assert!(said.out.contains("`sale` differs from what the test expects in 2 places"), "{}", said.out);
    assert!(said.out.contains("sale.lines[line_ref \"a\"]: not expected, got {"), "{}", said.out);
    let set = said.out.lines().position(|line| line.contains("13 |") && line.contains("unit_price = 1")).unwrap();
    let below = said.out.lines().nth(set + 1).unwrap();
    assert!(below.contains("- sale.lines[line_ref \"b\"].unit_price: expected \"2\", got \"1\""), "{}", said.out);
    // Of a condition the part that fails is underlined.
    let text = flow(&format!(
        "{TWO}test \"t\" {{\n  given {ORDER}\n  expect count(order.lines) == 2 and order.currency in [\"USD\", \"JPY\"]\n}}\n"
    ));
    let directory = place(&[("small.flow", &text)]);
    let said = run(directory.path(), &[]);
    assert!(said.out.contains("this does not hold (left \"EUR\", right [\"USD\",\"JPY\"])"), "{}", said.out);
    assert!(said.out.contains("^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"), "{}", said.out);
    // Nothing is coloured where nobody sees colours.
    assert!(!said.out.contains('\u{1b}'));
}

#[test]
fn a_mock_that_nothing_asks_for_is_told_with_what_fails() {
    let body = "lookup item_of = tims.items by sku\nlet item = item_of[$.orderId] catch null\ntarget tims.customers as account upsert { external_ref = item.id? ?? \"none\", company_name = \"R\" }\n";
    let test = "test \"t\" {\n  given { orderId = \"TEA-1\" }\n  with item_of[\"TEA-l\"] = { id = \"I-1\" }\n  expect target account { external_ref = \"I-1\", company_name = \"R\" }\n}\n";
    let directory = place(&[("small.flow", &flow(&format!("{body}{test}")))]);
    let said = run(directory.path(), &[]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("`item_of[\"TEA-l\"]` is mocked, and `item_of` was asked for \"TEA-1\""), "{}", said.out);
}

/// A test of a flow of a name that passes or not.
fn named(name: &str, passes: bool) -> String {
    let wanted = if passes { "house" } else { "a <b> & \\\"c\\\"" };
    flow(&format!("{TWO}test \"the {name} & <more>\" {{\n  given {ORDER}\n  expect target account {{ external_ref = \"{wanted}\", company_name = \"Retail\" }}\n}}\ntest \"second\" {{\n  given {ORDER}\n  expect target sale\n}}\n")).replace("flow small", &format!("flow {name}"))
}

#[test]
fn several_flows_are_told_in_order_whatever_is_first() {
    let flows: Vec<(String, String)> =
        (0..12).map(|n| (format!("f{n:02}.flow"), named(&format!("f{n:02}"), n != 7))).collect();
    let files: Vec<(&str, &str)> = flows.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let directory = place(&files);
    let one = run(directory.path(), &["--threads", "1"]);
    assert_eq!((one.code, one.out.lines().last()), (1, Some("23 passed, 1 failed")), "{}", one.out);
    for _ in 0..5 {
        assert_eq!(run(directory.path(), &["--threads", "8"]).out, one.out);
    }
    // The first failure ends it, and is told after all that stands before it.
    let fast = run(directory.path(), &["--threads", "8", "--fail-fast"]);
    assert_eq!((fast.code, fast.out.lines().last()), (1, Some("14 passed, 1 failed")), "{}", fast.out);
    assert!(one.out.starts_with(&fast.out[..fast.out.rfind("14 passed").unwrap()]), "{}", fast.out);
    let few = run(directory.path(), &["--filter", "the f0"]);
    assert_eq!(few.out.lines().last(), Some("9 passed, 1 failed"));
    let none = run(directory.path(), &["--filter", "nothing"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("no test has a name that contains \"nothing\"; there are 24"), "{}", none.err);
}

#[test]
fn no_tests_are_no_success_that_is_silent() {
    let directory = place(&[("small.flow", &flow(TWO))]);
    let said = run(directory.path(), &[]);
    assert_eq!((said.code, said.out.trim(), said.err.trim()), (0, "there are no tests", "small.flow has no tests"));
}

/// An element: its name, its attributes and its text.
type Element = (String, Vec<(String, String)>, String);

/// The elements of an XML document with their attributes; panics where it is not well formed.
fn elements(text: &str) -> Vec<Element> {
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let (mut found, mut open, mut rest) = (Vec::new(), Vec::<(String, usize)>::new(), body);
    while let Some(at) = rest.find('<') {
        let content = &rest[..at];
        assert!(!content.contains('>'), "{content}");
        for part in content.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| part.starts_with(known)), "{part}");
        }
        if let Some((_, index)) = open.last() {
            let (_, _, text): &mut (String, Vec<(String, String)>, String) = &mut found[*index];
            text.push_str(content);
        }
        // No attribute holds a raw `>`: all are escaped.
        let end = rest[at..].find('>').unwrap() + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().unwrap().0, name);
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut left) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while !left.trim().is_empty() {
            let (key, after) = left.trim_start().split_once("=\"").unwrap();
            let (value, after) = after.split_once('"').unwrap();
            assert!(!value.contains('<'), "{value}");
            attributes.push((key.to_owned(), value.to_owned()));
            left = after;
        }
        if !closed {
            open.push((name.to_owned(), found.len()));
        }
        found.push((name.to_owned(), attributes, String::new()));
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    found
}

#[test]
fn ci_reads_the_results_as_junit() {
    let directory = place(&[
        ("a.flow", &named("a", true)),
        ("b.flow", &named("b", false)),
        ("c.flow", &named("c", true).replace("$.orderId\n", "$.ordrId\n")),
    ]);
    let said = run(directory.path(), &["--format", "junit"]);
    assert_eq!(said.code, 3);
    let found = elements(&said.out);
    let get = |index: usize, name: &str| {
        let (_, attributes, _): &(String, Vec<(String, String)>, String) = &found[index];
        attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let names: Vec<&str> = found.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "testsuites",
            "testsuite",
            "testcase",
            "testcase",
            "testsuite",
            "testcase",
            "failure",
            "testcase",
            "testsuite",
            "testcase",
            "error"
        ]
    );
    assert_eq!((get(0, "tests"), get(0, "failures"), get(0, "errors")), ("5".into(), "1".into(), "1".into()));
    assert_eq!(
        (get(4, "name"), get(4, "file"), get(4, "tests"), get(4, "failures")),
        ("b".into(), "b.flow".into(), "2".into(), "1".into())
    );
    assert_eq!(
        (get(5, "name"), get(5, "classname"), get(5, "file"), get(5, "line")),
        ("the b &amp; &lt;more&gt;".into(), "b".into(), "b.flow".into(), "19".into())
    );
    assert!(get(0, "time").parse::<f64>().is_ok() && get(5, "time").parse::<f64>().is_ok());
    assert!(found[6].2.starts_with("b.flow:21:17\n"), "{}", found[6].2);
    assert!(
        found[6].2.contains("account.external_ref: expected &quot;a &lt;b&gt; &amp; \\&quot;c\\&quot;&quot;"),
        "{}",
        found[6].2
    );
    assert_eq!(get(10, "type"), "E203");
    // With a file people get their own lines.
    let said = run(directory.path(), &["a.flow", "--format", "junit", "--output", "report.xml"]);
    assert_eq!((said.code, said.out.lines().last()), (0, Some("2 passed, 0 failed")));
    assert_eq!(elements(&std::fs::read_to_string(directory.path().join("report.xml")).unwrap()).len(), 4);
}

/// Every kind of branch once, with what the one test below reaches of it.
const BRANCHES: &str = r#"lookup status_of = table "status.csv" by amazon give tims else "draft"
lookup size_of = table { "S" => "small", "L" => "large" } by code give size
skip when $.orderId == "0" because "never"
reject when count($.orderItems) > 9 because "never"
ensure count($.orderItems) < 9 because "always holds"
let status = status_of["UNSHIPPED"]
let missed = status_of["NOWHERE"]
let size = size_of["S"]
let name = $.buyer.buyerName? ?? "nobody"
let number = decimal("x") catch 1
let word = if number == 1 { "one" } else { "other" }
let kind = match status {
  "confirmed" => "a",
  "closed"    => "b",
  else        => "c",
}
let lines = for item in $.orderItems where item.quantityOrdered > 0 {
  id = item.orderItemId
}
when kind == "a" {
  target tims.customers as account upsert { external_ref = "{{ size }}{{ missed }}{{ count(lines) }}", company_name = name }
} else {
  target tims.customers as other upsert {
    external_ref = word
    company_name = "Other"
  }
}
test "one way" {
  given { orderId = "1", orderItems = [{ orderItemId = "a", quantityOrdered = 0 }] }
  expect target account { external_ref = "smalldraft0", company_name = "nobody" }
}
"#;

#[test]
fn coverage_tells_what_is_known_of_this_flow() {
    let directory = place(&[("small.flow", &flow(BRANCHES)), ("status.csv", ROWS)]);
    let plain = run(directory.path(), &[]);
    assert_eq!(plain.code, 0, "{}", plain.out);
    let said = run(directory.path(), &["--coverage", "--format", "json"]);
    let lines: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let coverage = lines.iter().find_map(|line| line.get("coverage")).unwrap();
    // Lines from 4 on, and the key in 3. Not reached: two cases, the field of a line, a target and its two fields.
    let missed: Vec<u64> =
        coverage["missed_lines"].as_array().unwrap().iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(missed, [17, 18, 21, 26, 27, 28]);
    assert_eq!(coverage["lines"], serde_json::json!({"reached": 15, "all": 21, "percent": 71}));
    // skip, reject, ensure: 2 each; two uses of a lookup with `else`: 2 each; `??`, catch, if, where, when: 2 each; 3 cases.
    assert_eq!(coverage["branches"]["all"], 2 * 3 + 2 * 2 + 2 * 5 + 3);
    let told: Vec<(u64, &str)> = coverage["missed_branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| (side["line"].as_u64().unwrap(), side["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (6, "never skips"),
            (7, "never rejects"),
            (8, "always holds"),
            // Each use of a lookup may find and may miss.
            (9, "never misses: its `else` is not used"),
            (10, "never finds anything"),
            (12, "is never there: its default is always taken"),
            (13, "always fails and is caught"),
            (14, "is never taken: the condition always holds"),
            (20, "keeps no item"),
            (23, "always holds"),
        ]
    );
    assert_eq!(coverage["rows"], serde_json::json!({"reached": 2, "all": 5, "percent": 40}));
    let keys: Vec<&Value> = coverage["tables"].as_array().unwrap().iter().map(|table| &table["missed"]).collect();
    assert_eq!(keys[0][0]["key"], serde_json::json!(["SHIPPED"]));
    assert_eq!(keys[1].as_array().unwrap().len(), 1);
    // The same in words, and too little is a failure.
    let said = run(directory.path(), &["--min-coverage", "72"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("reach only 71 % of its lines"), "{}", said.err);
    assert!(said.out.contains("small.flow: never reached: 17-18, 21, 26-28"), "{}", said.out);
    assert_eq!(run(directory.path(), &["--coverage", "--min-coverage", "10"]).code, 0);
}

#[test]
fn probes_change_nothing_but_the_count() {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
    let plain = run(&flows, &["order_sync.flow"]);
    let covered = run(&flows, &["order_sync.flow", "--coverage"]);
    let tests =
        |said: &Said| said.out.lines().filter(|line| line.starts_with("ok ")).map(str::to_owned).collect::<Vec<_>>();
    assert!(!tests(&plain).is_empty() && plain.code == 0, "{}", plain.out);
    assert_eq!((tests(&plain), plain.code), (tests(&covered), covered.code));
}

#[test]
fn a_page_shows_the_flow_with_what_no_test_reaches() {
    let directory = place(&[("small.flow", &flow(BRANCHES)), ("status.csv", ROWS)]);
    assert_eq!(run(directory.path(), &["--coverage-html", "pages"]).code, 0);
    let page = std::fs::read_to_string(directory.path().join("pages/small.html")).unwrap();
    let line = |number: u32| {
        let start = page.find(&format!("id=\"L{number}\"")).unwrap();
        let row = &page[page[..start].rfind("<tr").unwrap()..];
        row[..row.find("</tr>").unwrap()].to_owned()
    };
    assert!(line(1).starts_with("<tr class=\"none\""));
    assert!(line(11).starts_with("<tr class=\"hit\"") && line(11).contains(">1×<"), "{}", line(11));
    assert!(line(17).starts_with("<tr class=\"miss\"") && line(17).contains(">0×<"), "{}", line(17));
    assert!(line(6).starts_with("<tr class=\"part\""), "{}", line(6));
    assert!(line(6).contains("skip when <u>$.orderId == &quot;0&quot;</u> because"), "{}", line(6));
    assert!(line(6).contains("</code> never skips"), "{}", line(6));
    // It needs nothing else, and what the flow says is text and no markup.
    assert!(
        !page.contains("<script") && !page.contains("http://") && !page.contains("https://") && !page.contains("src=")
    );
    assert!(page.contains("1 of 3 rows were found by a test") && page.contains("SHIPPED"));
    let index = std::fs::read_to_string(directory.path().join("pages/index.html")).unwrap();
    assert!(index.contains("<a href=\"small.html\">small</a>"), "{index}");
}
