//! Buyer data and the ways in which it could leave: each is refused for an environment that must not get any, each way to
//! hide it is taken, and production gets it as it is. docs/buyer-data.md says what is tracked.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use flowrun::diag::Severity;
use flowrun::lang::{self, Compiled, Environment, FilesInMemory};
use flowrun::rehearse::mapper::Mapper;
use flowrun::rehearse::{Mocks, rehearse};
use flowrun::value::{Value, json};
use std::sync::Arc;

const HEAD: &str = "flow example
source amazon.orders { on every 15m }
key $.orderId
param salt: text = \"pepper\"
lookup speed_of = table { \"a\" => \"express\", \"b\" => \"normal\" } by level give speed
lookup sale_of = tims.sales_orders by external_ref
lookup account_of = tims.customers by external_ref
let email = $.buyer.buyerEmail? ?? \"\"
let name = $.recipient.deliveryAddress.name? ?? \"\"
";

/// A flow that hands the value of an expression to a target, with lines above it.
fn flow(lines: &str, sent: &str) -> String {
    format!(
        "{HEAD}{lines}\ntarget tims.customers upsert {{ external_ref = \"x\", company_name = \"Retail\", code = {sent} }}\n"
    )
}

fn compile(text: &str, environment: &Environment) -> Compiled {
    lang::compile(&flows::source("example.flow", text), &flows::catalog(), &FilesInMemory::default(), environment)
}

fn errors(compiled: &Compiled) -> Vec<String> {
    let errors = compiled.diagnostics.iter().filter(|found| found.severity() == Severity::Error);
    errors.map(|found| format!("{} {}", found.code.name(), found.message)).collect()
}

/// Lines above the target, and what is sent: text made of buyer data in some way.
const LEAKS: &[(&str, &str, &str)] = &[
    ("a field of the record", "", "$.buyer.buyerEmail? ?? \"\""),
    ("a variable", "", "email"),
    ("a variable of a variable", "let again = email", "again"),
    ("a field of a transform", "transform made { who = email }", "made.who"),
    ("text put together", "", "email + \"!\""),
    ("text with a value in it", "", "\"for {{ email }}\""),
    ("a template", "", "\"{% if true %}{{ email }}{% endif %}\""),
    ("a template that goes through a list", "let all = [email]", "\"{% for one in all %}{{ one }}{% endfor %}\""),
    ("a default", "", "$.buyer.buyerName? ?? \"none\""),
    ("what a default stands before", "let none = $.buyer.buyerCompanyName?", "none ?? email"),
    ("what is taken where something fails", "", "text(decimal(\"x\" + $.orderId)) catch email"),
    ("one branch", "", "if $.orderId == \"1\" { email } else { \"\" }"),
    ("one case", "", "match $.orderId { \"1\" => email, else => \"\" }"),
    ("the subject of a match that is given back", "", "match email { \"\" => \"none\", else => email }"),
    ("a block", "", "if true { let part = email  part } else { \"\" }"),
    ("a list", "", "[email][0]"),
    (
        "an item whose place is worked out",
        "let parts = split(email, \"@\") let n = count($.orderItems) - 1",
        "parts[n]",
    ),
    ("a loop over a list of it", "let parts = for part in split(email, \"@\") { part }", "parts[0]"),
    ("a loop that names it", "let all = for item in $.orderItems { email }", "all[0]"),
    ("an object", "let made = { a = { b = email } }", "made.a.b"),
    ("an object with other fields", "let made = { a = email } with { b = 1 }", "made.a"),
    ("an object that gets it later", "let made = { a = \"\" } with { a = email }", "made.a"),
    ("objects that differ by branch", "let made = if true { { a = email } } else { { a = \"\" } }", "made.a"),
    ("branches of which nothing is known any more", "let made = [{ a = email }, parse_json(\"1\")]", "text(made[0].a)"),
    ("the whole record", "let all = $", "all.buyer.buyerEmail? ?? \"\""),
    ("the whole record as JSON", "", "to_json($)"),
    ("a query that looks anywhere", "let found = $..buyerEmail", "join(\",\", found)"),
    ("a query for everything", "let found = $..*", "to_json(found)"),
    ("a query with a filter", "let found = $.orderItems[?@.quantityOrdered > 0]", "to_json(found)"),
    ("every item of a list", "let all = $.orderItems[*].product.customization?", "to_json(all)"),
    ("JSON and back", "let back = parse_json(to_json({ a = email }))", "text(back.a)"),
    (
        "JSON, back, and with another field",
        "let back = parse_json(to_json({ a = email })) with { b = 1 }",
        "text(back.a)",
    ),
    ("JSON, back, and gone through", "let back = for one in parse_json(to_json([email])) { one }", "text(back[0])"),
    ("Base64", "", "base64_encode(email)"),
    ("Base64 for addresses", "", "base64url_encode(email)"),
    ("hexadecimal digits", "", "hex_encode(email)"),
    ("percent signs", "", "url_encode(email)"),
    ("a query string", "", "query_string({ q = email })"),
    ("CSV", "", "to_csv([{ a = email }], [\"a\"])"),
    ("XML", "", "to_xml({ a = email })"),
    ("a checksum of it", "", "checksum(email)"),
    ("capitals", "", "email | trim | upper"),
    ("parts put together again", "", "join(\"@\", split(email, \"@\"))"),
    ("one part", "", "split(email, \"@\") | first"),
    ("a part before a mark", "", "before(email, \"@\")"),
    ("its first characters", "", "substring(email, 0, 3)"),
    ("other letters", "", "transliterate(name)"),
    ("the parts of a name", "let parts = split_name(name)", "parts.last"),
    ("a name with its family first", "", "name_order(name)"),
    ("a greeting", "", "salutation(name, \"en\")"),
    ("a street", "let at = parse_street($.recipient.deliveryAddress.addressLine1? ?? \"x\")", "at.street"),
    (
        "a telephone number",
        "let phone = parse_phone($.recipient.deliveryAddress.phone? ?? \"+1\", \"US\")",
        "phone.e164",
    ),
    ("a domain", "", "email_domain(email)"),
    ("a list that is sorted", "let all = sort([email, \"x\"])", "all[0]"),
    ("a list with another item", "let all = append([\"x\"], email)", "last(all)"),
    ("two lists", "let all = union([\"x\"], [email])", "all[0]"),
    ("parts of a list", "let all = chunk([email], 2)", "all[0][0]"),
    ("pairs", "let all = zip([\"x\"], [email])", "all[0].right"),
    ("groups", "let all = group_by([{ a = email }], \"a\")", "all[0].key"),
    ("the items of groups", "let all = group_by([{ a = email, b = 1 }], \"b\")", "all[0].items[0].a"),
    ("a field of all", "let all = pluck([{ a = email }], \"a\")", "all[0]"),
    ("an object by a field", "let by = index_by([{ a = email }], \"a\")", "join(\",\", keys(by))"),
    (
        "what an object by a field holds",
        "let by = index_by([{ a = \"k\", b = email }], \"a\")",
        "text(by.k.b? ?? \"\")",
    ),
    ("the fields of an object", "let all = entries({ a = email })", "text(all[0].value)"),
    ("an object of a list", "let made = from_entries([{ name = \"a\", value = email }])", "text(made.a? ?? \"\")"),
    ("some fields", "let made = pick({ a = email, b = 1 }, \"a\")", "made.a"),
    ("a field that is renamed", "let made = rename({ a = email }, \"a\", \"b\")", "made.b"),
    ("objects laid over each other", "let made = merge({ a = 1 }, { a = email })", "made.a"),
    (
        "objects laid over each other on all levels",
        "let made = merge_deep({ x = { a = \"\" } }, { x = { a = email } })",
        "made.x.a",
    ),
    ("without what is null", "let made = compact({ a = email })", "made.a? ?? \"\""),
    ("a path", "", "text(get_path({ a = [email] }, \"a[0]\"))"),
    ("a field by a name", "", "text(get({ a = email }, \"a\"))"),
    ("the first of several", "let best = max_by([{ a = email, n = 1 }], \"n\")", "best.a"),
    ("what another system holds", "", "account_of[$.orderId].company_name? ?? \"\""),
    (
        "what a lookup gives for a miss",
        "lookup level_of = table { \"a\" => \"b\" } by level give speed else \"none\"",
        "level_of[$.orderId] + email",
    ),
];

#[test]
fn each_way_out_is_refused_where_buyer_data_is_forbidden_and_open_where_it_is_allowed() {
    let mut wrong = Vec::new();
    for (what, lines, sent) in LEAKS {
        let text = flow(lines, sent);
        let refused = errors(&compile(&text, &flows::guarded("qa")));
        if !refused.iter().any(|error| error.starts_with("E504 `code` is buyer data")) || refused.len() != 1 {
            wrong.push(format!("{what}: `{sent}` in qa gives {refused:?}"));
        }
        let allowed = errors(&compile(&text, &flows::anywhere()));
        if !allowed.is_empty() {
            wrong.push(format!("{what}: `{sent}` in production gives {allowed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(LEAKS.len() >= 70);
}

/// A record of which every field that is buyer data has a mark; the mark is a word that no mask leaves.
const MARKED: &str = r#"{
    "orderId": "a",
    "buyer": { "buyerEmail": "markerzz@markerzz.example", "buyerName": "Ann Markerzz" },
    "recipient": { "deliveryAddress": { "name": "Ann Markerzz", "addressLine1": "Markerzz 1", "city": "Markerzz" } },
    "orderItems": [{ "orderItemId": "1", "quantityOrdered": 1 }]
}"#;

#[test]
fn where_buyer_data_is_masked_every_way_out_is_open_and_none_of_it_leaves() {
    let masked = Environment { buyer_data_masked: true, ..flows::guarded("qa") };
    let mut wrong = Vec::new();
    let mut shown = 0;
    for (what, lines, sent) in LEAKS {
        let text = flow(lines, sent);
        let written = |environment: &Environment| {
            let compiled = compile(&text, environment);
            let plan = compiled.plan.unwrap_or_else(|| panic!("{what}: {:?}", compiled.diagnostics));
            let mocks = Mocks::default();
            let done = rehearse(&plan, flows::document(MARKED), Arc::from([Value::text("pepper")]), &mocks);
            let payloads: Vec<String> = done.writes.iter().map(|write| json::to_string(&write.payload)).collect();
            let mut mapper = Mapper::new(&plan, Arc::from([Value::text("pepper")]), &mocks);
            let (mut out, mut refused) = (Vec::new(), Vec::new());
            mapper.line(json::to_string(&flows::document(MARKED)).as_bytes(), 1, &mut out, &mut refused);
            (payloads.join("\n"), String::from_utf8(out).unwrap())
        };
        let marks = |text: &str| text.to_lowercase().contains("markerzz");
        let open = written(&flows::anywhere());
        shown += usize::from(marks(&open.0) && marks(&open.1));
        let hidden = written(&masked);
        if marks(&hidden.0) || marks(&hidden.1) || hidden.0.is_empty() != open.0.is_empty() {
            wrong.push(format!("{what}: `{sent}` gives {hidden:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What needs other records or lookups writes nothing here; the rest did carry the mark.
    assert!(shown > 40, "only {shown} of {} carried the mark", LEAKS.len());
}

/// What hides buyer data, or is none: it goes everywhere.
const HIDDEN: &[(&str, &str)] = &[
    ("mask", "mask(email)"),
    ("a masked address", "mask_email(email)"),
    ("a masked telephone number", "mask_phone($.recipient.deliveryAddress.phone? ?? \"+1 555 0100\")"),
    ("a masked postcode", "mask_postcode($.recipient.deliveryAddress.postalCode? ?? \"\")"),
    ("initials", "initials(name)"),
    ("a hash with a salt", "hash(email, env.salt)"),
    ("a short hash with a salt", "short_hash(email, 12, env.salt)"),
    ("an id made of it with a salt", "uuid_of(email, env.salt)"),
    ("nothing of it", "redact(email)"),
    ("a masked part inside text", "\"for {{ initials(name) }}\""),
    ("how long it is", "text(length(email))"),
    ("whether it is there", "text(is_empty(email))"),
    ("whether it is an address", "text(is_email(email))"),
    ("a word chosen by it", "if email == \"\" { \"guest\" } else { \"known\" }"),
    (
        "a word matched by it",
        "match $.recipient.deliveryAddress.countryCode? ?? \"\" { \"DE\" => \"home\", else => \"away\" }",
    ),
    ("a row of a table found by it", "speed_of[$.recipient.deliveryAddress.countryCode? ?? \"a\"]"),
    ("an id of the order", "$.orderId"),
    ("a field beside it", "first($.orderItems).orderItemId"),
    ("a field of an object that has it", "{ a = email, b = \"x\" }.b"),
    ("a part of a pair that has it", "zip([\"x\"], [email])[0].left"),
    ("the rest of an object", "pick({ a = email, b = \"x\" }, \"b\").b"),
];

#[test]
fn what_is_hidden_goes_everywhere() {
    let mut wrong = Vec::new();
    for (what, sent) in HIDDEN {
        let compiled = compile(&flow("", sent), &flows::guarded("qa"));
        let found: Vec<&str> =
            compiled.diagnostics.iter().map(|found| found.code.name()).filter(|code| *code != "W901").collect();
        if !found.is_empty() {
            wrong.push(format!("{what}: `{sent}` gives {found:?} {:?}", errors(&compiled)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Statements that would show or send buyer data, with a part of what is said. Reasons and keys are refused in every
/// environment, because lists and logs are read by people who are not the buyer's business.
const STATEMENTS: &[(&str, &str, &str, bool)] = &[
    (
        "a reason to skip",
        "skip when true and $.orderId == \"1\" because \"for {{ email }}\"",
        "a reason is shown",
        true,
    ),
    ("a reason to reject", "reject when $.orderId == \"1\" because email", "a reason is shown", true),
    ("a reason of an invariant", "ensure $.orderId != \"1\" because \"{{ upper(name) }}\"", "a reason is shown", true),
    ("the key of a lookup elsewhere", "let sale = sale_of[email].id catch \"\"", "the key of `sale_of`", false),
    (
        "a hashed key of a lookup is fine, a raw one inside text is not",
        "let sale = sale_of[\"x:{{ email }}\"].id catch \"\"",
        "the key of `sale_of`",
        false,
    ),
    (
        "a payload that is all of it",
        "target tims.customers as raw upsert parse_json(to_json({ company_name = email }))",
        "what is written is buyer data",
        false,
    ),
    (
        "a nested field",
        "target tims.customers as raw upsert { external_ref = \"x\", company_name = \"y\", contact = { email = email } }",
        "`contact.email`",
        false,
    ),
    (
        "a nested object of a function",
        "target tims.customers as raw upsert { external_ref = \"x\", company_name = \"y\", contact = merge({}, { email = email }) }",
        "`contact.email`",
        false,
    ),
    (
        "a field of a list",
        "target tims.customers as raw upsert { external_ref = \"x\", company_name = \"y\", addresses = [{ line1 = name, city = \"c\", country = \"DE\" }] }",
        "`addresses[].line1`",
        false,
    ),
    (
        "a field of any name",
        "target tims.sales_orders as raw call hold { id = \"1\", reason = email }",
        "buyer data",
        false,
    ),
];

#[test]
fn statements_that_would_show_buyer_data_do_not_compile() {
    let mut wrong = Vec::new();
    for (what, statement, part, everywhere) in STATEMENTS {
        let text = flow(statement, "\"x\"");
        let refused = errors(&compile(&text, &flows::guarded("qa")));
        if !refused.iter().any(|error| error.starts_with("E504") && error.contains(part)) {
            wrong.push(format!("{what}: in qa gives {refused:?}"));
        }
        let allowed = errors(&compile(&text, &flows::anywhere()));
        if allowed.iter().any(|error| error.starts_with("E504")) != *everywhere {
            wrong.push(format!("{what}: in production gives {allowed:?}"));
        }
    }
    let key = HEAD.replace("key $.orderId", "key $.buyer.buyerEmail? ?? \"\"");
    let keyed = format!("{key}target tims.customers upsert {{ external_ref = \"x\", company_name = \"y\" }}\n");
    let refused = errors(&compile(&keyed, &flows::anywhere()));
    if !refused.iter().any(|error| error.starts_with("E504 buyer data cannot be the key")) {
        wrong.push(format!("the key: {refused:?}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_hash_without_a_salt_is_told() {
    for (sent, told) in [
        ("hash(email)", true),
        ("hash(email, \"\")", true),
        ("short_hash(email, 12)", true),
        ("uuid_of(email)", true),
        ("hash(email, env.salt)", false),
        ("hash($.orderId)", false),
    ] {
        let codes = |environment: &Environment| {
            let compiled = compile(&flow("", sent), environment);
            assert_eq!(errors(&compiled), Vec::<String>::new(), "{sent}");
            compiled.diagnostics.iter().any(|found| found.code.name() == "W930")
        };
        assert_eq!(codes(&flows::guarded("qa")), told, "{sent}");
        assert!(!codes(&flows::anywhere()), "{sent}: where buyer data may go, its hash tells nothing more");
    }
}

#[test]
fn what_goes_where_is_a_fact_of_the_plan() {
    let compiled = compile(&flow("let sale = sale_of[email].id catch \"\"", "email + sale"), &flows::anywhere());
    let facts = &compiled.plan.as_ref().unwrap_or_else(|| panic!("{:?}", errors(&compiled))).facts;
    assert_eq!(facts.buyer_data.iter().map(String::as_str).collect::<Vec<_>>(), ["tims.customers.code"]);
    assert_eq!(facts.private_lookups.iter().map(String::as_str).collect::<Vec<_>>(), ["sale_of"]);
}

mod run {
    //! A run in which everything goes wrong, with buyers of one name that must not be read anywhere but in the target.

    use std::io;
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use flowrun::catalog::Catalog;
    use flowrun::clock::HandClock;
    use flowrun::connectors::memory::MemoryConnector;
    use flowrun::connectors::{
        Connection, Connector, ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest,
    };
    use flowrun::engine::{self, Deps, RunConfig, Shared, inspect};
    use flowrun::functions;
    use flowrun::lang::{self, FilesInMemory};
    use flowrun::store::memory::MemoryStore;
    use flowrun::store::seal::Sealer;

    use super::flows;

    /// The buyer's name, or a part of it.
    const MARK: &str = "MARKERZZ";

    const FLOW: &str = r#"flow example
source memory.things { on every 15m }
key $.id
lookup other = memory.things by id cache 0s
let name = $.name? ?? ""
let way = $.way?
let missed = if way == "missed" { other["{{ name }}/missed"].id } else { "" }
let lost = if way == "lost" { other["{{ name }}/lost"].id } else { "" }
let number = if way == "number" { text(decimal(name)) } else { "" }
let parts = if way == "parts" { split(name, " ")[9] } else { "" }
let json = if way == "json" { text(parse_json(name)) } else { "" }
let phone = if way == "phone" { normalize_phone(name, "DE") } else { "" }
let template = if way == "template" { "{% if true %}{{ name / 2 }}{% endif %}" } else { "" }
let by_name = if way == "by name" { text(get(index_by([{ n = name }], "n"), "Ann")) } else { "" }
let upper = if way == "kind" { upper(name) } else { "" }
ensure way != "ensured" or name == "somebody else" because "the name is another"
ensure name != "Ann MARKERZZ" or way != "compared"
skip when way == "skipped" because "a name of {{ length(name) }} letters"
target memory.things as copy upsert {
  id = "copy-{{ $.id }}"
  name = "{{ name }}{{ missed }}{{ lost }}{{ number }}{{ parts }}{{ json }}{{ phone }}{{ template }}{{ by_name }}{{ upper }}"
}
"#;

    const WAYS: [&str; 14] = [
        "fine", "missed", "lost", "number", "parts", "json", "phone", "template", "by name", "kind", "ensured",
        "compared", "refused", "again",
    ];

    /// A remote that repeats what it was sent in all that it says.
    #[derive(Default)]
    struct Echo {
        inner: MemoryConnector,
        again: Mutex<bool>,
    }

    #[async_trait]
    impl Connector for Echo {
        async fn read(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
            self.inner.read(request).await
        }

        async fn fetch(&self, request: &Fetch) -> Result<Vec<flowrun::value::Value>, ConnectorError> {
            match request.values.iter().map(flowrun::value::Value::display).find(|key| key.ends_with("/lost")) {
                Some(key) => {
                    Err(ConnectorError::new(ErrorKind::Rejected, format!("{key} is no key; {}", key.to_lowercase())))
                }
                None => self.inner.fetch(request).await,
            }
        }

        async fn write(&self, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
            let said = flowrun::value::json::to_string(&request.payload);
            let first = !std::mem::replace(&mut *self.again.lock().unwrap(), said.contains("copy-again"));
            if said.contains("copy-refused") {
                return Err(ConnectorError::new(ErrorKind::Rejected, format!("not this: {said}")));
            }
            if said.contains("copy-again") && first {
                return Err(ConnectorError::new(ErrorKind::Transient, format!("not now: {}", said.to_lowercase())));
            }
            self.inner.write(request).await
        }

        async fn probe(&self) -> Result<(), ConnectorError> {
            Ok(())
        }
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn nothing_that_a_run_says_names_a_buyer() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);

        let catalog = Catalog { functions: functions::all(), connectors: vec![Arc::new(MemoryConnector::spec())] };
        let source = flows::source("example.flow", FLOW);
        let compiled = lang::compile(&source, &catalog, &FilesInMemory::default(), &flows::anywhere());
        let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));

        let remote = Arc::new(Echo::default());
        let records = WAYS.iter().map(|way| {
            let name = if *way == "kind" { "[\"Ann MARKERZZ\"]" } else { "\"Ann MARKERZZ\"" };
            flows::document(&format!(
                r#"{{"id": "{way}", "name": {name}, "way": "{way}", "changed": "2026-01-01T00:00:00Z"}}"#
            ))
        });
        remote.inner.push_page(records.collect());
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let store = Arc::new(MemoryStore::new());
        let deps = Deps {
            store: store.clone(),
            connections: [("memory".to_owned(), remote.clone() as Connection)].into(),
            clock: Arc::new(HandClock::new("2026-03-01T00:00:00Z".parse().unwrap())),
            sealer: Arc::new(Sealer::from_key([7; 32])),
            params: Arc::from([]),
            environment: "test".into(),
            events: Some(sender),
            shared: Arc::new(Shared::default()),
        };
        let report = engine::run(Arc::new(plan), &deps, RunConfig::new(jiff::Timestamp::UNIX_EPOCH)).await;

        let told: Vec<String> =
            std::iter::from_fn(|| events.try_recv().ok()).map(|event| format!("{event:?}")).collect();
        let letters = inspect::dead_letters(&*store, &inspect::Which { closed: true, ..Default::default() }).unwrap();
        let incidents = inspect::incidents(&*store, &inspect::Which::default()).unwrap();
        let histories: Vec<_> = WAYS.iter().map(|way| inspect::record(&*store, "example", way).unwrap()).collect();
        let runs = inspect::runs(&*store, None, 10).unwrap();
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        let said = format!(
            "{report:?}\n{}\n{letters:?}\n{incidents:?}\n{histories:?}\n{runs:?}\n{}\n{log}",
            told.join("\n"),
            serde_json::to_string(&letters).unwrap_or_default(),
        );
        let leaks: Vec<&str> = said.lines().filter(|line| line.to_uppercase().contains(MARK)).collect();
        assert!(leaks.is_empty(), "{}", leaks.join("\n"));

        // The run did meet all of it, and the target has the name: so the silence means something.
        let delivered = format!("{:?}", remote.inner.documents());
        assert_eq!((delivered.matches(MARK).count(), report.counts.delivered), (2, 2), "{report:?}");
        assert_eq!(letters.len(), WAYS.len() - 2, "{letters:?}");
        assert!(told.len() > WAYS.len() && log.contains("dead letter") && said.contains("[buyer data]"), "{log}");
    }
}
