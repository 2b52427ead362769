//! The commands for those who write flows, with the real program: the forms and exit codes that scripts rely on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const FLOW: &str = "flow small\n\nsource amazon.orders {\n  on every 15m\n}\n\nkey $.orderId\n\nparam limit: decimal = 10\n\nreject when count($.orderItems) == 0 because \"no lines\"\n\ntarget tims.customers as account upsert {\n  external_ref = \"order:{{ $.orderId }}\"\n  company_name = \"Limit {{ env.limit }}\"\n}\n\ntest \"it is named after the order\" {\n  given { orderId = \"1\", orderItems = [{ orderItemId = \"a\" }] }\n  expect target account { external_ref = \"order:1\", company_name = \"Limit 10\" }\n}\n";

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }
}

fn flowrun(directory: &Path, args: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flowrun"))
        .args(args)
        .current_dir(directory)
        .env_remove("FLOWRUN_SANDBOX")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may have gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn place(flow: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("small.flow"), flow).unwrap();
    directory
}

#[test]
fn check_says_all_errors_as_json_and_exits_3() {
    let directory = place(FLOW);
    assert_eq!(flowrun(directory.path(), &["check"], "").code, 0);
    let broken = FLOW.replace("$.orderItems", "$.orderItms").replace("tims.customers", "tims.custmers");
    let directory = place(&broken);
    let said = flowrun(directory.path(), &["check", "small.flow", "--format", "json"], "");
    assert_eq!(said.code, 3);
    let found = said.lines();
    assert_eq!(found.iter().map(|line| line["code"].as_str().unwrap()).collect::<Vec<_>>(), ["E203", "E220"]);
    let first = &found[0];
    assert_eq!((&first["line"], &first["column"], &first["end"]), (&11.into(), &21.into(), &30.into()));
    assert_eq!((first["severity"].as_str(), first["file"].as_str()), (Some("error"), Some("small.flow")));
    assert_eq!(first["help"], "did you mean `orderItems`?");
    assert!(first["message"].as_str().unwrap().contains("`orderItms`"));
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let directory = place(FLOW);
    for args in
        [&["check", "nowhere"][..], &["map", "nowhere.flow"], &["explain", "E999"], &["connectors", "amzon"], &["eval"]]
    {
        let said = flowrun(directory.path(), args, "");
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
        assert!(!said.err.is_empty());
    }
}

#[test]
fn fmt_checks_and_lays_out() {
    let directory = place(&FLOW.replace("  on every", "on   every"));
    let said = flowrun(directory.path(), &["fmt", "--check"], "");
    assert_eq!((said.code, said.out.contains("small.flow")), (1, true));
    assert_eq!(flowrun(directory.path(), &["fmt"], "").code, 0);
    assert_eq!(std::fs::read_to_string(directory.path().join("small.flow")).unwrap(), FLOW);
    assert_eq!(flowrun(directory.path(), &["fmt", "--check"], "").code, 0);
}

#[test]
fn tests_end_in_a_count_and_a_failure_shows_both_sides() {
    let directory = place(FLOW);
    let said = flowrun(directory.path(), &["test"], "");
    assert_eq!((said.code, said.out.lines().last()), (0, Some("1 passed, 0 failed")));
    let directory = place(&FLOW.replace("Limit 10", "Limit 11"));
    let said = flowrun(directory.path(), &["test"], "");
    assert_eq!((said.code, said.out.lines().last()), (1, Some("0 passed, 1 failed")));
    assert!(said.out.contains("account.company_name: expected \"Limit 11\", got \"Limit 10\""), "{}", said.out);
    let directory = place(&FLOW.replace("decimal = 10", "decimal"));
    let said = flowrun(directory.path(), &["test"], "");
    assert!(said.out.contains("does not set `env.limit`"), "{}", said.out);
}

