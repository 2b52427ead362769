//! Every limit of docs/language.md is reached here: what is just allowed is taken, and what is more ends in an error that
//! names the place and the limit.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/hostile.rs"]
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use flowrun::lang::{FilesInMemory, MAX_SOURCE};
use flowrun::plan::budget::MAX_PARTS;
use flowrun::plan::eval::{MAX_ITEMS, MAX_TEXT};
use flowrun::plan::joined::Joined;
use flowrun::plan::template;
use flowrun::value::query;
use flowrun::value::{Value, json};

use hostile::{HEAD, RECORD, TAIL, compiled, run, value};

fn root() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The codes and messages that compiling gives.
fn said(body: &str) -> String {
    let (_, compiled) = compiled(&format!("{HEAD}{body}{TAIL}"), &FilesInMemory::default());
    compiled.diagnostics.iter().map(|found| format!("{} {}\n", found.code.name(), found.message)).collect()
}

/// How a record ends in a flow with this body.
fn ends(body: &str) -> String {
    let (_, compiled) = compiled(&format!("{HEAD}{body}{TAIL}"), &FilesInMemory::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{body}: {:#?}", compiled.diagnostics));
    run(&plan, json::parse(RECORD.as_bytes()).unwrap()).1
}

/// What an expression ends in.
fn gives(expression: &str) -> String {
    match value(expression, &Value::Null) {
        None => format!("does not compile: {}", said(&format!("let _x = {expression}"))),
        Some(Ok(value)) => value.display().chars().take(40).collect(),
        Some(Err(error)) => error,
    }
}

fn table(content: Vec<u8>) -> String {
    let files = FilesInMemory(BTreeMap::from([("t.csv".to_owned(), content)]));
    let text = format!("{HEAD}lookup a = table \"t.csv\" by b give c{TAIL}");
    let (_, compiled) = compiled(&text, &files);
    compiled.diagnostics.iter().map(|found| format!("{} {}\n", found.code.name(), found.message)).collect()
}

#[track_caller]
fn refused(told: &str, code: &str, limit: &str) {
    assert!(
        told.contains(code) && told.contains(limit),
        "wanted {code} and {limit}: {}",
        told.chars().take(400).collect::<String>()
    );
}

#[track_caller]
fn fine(told: &str) {
    assert!(!told.contains('E'), "{}", told.chars().take(400).collect::<String>());
}

/// The rows of the table in docs/language.md, each with its test.
const ROWS: &[(&str, fn())] = &[
    ("a file", || {
        let (_, large) = compiled(&" ".repeat(MAX_SOURCE + 1), &FilesInMemory::default());
        assert_eq!(large.diagnostics.first().unwrap().code.name(), "E103");
    }),
    ("brackets in each other", || {
        fine(&said(&format!("let _x = {}1{}", "[".repeat(60), "]".repeat(60))));
        refused(&said(&format!("let _x = {}1{}", "[".repeat(65), "]".repeat(65))), "E102", "64");
    }),
    ("operators and steps of one expression", || {
        fine(&said(&format!("let _x = 1{}", " + 1".repeat(150))));
        assert_eq!(gives(&format!("1{}", " + 1".repeat(150))), "151");
        assert_eq!(gives(&format!("{}1{}", "[".repeat(64), "]".repeat(64))).len(), 40);
        refused(&said(&format!("let _x = 1{}", " + 1".repeat(170))), "E102", "too long or nested too deep");
    }),
    ("fields of one value's type, all levels together", || {
        let doubled: String = (1..40).map(|n| format!("let _a{n} = {{ x = _a{0}, y = _a{0} }}\n", n - 1)).collect();
        refused(&said(&format!("let _a0 = {{ x = 1 }}\n{doubled}")), "E102", "20000");
    }),
    ("a template with `{% %}`", || {
        let long = format!("let _x = \"{{% if true %}}{{% endif %}}{}\"", "x".repeat(template::MAX_SOURCE));
        refused(&said(&long), "E108", "8192");
        let loops = r#"{ let l = range(1, 300) t = "{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}" }.t"#;
        refused(&gives(loops), "E609", "50000");
    }),
    ("a query", || {
        fine(&gives("count($[?@.a == 1])"));
        refused(&said(&format!("let _x = $[?@.a{}]", " || @.a".repeat(3_000))), "E107", "16384");
        let deep = format!("let _x = $[{}@.a{}]", "?@[".repeat(40), "?1]".repeat(40));
        refused(&said(&deep), "E107", "32");
    }),
    ("values that a query looks at", || {
        let wide = json::parse(format!("[{}]", vec!["[1,2,3]"; 5_000].join(",")).as_bytes()).unwrap();
        let error = value("$[?count($..*) == 1]", &wide).unwrap().unwrap_err();
        refused(&error, "E610", &query::MAX_WORK.to_string());
    }),
    ("a text that is worked out", || {
        let twice: String = (1..18).map(|n| format!("let _t{n} = _t{0} + _t{0}\n", n - 1)).collect();
        refused(&ends(&format!("let _t0 = \"0123456789\"\n{twice}")), "E605", &MAX_TEXT.to_string());
        let joined: String =
            (1..18).map(|n| format!("let _t{n} = \"{{{{ _t{0} }}}}{{{{ _t{0} }}}}\"\n", n - 1)).collect();
        refused(&ends(&format!("let _t0 = \"0123456789\"\n{joined}")), "E610", &MAX_TEXT.to_string());
        let wide = json::parse(format!("{{\"t\": \"{}\"}}", "x".repeat(MAX_TEXT)).as_bytes()).unwrap();
        refused(&value("replace($.t, \"x\", \"xy\")", &wide).unwrap().unwrap_err(), "E610", &MAX_TEXT.to_string());
    }),
    ("a list that is worked out", || {
        let most = json::parse(format!("[{}]", vec!["1"; MAX_ITEMS].join(",")).as_bytes()).unwrap();
        assert_eq!(value("count(for x in $ { x })", &most).unwrap().unwrap(), Value::Int(100_000));
        let wide = json::parse(format!("[{}]", vec!["1"; MAX_ITEMS + 1].join(",")).as_bytes()).unwrap();
        refused(&value("for x in $ { x }", &wide).unwrap().unwrap_err(), "E610", "100000");
        refused(&value("$[?@ == 1]", &wide).unwrap().unwrap_err(), "E610", "100000");
    }),
    ("steps for one record, all its expressions together", || {
        let started = Instant::now();
        let multiplied =
            "let long = range(1, 10000)\nlet _s = for a in long { for b in long { for c in long { count(long) } } }\n";
        refused(&ends(multiplied), "E610", "10000000");
        // Lists in lists are counted as often as they are there.
        refused(&ends("let long = range(1, 10000)\nlet _s = for a in long { long }\n"), "E610", "10000000");
        refused(&ends("let long = range(1, 10000)\nlet _s = for a in long { x = long }\n"), "E610", "10000000");
        refused(&gives("for a in range(1, 10000) { count($..*) + count(range(1, 10000)) }"), "E610", "10000000");
        let long = "let t = pad_left(\"x\", 10000)\nlet _s = for a in range(1, 10000) { for b in range(1, 100) { \"{{ t }}{{ a * b }}\" } }\n";
        refused(&ends(long), "E610", "10000000");
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }),
    ("fields and items of what is written to a target", || {
        assert_eq!(MAX_PARTS, 1_000_000);
        let body = "let rows = range(1, 10)\ntarget tims.sales_orders as _w upsert { external_ref = \"1\", customer_id = \"c\", currency = \"EUR\", order_date = instant(\"2026-01-31T10:00:00Z\"), prices_include_tax = true, lines = for row in rows { line_ref = \"1\", sku = \"a\", quantity = 1, unit_price = 1 } }\n";
        assert_eq!(ends(body), "finished");
        let many = body.replace("for row in rows {", "for row in range(1, 10000) {").replace(
            "unit_price = 1 }",
            "unit_price = 1, tax = for _t in range(1, 40) { code = \"a\", rate = 1, amount = 1 } }",
        );
        refused(&ends(&many), "E610", "1000000");
    }),
    ("digits of a number", || {
        assert_eq!(gives("7922816251426433759354395033.5 - 0.5"), "7922816251426433759354395033.0");
        refused(&said("let _x = 1.00000000000000000000000000001"), "E106", "28 digits");
        let most = json::parse(b"79228162514264337593543950335").unwrap();
        refused(&value("$ * 2", &most).unwrap().unwrap_err(), "E605", "digits");
        refused(&value("$ + 1", &most).unwrap().unwrap_err(), "E605", "too large");
    }),
    ("a table", || {
        refused(&table(vec![b'x'; (64 << 20) + 1]), "E401", "67108864");
    }),
    ("rows of a test", || {
        let rows = |count: usize| format!("c\n{}", "1\n".repeat(count)).into_bytes();
        let told = |count: usize| {
            let files = FilesInMemory(BTreeMap::from([("t.csv".to_owned(), rows(count))]));
            let test = "test \"t\" for row in table \"t.csv\" { given { orderId = row.c } expect no target tail }";
            let (_, compiled) = compiled(&format!("{HEAD}{TAIL}{test}\n"), &files);
            compiled
                .diagnostics
                .iter()
                .map(|found| format!("{} {}\n", found.code.name(), found.message))
                .collect::<String>()
        };
        refused(&told(10_001), "E", "10000");
    }),
    ("records of a second source", || {
        let mut joined = Joined::default();
        let by = ["sku".to_owned()];
        let record = |n: usize| json::parse(format!("{{\"sku\":\"{n}\"}}").as_bytes()).unwrap();
        assert!((0..250_000).all(|n| joined.add(&by, record(n))));
        assert!(!joined.add(&by, record(250_000)));
    }),
    ("levels of a JSON document", || {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(json::parse(nested(128).as_bytes()).is_ok());
        let error = json::parse(nested(20_000).as_bytes()).unwrap_err();
        refused(&error.to_string(), "nested deeper than 128 levels", "line 1");
    }),
    ("fields of an object of a JSON document", || {
        let wide =
            |fields: usize| format!("{{{}}}", (0..fields).map(|n| format!("\"f{n}\":1")).collect::<Vec<_>>().join(","));
        assert!(json::parse(wide(json::MAX_FIELDS).as_bytes()).is_ok());
        refused(&json::parse(wide(json::MAX_FIELDS + 1).as_bytes()).unwrap_err().to_string(), "10000 fields", "line 1");
    }),
    ("a record, as `map` reads it", || {
        let folder = tempfile::tempdir().unwrap();
        let record = folder.path().join("large.ndjson");
        std::fs::write(&record, format!("{{\"orderId\": \"{}\"}}\n", "x".repeat(64 << 20))).unwrap();
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_flowrun"))
            .args(["map", "flows/order_sync.flow", "--input"])
            .arg(&record)
            .current_dir(root())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&done.stderr).to_string() + &String::from_utf8_lossy(&done.stdout);
        assert!(!done.status.success());
        refused(&told, "16777216", "bytes");
    }),
];

#[test]
fn every_limit_of_the_documentation_holds() {
    let page = std::fs::read_to_string(root().join("docs/language.md")).unwrap();
    let section = page.split("\n## Limits\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let written: BTreeSet<&str> = section
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| |"))
        .map(|line| line.trim_start_matches("| ").split(" | ").next().unwrap().trim())
        .collect();
    // Reached where runs and sources are tested: tests/shaping.rs and tests/reading.rs.
    let elsewhere = [
        "groups of a run, those inside of others too",
        "values in all `collect`s of a run",
        "a row of a table that is read as a source",
    ];
    let tested: BTreeSet<&str> = ROWS.iter().map(|(row, _)| *row).chain(elsewhere).collect();
    assert_eq!(written, tested, "the table in docs/language.md and the tests here name the same limits");
    for (row, test) in ROWS {
        let started = Instant::now();
        test();
        println!("{row}: {:?}", started.elapsed());
    }
}

/// Four times the text takes about four times the time, and not sixteen: a megabyte must not hang the compiler.
#[test]
fn compiling_grows_with_the_text_and_not_faster() {
    let lines = [
        ("lets", "let _name{} = 1 + 2 * 3"),
        (
            "paths and texts",
            "let _name{} = \"order {{ $.orderId }} of {{ $.orderItems[0].orderItemId? ?? \\\"\\\" }}\"",
        ),
        ("templates", "let _name{} = \"{% if true %}a{% endif %}\""),
        ("conditions", "skip when $.orderId == \"x{}\" because \"no\""),
        ("slips", "let _name{} = = 1"),
        ("junk", "]]]{} (("),
        ("unknown names", "let _name{} = nowhere{}"),
        ("the same name", "let _name = 1  # {}"),
    ];
    for (name, line) in lines {
        let time = |count: usize| {
            let mut text = HEAD.to_owned();
            (0..count).for_each(|n| text.push_str(&(line.replace("{}", &n.to_string()) + "\n")));
            let started = Instant::now();
            let (_, compiled) = compiled(&(text + TAIL), &FilesInMemory::default());
            assert!(compiled.plan.is_some() != compiled.failed());
            started.elapsed()
        };
        let (small, large) = (time(300), time(2_400));
        println!("{name}: {small:?}, {large:?}");
        // Eight times the text; twice that is given to a machine with other work.
        assert!(large < small * 24 + Duration::from_millis(500), "{name}: {small:?} became {large:?}");
    }
}
