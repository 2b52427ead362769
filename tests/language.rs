//! What flows do: `tests/language/<case>/flow.flow` with `input.json` gives `expected.json` (UPDATE=1 rewrites), what the
//! compiler finds out about a flow, and that no text makes it panic, hang or contradict itself.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::sync::Arc;

use flowrun::diag::Code;
use flowrun::lang::format::format;
use flowrun::lang::{self, Compiled, FilesInMemory};
use flowrun::plan::{Next, Plan};
use flowrun::rehearse::{Mocks, Rehearsal};
use flowrun::value::json;
use proptest::prelude::*;

const HEAD: &str = "flow example\nsource amazon.orders { on every 15m }\nkey $.orderId\n";
const TARGET: &str = "target tims.sales_orders as tail call release { id = \"1\" }\n";

fn plan(body: &str) -> Plan {
    let compiled = flows::compile(&format!("{HEAD}{body}"), &flows::root());
    compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// What became of a record, as JSON.
fn outcome(plan: &Plan, done: &Rehearsal) -> String {
    let mut lines: Vec<String> = done
        .writes
        .iter()
        .map(|write| {
            format!("  {{\"{}{}\": {}}}", plan.targets[write.target].name, write.item, json::to_string(&write.payload))
        })
        .collect();
    lines.push(match &done.end {
        Next::Skipped { reason, .. } => format!("  {{\"skipped\": {reason:?}}}"),
        Next::Waiting { reason, patience, .. } => format!("  {{\"waits\": {reason:?}, \"for\": \"{patience:?}\"}}"),
        Next::Rejected(error) => {
            format!("  {{\"rejected\": {:?}, \"code\": \"{}\"}}", error.message, error.code.name())
        }
        _ => "  {\"end\": \"finished\"}".to_owned(),
    });
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn each_case_gives_what_is_written_down() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(flows::root().join("tests/language")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("flow.flow")).unwrap();
        let compiled = flows::compile(&text, &folder);
        let plan = compiled.plan.unwrap_or_else(|| panic!("{}: {:#?}", folder.display(), compiled.diagnostics));
        let records = flows::document(&std::fs::read_to_string(folder.join("input.json")).unwrap());
        let mut told = String::new();
        for record in records.as_list().unwrap() {
            let mocks = match std::fs::read_to_string(folder.join("mocks.json")) {
                Ok(text) => Mocks::from_document(&flows::document(&text), &plan).unwrap(),
                Err(_) => Mocks::default(),
            };
            told.push_str(&outcome(&plan, &flows::run(&plan, record.clone(), &mocks)));
        }
        flows::golden(&folder.join("expected.json"), &told, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_blocks_that_are_read_are_asked_for() {
    let plan = plan("target tims.customers upsert { external_ref = $.orderId, company_name = text($.fulfillment.fulfillmentStatus?) ?? \"\" }\n".replace(" ?? \"\"", "").replace("text($.fulfillment.fulfillmentStatus?)", "\"{{ $.fulfillment.fulfillmentStatus? ?? \\\"PENDING\\\" }}\"").as_str());
    assert_eq!(plan.source.datasets, ["FULFILLMENT"]);
    assert_eq!(plan.source.reads, ["fulfillment", "lastUpdatedTime", "orderId"]);
    let plan = self::plan(&format!("let _name = $.buyer.buyerName?\n{TARGET}"));
    assert_eq!(plan.source.datasets, ["BUYER"]);
    // A query may look anywhere, and the record as a whole is everything.
    let plan = self::plan(&format!("let _all = $..countryCode\n{TARGET}"));
    assert!(plan.source.datasets.contains(&"RECIPIENT"), "{:?}", plan.source.datasets);
}

#[test]
fn buyer_data_stays_out_of_an_environment_that_must_not_get_it() {
    let codes = |name: &str| {
        let text =
            format!("{HEAD}target tims.customers upsert {{ external_ref = $.orderId, company_name = {name} }}\n");
        let source = flows::source("example.flow", &text);
        let files = FilesInMemory::default();
        let compiled = lang::compile(&source, &flows::catalog(), &files, &flows::guarded("staging"));
        compiled.diagnostics.iter().map(|found| found.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes("$.buyer.buyerName? ?? \"x\""), ["E504"]);
    assert_eq!(codes("upper($.buyer.buyerName? ?? \"x\")"), ["E504"]);
    assert_eq!(codes("\"Mr {{ $.buyer.buyerName? ?? \\\"x\\\" }}\""), ["E504"]);
    assert_eq!(codes("if true { $.buyer.buyerName? ?? \"x\" } else { \"\" }"), ["E504"]);
    assert_eq!(codes("join(\" \", for _i in $.orderItems { $.buyer.buyerName? ?? \"x\" })"), ["E504"]);
    assert_eq!(codes("{ a = $.buyer.buyerName? ?? \"x\" }.a"), ["E504"]);
    assert!(codes("mask($.buyer.buyerName? ?? \"x\")").is_empty());
}

#[test]
fn one_record_gives_the_same_bytes_on_every_thread() {
    let folder = flows::root().join("tests/language/money");
    let text = std::fs::read_to_string(folder.join("flow.flow")).unwrap();
    let plan = Arc::new(flows::compile(&text, &folder).plan.unwrap());
    let records = flows::document(&std::fs::read_to_string(folder.join("input.json")).unwrap());
    let record = records.as_list().unwrap()[0].clone();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (plan, record) = (Arc::clone(&plan), record.clone());
            std::thread::spawn(move || outcome(&plan, &flows::run(&plan, record, &Mocks::default())))
        })
        .collect();
    let told: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_default_inside_text_is_the_text_that_was_written() {
    // The spaces that keep places right once stood inside the quotes.
    let plan = plan(
        "let reference = \"a:{{ $.salesChannel.marketplaceId? ?? \\\"\\\" }}:b\"\ntarget tims.customers upsert { external_ref = reference, company_name = \"x\" }\n",
    );
    let record = flows::document(r#"{"orderId": "1", "salesChannel": {}}"#);
    let done = flows::run(&plan, record, &Mocks::default());
    assert_eq!(json::to_string(done.writes[0].payload.get("external_ref").unwrap()), "\"a::b\"");
}

fn compile(text: &str) -> Compiled {
    let compiled = flows::compile(text, &flows::root().join("flows"));
    // Without errors there is a plan: nothing is dropped silently.
    assert_eq!(compiled.plan.is_some(), !compiled.failed(), "{:#?}\n{text}", compiled.diagnostics);
    compiled
}

#[test]
fn hostile_text_ends_in_an_error() {
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("let x = {}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let doubled: String = (1..60).map(|n| format!("let a{n} = {{ x = a{0}, y = a{0} }}\n", n - 1)).collect();
    let nested: String = (1..3000).map(|n| format!("let a{n} = [a{}]\n", n - 1)).collect();
    let cases = [
        deep("(", "1", ")", 100_000),
        deep("[", "1", "]", 100_000),
        deep("not ", "true", "", 100_000),
        deep("not\n", "true", "", 100_000),
        deep("- ", "1", "", 100_000),
        deep("$.a", ".b", "", 1) + &".b".repeat(100_000),
        deep("1", "", "", 1) + &" + 1".repeat(100_000),
        deep("null", "", "", 1) + &" ?? null".repeat(100_000),
        deep("{}", "", "", 1) + &" with {}".repeat(100_000),
        deep("if true { 1 } else ", "{ 2 }", "", 20_000),
        deep("match { true => ", "1", ", else => 2 }", 5_000),
        deep("for a in [1] { ", "1", " }", 5_000),
        // Brackets that a quote hides from one reader of the text and not from another.
        format!("let a = \"\nlet x = {}", "(".repeat(100_000)),
        format!("let a = $['\"'] + {}", "(".repeat(100_000)),
        format!("let x = \"{{{{ {} }}}}\"", "(".repeat(100_000)),
        format!("let x = \"{{% if {} true %}}{{% endif %}}\"", "not ".repeat(100_000)),
        format!("let x = $.orderItems[?{}@.a]", "!".repeat(100_000)),
        format!("let a0 = {{ x = 1 }}\n{doubled}"),
        format!("let a0 = [1]\n{nested}"),
        "lookup a = table { \"k\" => \"v\" } by k give v else a[\"x\"]\nlet x = a[\"y\"]".to_owned(),
        "when true {\n".repeat(10_000),
        "x".repeat(lang::MAX_SOURCE + 1),
    ];
    for case in cases {
        // Threads of tests have a quarter of the main thread's stack, which is the harder case.
        let compiled = compile(&format!("{HEAD}{case}\n{TARGET}"));
        assert!(compiled.failed(), "{}", case.chars().take(80).collect::<String>());
    }
    for size in [" ", "# comment\n", "let x = 1\n", "\"", "\n(", "=> ", "let a"] {
        compile(&size.repeat(lang::MAX_SOURCE / size.len()));
    }
    // What is deep and allowed is read once: two readings of each level would never end.
    for fine in [
        "if true { let y = ".repeat(40) + "1" + &" y } else { 2 }".repeat(40),
        "{ let y = ".repeat(40) + "1" + &" z = y }".repeat(40),
    ] {
        assert!(!compile(&format!("{HEAD}let _x = {fine}\n{TARGET}")).failed());
    }
}

fn order_sync() -> String {
    std::fs::read_to_string(flows::root().join("flows/order_sync.flow")).unwrap()
}

fn soup() -> impl Strategy<Value = String> {
    let tokens = [
        "flow",
        "source",
        "key",
        "lookup",
        "param",
        "skip",
        "when",
        "reject",
        "because",
        "let",
        "transform",
        "target",
        "test",
        "given",
        "expect",
        "with",
        "if",
        "else",
        "match",
        "for",
        "in",
        "where",
        "and",
        "or",
        "not",
        "catch",
        "??",
        "?",
        "==",
        "=",
        "=>",
        "|",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ".",
        "..",
        "$",
        "$.orderId",
        "$.buyer",
        "x",
        "y",
        "1",
        "2.5",
        "15m",
        "\"a\"",
        "\"{{ x }}\"",
        "\"",
        "'",
        "#",
        "\n",
        "\nlet ",
        "count",
        "null",
        "*",
        "+",
        "-",
        "amazon.orders",
        "tims.items",
        "by",
        "give",
        "table",
        "env",
        "é",
        "\\",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..60).prop_map(|parts| parts.join(" "))
}

/// The real flow with a piece of it cut out, repeated or replaced.
fn mutation() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), 0_usize..40, prop::option::of("[ -~\\n]{0,6}")).prop_map(|(at, length, put)| {
        let chars: Vec<char> = order_sync().chars().collect();
        let at = at.index(chars.len());
        let end = (at + length).min(chars.len());
        let mut out: String = chars[..at].iter().collect();
        match put {
            Some(put) => out.push_str(&put),
            None => out.extend(chars[at..end].iter().chain(&chars[at..end])),
        }
        out.extend(&chars[end..]);
        out
    })
}

/// The codes of a flow. What does not parse has no meaning to keep, only its place in the file: which slip it is may read
/// otherwise with other spaces.
fn codes(compiled: &Compiled) -> Vec<&'static str> {
    let of = |code: Code| if code.is_syntax() { "syntax" } else { code.name() };
    let mut codes: Vec<&str> = compiled.diagnostics.iter().map(|found| of(found.code)).collect();
    codes.sort_unstable();
    codes
}

fn formatting_keeps(text: &str) {
    let once = format(text);
    let twice = format(&once);
    if let Some((a, b)) = once.lines().zip(twice.lines()).find(|(a, b)| a != b) {
        panic!("formatting twice is not formatting once:\n{a}\n{b}");
    }
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(squeeze(&once), squeeze(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_or_fails(text in "\\PC{0,200}") {
        compile(&text);
        formatting_keeps(&text);
    }

    #[test]
    fn any_soup_of_words_compiles_or_fails(text in soup()) {
        compile(&text);
        compile(&format!("{HEAD}let x = {text}\n{TARGET}"));
        formatting_keeps(&text);
    }

    #[test]
    fn the_real_flow_with_a_slip_compiles_or_fails(text in mutation()) {
        compile(&text);
        formatting_keeps(&text);
    }
}

#[test]
fn formatting_keeps_the_meaning() {
    let mut texts = vec![order_sync()];
    for path in flows::files(&flows::root().join("tests/diagnostics"), "flow") {
        texts.push(std::fs::read_to_string(path).unwrap());
    }
    for text in texts {
        let folder = flows::root().join("tests/diagnostics");
        let (before, after) = (flows::compile(&text, &folder), flows::compile(&format(&text), &folder));
        assert_eq!(codes(&before), codes(&after), "{text}");
        formatting_keeps(&text);
    }
}

#[test]
fn functions_read_what_is_read_in_them_and_keep_buyer_data() {
    let functions = "function city(a: amazon.orders.recipient.deliveryAddress?) { a.city? ?? \"none\" }\n\
                     function same(x: any) { x }\n";
    let plan = plan(&format!("{functions}let _city = city($.recipient.deliveryAddress?) | same\n{TARGET}"));
    assert_eq!(plan.source.datasets, ["RECIPIENT"]);
    let reads = &plan.facts.reads["amazon.orders"];
    assert!(reads.contains("recipient.deliveryAddress.city"), "{reads:?}");
    assert!(!reads.contains("recipient.deliveryAddress"), "{reads:?}");
    for reason in ["same($.buyer.buyerName? ?? \"x\")", "city($.recipient.deliveryAddress?)"] {
        let text = format!(
            "{HEAD}{functions}let _c = city(null)\nlet _s = same(1)\nreject when true because {reason}\n{TARGET}"
        );
        assert_eq!(codes(&flows::compile(&text, &flows::root())), ["E504"], "{reason}");
    }
}

#[test]
fn functions_that_double_end_with_an_error() {
    let doubling = |count: usize| {
        let next = |n: usize| format!("function f{n}(x: decimal) {{ f{}(x) + f{}(x + 1) }}\n", n - 1, n - 1);
        format!("function f0(x: decimal) {{ x + x }}\n{}", (1..count).map(next).collect::<String>())
    };
    let compiled = flows::compile(&format!("{HEAD}{}let _x = f39(1)\n{TARGET}", doubling(40)), &flows::root());
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code.name()).collect();
    assert!(compiled.failed() && codes.iter().all(|code| *code == "E102"), "{codes:?}");
    // What stays within the limit costs what it says, and gives what it should.
    let plan = plan(&format!(
        "{}let x = f7(1)\ntarget tims.sales_orders call release {{ id = \"{{{{ x }}}}\" }}\n",
        doubling(8)
    ));
    let done = flows::run(&plan, flows::document("{\"orderId\": \"1\"}"), &Mocks::default());
    assert_eq!(json::to_string(&done.writes[0].payload), "{\"id\":\"1152\"}");
}