#[test]
fn eval_is_exact_and_says_what_is_missing() {
    let directory = place(FLOW);
    let eval = |expression: &str, input: &str| flowrun(directory.path(), &["eval", expression, "--input", "-"], input);
    for (expression, input, wanted) in [
        ("$.a + 0.1", "{\"a\": 0.2}", "0.3"),
        ("$.a", "{\"a\": 12345678901234567890.12345678}", "12345678901234567890.12345678"),
        ("$.a", "{\"a\": 1.10}", "1.10"),
        ("-2 + $.a", "{\"a\": 1}", "-1"),
        ("$.b? ?? \"none\"", "{\"a\": 1}", "\"none\""),
        ("$..x", "{\"a\": [{\"x\": 1}, {\"x\": 2}]}", "[1,2]"),
        ("for i in $.a where i > 1 { i * 2 }", "{\"a\": [1, 2, 3]}", "[4,6]"),
    ] {
        let said = eval(expression, input);
        assert_eq!((said.code, said.out.trim_end()), (0, wanted), "{expression}: {}", said.err);
    }
    let said = eval("$.amont", "{\"amount\": 1}");
    assert_eq!(said.code, 1);
    assert!(said.err.contains("did you mean `amount`?"), "{}", said.err);
    assert_eq!(eval("1 +", "{}").code, 3);
    let type_of = |expression: &str, entity: &str| {
        let said = flowrun(directory.path(), &["eval", expression, "--type-of", entity], "");
        (said.code, said.out.trim().to_owned())
    };
    assert_eq!(type_of("$.buyer.buyerEmail?", "amazon.orders"), (0, "text or null  [buyer data]".to_owned()));
    assert_eq!(type_of("count($.orderItems) / 2", "amazon.orders"), (0, "decimal".to_owned()));
    assert_eq!(type_of("$.weight?", "tims.items"), (0, "decimal or null".to_owned()));
    assert_eq!(type_of("$.nothing", "amazon.orders").0, 3);
    assert_eq!(type_of("1", "amazon.nothing").0, 2);
    assert_eq!(eval("$", "{\"a\": 1e99}").code, 2);
}

#[test]
fn map_groups_the_rows_of_a_table() {
    let flow = "flow totals\nsource files.rows {\n  columns { account: text, kind: text, amount: decimal? }\n}\n\
                group account by name = $.account {\n  total = sum($.amount?)\n  kinds = group by kind = $.kind { rows = count() }\n}\n\
                target tims.customers as one upsert { external_ref = account.name, company_name = \"{{ account.total }} {{ count(account.kinds) }}\" }\n";
    let directory = place(FLOW);
    std::fs::write(directory.path().join("totals.flow"), flow).unwrap();
    let map = |format: &str, input: &str| {
        flowrun(
            directory.path(),
            &["map", "totals.flow", "--input", "-", "--input-format", format, "--format", "json"],
            input,
        )
    };
    let said = map("tsv", "Kind\tAccount\tamount\na\t4400\t10.05\nb\t4400\t-0.10\na\t4711\t\n");
    let payloads: Vec<String> = said.lines().iter().map(|line| line["payload"]["company_name"].to_string()).collect();
    assert_eq!((said.code, payloads), (0, vec!["\"9.95 2\"".to_owned(), "\"0 1\"".to_owned()]), "{}", said.err);
    assert_eq!(said.lines()[0]["key"], "4400");
    // The same rows as CSV and as JSON.
    let csv = map("csv", "account,kind,amount\n4400,a,10.05\n4400,b,-0.10\n4711,a,\n");
    assert_eq!((csv.code, &csv.out), (0, &said.out), "{}", csv.err);
    let rows = r#"{"account":"4400","kind":"a","amount":"10.05"}
{"account":"4400","kind":"b","amount":"-0.10"}
{"account":"4711","kind":"a"}
"#;
    assert_eq!(map("json", rows).out, said.out);
    // One bad row holds up its group and no other.
    let said = map("tsv", "kind\taccount\tamount\na\t4400\t1\na\t4400\t1,5\na\t4711\t2\n");
    assert_eq!((said.code, said.lines().len()), (1, 1));
    let refused: Vec<Value> = said.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&refused[0]["code"], &refused[0]["input_line"]), (&"E603".into(), &2.into()));
    assert_eq!((&refused[1]["code"], &refused[1]["key"]), (&"E621".into(), &"4400".into()));
    // A column that the flow needs and the table has not is told before anything is read.
    let said = map("csv", "kind,amount\na,1\n");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("the input has no column `account`"), "{}", said.err);
}

#[test]
fn map_joins_a_second_source() {
    let directory = tempfile::tempdir().unwrap();
    let flow = "flow joined\nsource amazon.orders { on manual }\nkey $.orderId\n\
        lookup rows_of = source files.rows by order_id {\n  columns { order_id: text, amount: decimal }\n}\n\
        target tims.customers upsert {\n  external_ref = $.orderId\n  \
        company_name = text(sum_by(rows_of[$.orderId], \"amount\"))\n}\n";
    std::fs::write(directory.path().join("joined.flow"), flow).unwrap();
    std::fs::write(directory.path().join("rows.csv"), "order_id,amount,other\n1,2.50,x\n2,9,x\n1,0.10,x\n").unwrap();
    std::fs::write(directory.path().join("rows.ndjson"), "{\"order_id\":\"1\",\"amount\":\"2.60\"}\n\n").unwrap();
    for file in ["rows.csv", "rows.ndjson"] {
        let join = format!("rows_of={file}");
        let said = flowrun(directory.path(), &["map", "joined.flow", "--join", &join], "{\"orderId\":\"1\"}\n");
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("\"company_name\":\"2.60\""), "{file}: {}", said.out);
    }
    for (join, why) in [(vec![], "--join rows_of=FILE"), (vec!["--join", "others=rows.csv"], "called `others`")] {
        let arguments = [&["map", "joined.flow"][..], &join].concat();
        let said = flowrun(directory.path(), &arguments, "{\"orderId\":\"1\"}\n");
        assert!(said.code == 2 && said.err.contains(why), "{}", said.err);
    }
}

