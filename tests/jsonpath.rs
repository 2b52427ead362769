//! JSONPath as RFC 9535 has it: the official compliance suite (tests/jsonpath/cts.json, see the README there), what the
//! suite leaves out, and that no query crashes or runs for ever.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use flowrun::lang;
use flowrun::plan::eval::{Answer, Frame, Lookups, evaluate};
use flowrun::value::query::{MAX_DEPTH, MAX_WORK, Query};
use flowrun::value::{Object, Value, json};

const MOST: usize = 100_000;

fn suite() -> Vec<Value> {
    let text = std::fs::read_to_string(flows::root().join("tests/jsonpath/cts.json")).unwrap();
    json::parse(text.as_bytes()).unwrap().get("tests").unwrap().as_list().unwrap().to_vec()
}

/// What a query finds, as one line of JSON.
fn found(query: &str, document: &Value) -> Result<String, String> {
    let query = Query::parse(query).map_err(|error| error.message)?;
    let found = query.run(document, MOST, &mut MAX_WORK.clone()).map_err(|error| error.message)?;
    Ok(json::to_string(&Value::list(found.into_iter().cloned().collect())))
}

fn document(text: &str) -> Value {
    json::parse(text.as_bytes()).unwrap()
}

/// The results that a case of the suite allows; none where the query is invalid.
fn allowed(case: &Value) -> Option<Vec<&Value>> {
    match (case.get("result"), case.get("results")) {
        (Some(one), _) => Some(vec![one]),
        (None, Some(several)) => Some(several.as_list().unwrap().iter().collect()),
        (None, None) => None,
    }
}