#[test]
fn map_writes_a_line_per_write_and_tells_rejected_records_apart() {
    let directory = place(FLOW);
    let input = "{\"orderId\":\"1\",\"orderItems\":[{}]}\n\n{\"orderId\":\"2\",\"orderItems\":[]}\nnonsense\n{\"orderId\":\"3\",\"orderItems\":[{}]}\n";
    let said = flowrun(directory.path(), &["map", "small.flow", "--input", "-", "--format", "json"], input);
    assert_eq!(said.code, 1);
    let writes = said.lines();
    assert_eq!(writes.iter().map(|line| line["key"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(
        (writes[0]["target"].as_str(), writes[0]["operation"].as_str()),
        (Some("tims.customers"), Some("upsert"))
    );
    assert_eq!(writes[0]["payload"]["external_ref"], "order:1");
    let rejected: Vec<Value> = said.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rejected.len(), 2);
    assert_eq!(
        (&rejected[0]["key"], &rejected[0]["reason"], &rejected[0]["line"]),
        (&"2".into(), &"no lines".into(), &11.into())
    );
    assert!(rejected[0]["file"].as_str().unwrap().ends_with("small.flow"));
    assert_eq!(rejected[0]["found"], serde_json::json!([{"path": "$.orderItems", "value": "a list of 0 items"}]));
    // People see the place in the flow, the record and what it has there.
    let told = flowrun(directory.path(), &["map", "small.flow", "--input", "-"], input);
    assert_eq!((told.code, &told.out), (1, &said.out));
    for part in ["error[E601]: no lines", "^^^^", "record 2, line 3 of the input", "$.orderItems is a list of 0 items"]
    {
        assert!(told.err.contains(part), "{part}: {}", told.err);
    }
    // One document over several lines is taken too.
    let pretty = "[\n  {\"orderId\": \"1\", \"orderItems\": [{}]},\n  {\"orderId\": \"2\", \"orderItems\": [{}]}\n]\n";
    let said = flowrun(directory.path(), &["map", "small.flow"], pretty);
    assert_eq!((said.code, said.lines().len()), (0, 2), "{}", said.err);
    // A parameter without a value stops it before anything is mapped.
    let directory = place(&FLOW.replace("decimal = 10", "decimal"));
    let said = flowrun(directory.path(), &["map", "small.flow"], input);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("--env"), "{}", said.err);
}

#[test]
fn graphs_come_in_every_form() {
    let directory = place(FLOW);
    let graph = |format| flowrun(directory.path(), &["graph", "small.flow", "--format", format], "");
    assert!(graph("mermaid").out.starts_with("flowchart TD\n"));
    assert!(graph("dot").out.starts_with("digraph \"small\""));
    let svg = graph("svg").out;
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>") && svg.contains("upsert tims.customers"));
    let json: Value = serde_json::from_str(&graph("json").out).unwrap();
    assert_eq!(json["facts"]["operations"], serde_json::json!(["amazon.searchOrders", "tims.upsertCustomer"]));
    assert!(json["edges"].as_array().unwrap().iter().any(|edge| edge["from"] == "source"));
}

#[test]
fn connectors_and_functions_are_listed_and_codes_explained() {
    let directory = place(FLOW);
    let said = flowrun(directory.path(), &["connectors"], "");
    assert!(said.out.contains("0.0056 per second, burst 20") && said.out.contains("sales_orders"));
    let said = flowrun(directory.path(), &["connectors", "amazon.orders"], "");
    assert!(said.out.contains("buyerEmail?") && said.out.contains("[buyer data]") && said.out.contains("[RECIPIENT]"));
    let json: Value =
        serde_json::from_str(&flowrun(directory.path(), &["connectors", "tims", "--format", "json"], "").out).unwrap();
    assert_eq!(json["name"], "tims");
    let said = flowrun(directory.path(), &["functions", "split_name"], "");
    assert!(said.out.contains("split_name(\"Ann Lee\")"));
    let said = flowrun(directory.path(), &["explain", "e302"], "");
    assert!(said.out.starts_with("## E302 — may be absent"), "{}", said.out);
    for command in ["check", "run", "map", "sandbox", "dead-letters"] {
        let said = flowrun(directory.path(), &[command, "--help"], "");
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        assert!(command == "dead-letters" || said.out.contains("Example"), "{command}");
    }
}