#[test]
fn the_compliance_suite_holds_without_exception() {
    let suite = suite();
    assert_eq!(suite.len(), 687, "a suite of another size needs another look");
    let mut wrong = Vec::new();
    for case in &suite {
        let (name, selector) = (case.get("name").unwrap().display(), case.get("selector").unwrap().display());
        let outcome = found(&selector, case.get("document").unwrap_or(&Value::Null));
        match (allowed(case), outcome) {
            (None, Err(_)) => {}
            (None, Ok(found)) => wrong.push(format!("{name}: {selector} is invalid, but finds {found}")),
            (Some(_), Err(error)) => wrong.push(format!("{name}: {selector} is refused: {error}")),
            (Some(results), Ok(found)) => {
                let found = document(&found);
                if !results.iter().any(|result| result.same(&found)) {
                    wrong.push(format!("{name}: {selector} finds {}", json::to_string(&found)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), suite.len(), wrong.join("\n"));
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

/// What an expression of the language gives, as `flowrun eval` works it out.
fn given(expression: &str, document: &Value) -> Result<Value, String> {
    let (node, slots) = lang::expression(expression, &flows::catalog())
        .map_err(|found| found.iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("; "))?;
    let mut frame = Frame::new(document.clone(), std::sync::Arc::from([]), slots);
    evaluate(&node, &mut frame, &NoLookups).map_err(|error| format!("{} {}", error.code.name(), error.message))
}

/// Whether one of the results of a case is what an expression gave: a plain path gives the one value that it leads to,
/// and an error where there is none; anything else gives a list.
fn agrees(results: &[&Value], outcome: &Result<Value, String>) -> bool {
    results.iter().any(|result| {
        let found = result.as_list().unwrap();
        match outcome {
            Ok(value) => result.same(value) || matches!(found, [one] if one.same(value)),
            Err(error) => found.is_empty() && error.starts_with("E60"),
        }
    })
}

#[test]
fn the_language_takes_every_query_of_the_suite() {
    // White space around an expression of the language means nothing.
    let around = ["basic, no leading whitespace", "basic, no trailing whitespace"];
    let mut wrong = Vec::new();
    for case in &suite() {
        let (name, selector) = (case.get("name").unwrap().display(), case.get("selector").unwrap().display());
        let outcome = given(&selector, case.get("document").unwrap_or(&Value::Null));
        let right = match allowed(case) {
            None => outcome.is_err() || around.contains(&name.as_str()),
            Some(results) => agrees(&results, &outcome),
        };
        if !right {
            wrong.push(format!("{name}: {selector} gives {:?}", outcome.map(|value| value.display())));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn numbers_compare_with_all_their_digits() {
    let numbers = document(
        "[9007199254740993, 9007199254740992, 0.1234567890123456789, 0.12345678901234567891, 1.10, 1e3, -0, 12345678901234567890]",
    );
    for (query, wanted) in [
        ("$[?@ == 9007199254740993]", "[9007199254740993]"),
        ("$[?@ > 9007199254740992 && @ < 9007199254740994]", "[9007199254740993]"),
        ("$[?@ == 0.1234567890123456789]", "[0.1234567890123456789]"),
        ("$[?@ == 1.1]", "[1.10]"),
        ("$[?@ == 1.100e0]", "[1.10]"),
        ("$[?@ == 1000.0]", "[1000]"),
        ("$[?@ == 0]", "[0]"),
        ("$[?@ == -0.0]", "[0]"),
        ("$[?@ == 12345678901234567890]", "[12345678901234567890]"),
        ("$[?@ >= 9223372036854775808]", "[12345678901234567890]"),
    ] {
        assert_eq!(found(query, &numbers).as_deref(), Ok(wanted), "{query}");
    }
    let refused = found("$[?@ == 1.00000000000000000000000000001]", &numbers).unwrap_err();
    assert!(refused.contains("28 digits"), "{refused}");
    for query in
        ["$[?@ == 01]", "$[?@ == 1.]", "$[?@ == .5]", "$[?@ == +1]", "$[?@ == --1]", "$[?@ == 1e]", "$[?@ == 1.5.5]"]
    {
        assert!(found(query, &numbers).is_err(), "{query}");
    }
    for query in ["$[9007199254740992]", "$[-9007199254740992]", "$[0:9007199254740992]", "$[::9007199254740992]"] {
        assert!(found(query, &numbers).is_err(), "{query}");
    }
}

#[test]
fn functions_are_checked_for_their_types() {
    let items = document(r#"{"p":"a.","x":[{"a":[1,2],"s":"ab"},{"a":[1],"s":"b"},{"s":"c"}]}"#);
    for (query, wanted) in [
        ("$[?@[?@.a[?@>1]]].s", "[]".to_owned()),
        ("$.*[?@[?@[?@>1]]].s", r#"["ab"]"#.to_owned()),
        ("$.x[?@.a[?@>1]].s", r#"["ab"]"#.to_owned()),
        ("$.x[?count(@.a[?@>0]) == 2].s", r#"["ab"]"#.to_owned()),
        ("$.x[?length(value(@..s)) == 1].s", r#"["b","c"]"#.to_owned()),
        ("$.x[?match(@.s, $.p)].s", r#"["ab"]"#.to_owned()),
        ("$.x[?search(@.s, 'b$')].s", r#"["ab","b"]"#.to_owned()),
        ("$.x[?!@.a].s", r#"["c"]"#.to_owned()),
        ("$.x[?@.a == @.b].s", r#"["c"]"#.to_owned()),
        ("$.x[?value(@.a[*]) == 1].s", r#"["b"]"#.to_owned()),
        ("$.x[?match(@.s, '[')].s", "[]".to_owned()),
    ] {
        assert_eq!(found(query, &items), Ok(wanted), "{query}");
    }
    for query in [
        "$[?length(@.*) == 1]",
        "$[?length(@..a) > 1]",
        "$[?length(@.a == 1) > 1]",
        "$[?count(1) == 1]",
        "$[?count('a') == 1]",
        "$[?count(length(@.a)) == 1]",
        "$[?value(1) == 1]",
        "$[?value('a') == 1]",
        "$[?value(length(@.a)) == 1]",
        "$[?match(@.*, 'a')]",
        "$[?match(@.a, @.*)]",
        "$[?search(@..a, 'a')]",
        "$[?match(@.a, 'a') == 1]",
        "$[?match(match(@.a, 'a'), 'a')]",
        "$[?length(@.a)]",
        "$[?count(@.a)]",
        "$[?value(@.a)]",
        "$[?!length(@.a)]",
        "$[?@.a in [1]]",
        "$.a b",
        "$[?@.a b == 1]",
        "$[?in(@.a, @.b)]",
        "$[?any_of(@.a, $.b)]",
        "$[?foo(@.a)]",
        "$[?true]",
        "$[?@.* == 1]",
        "$[?@..a == 1]",
        "$[?1]",
    ] {
        assert!(found(query, &items).is_err(), "{query}");
    }
}

#[test]
fn no_document_is_too_deep() {
    let mut deep = Value::Int(1);
    for level in 0..20_000 {
        deep = if level % 2 == 0 {
            Value::list(vec![deep])
        } else {
            Value::object(Object::from_iter([(std::sync::Arc::from("a"), deep)]))
        };
    }
    assert_eq!(Query::parse("$..*").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap().len(), 20_000);
    assert_eq!(Query::parse("$..[?@ == 1]").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap().len(), 1);
    assert_eq!(Query::parse("$..a").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap().len(), 10_000);
    assert_eq!(Query::parse("$[?@.a == $[0].a]").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap().len(), 1);
    assert_eq!(
        Query::parse("$[?count(@..*) > 19000]").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap().len(),
        1
    );
    // Every level looks at all below it.
    let error = Query::parse("$..[?count(@..*) == 3]").unwrap().run(&deep, MOST, &mut MAX_WORK.clone()).unwrap_err();
    assert!(error.message.contains("looks at more than"), "{error}");
    // Dropping a value goes down by recursion; such a document cannot be read, see `value::json::MAX_DEPTH`.
    std::mem::forget(deep);
}

#[test]
fn every_query_comes_to_an_end() {
    let wide =
        document(&format!("[{}]", vec![r#"{"a":[{"b":1},{"b":2}],"c":"aaaaaaaaaaaaaaaaaaaaaaaa"}"#; 20_000].join(",")));
    for query in [
        "$[?@ == $[19999] && count($..*) == 1]",
        "$[?$ == $ && @.a == 1]",
        "$[?search(@.c, $[0].c) && count($..a) == 1]",
        "$[?match(@.c, '(a|aa|aaa|aaaa)*b') || count($..b) == 2]",
    ] {
        let started = std::time::Instant::now();
        let error = Query::parse(query).unwrap().run(&wide, MOST, &mut MAX_WORK.clone()).unwrap_err();
        assert!(error.message.contains("more than"), "{query}: {error}");
        assert!(started.elapsed().as_secs() < 60, "{query} took {:?}", started.elapsed());
    }
    let error = given("$..*..[*,*,*]", &wide).unwrap_err();
    assert!(error.starts_with("E610"), "{error}");
    let nested = format!("$[{}@.a{}]", "?@[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(Query::parse(&nested).unwrap_err().message.contains("deeper than"));
    assert!(Query::parse(&format!("${}", ".a".repeat(20_000))).unwrap_err().message.contains("longer than"));
    for part in ["length(", "!(", "?@[", "count(@[?", "value($[?", "$[?@.a==", "match(", "((", "@.a && "] {
        let started = std::time::Instant::now();
        let _ = Query::parse(&format!("$[?{}", part.repeat(200)));
        let _ = Query::parse(&format!("$[?{}@.a{}]", part.repeat(30), ")".repeat(30)));
        assert!(started.elapsed().as_secs() < 10, "{part} took {:?}", started.elapsed());
    }
}
