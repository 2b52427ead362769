//! Values: every function on every kind of them, JSON, tables, queries and templates.

use std::sync::Arc;

use flowrun::catalog::Function;
use flowrun::catalog::function::Arity;
use flowrun::diag::Span;
use flowrun::plan::eval::{Answer, Frame, Lookups, MAX_TEXT, evaluate};
use flowrun::plan::expr::{Expr, Node};
use flowrun::value::{Currency, Money, Object, Value, json};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::hostile::{CATALOG, target, value, wellformed_or_not};
use super::{config, wellformed};

fn texts() -> impl Strategy<Value = String> {
    let known = [
        "",
        " ",
        "NaN",
        "Infinity",
        "-0",
        "1e400",
        "1E-7",
        "0x10",
        "１２３",
        "EUR",
        "JPY",
        "ZZZ",
        "DE",
        "de-DE",
        "A1PA6795UKMFR9",
        "Europe/Paris",
        "America/Nowhere",
        "Etc/GMT+25",
        "UTC",
        "2026-02-30",
        "2026-02-28",
        "-9999-01-01",
        "9999-12-31T23:59:59Z",
        "2026-03-29T02:30:00",
        "P1Y",
        "PT1H",
        "%Y-%m-%d",
        "%",
        "%Q",
        "yyyy",
        "half_even",
        "up",
        "a,b;c",
        "{\"a\": [1]}",
        "[[[[",
        "<a>&lt;</a>",
        "a=1&b=%zz",
        "====",
        "QUJD",
        "ann@example.com",
        "+49 (0)30 123",
        "O'Neill-Smith, Dr. Ann",
        "ß",
        "İ",
        "e\u{301}",
        "\u{202e}x",
        "👨‍👩‍👧",
        "\0",
        "\\",
        "*?*?*?",
        "(",
        "{{",
        "{% for %}",
        "kg",
        "lb",
        "_",
        "-",
        "...",
        "0.1",
        "1,234.56",
        "1.234,56",
    ];
    prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        2 => "\\PC{0,12}",
        2 => "[0-9.,:eE+-]{0,14}",
        1 => prop::sample::select(vec!["a", "é", "*", " ", "9", "{", "\""]).prop_map(|c| c.repeat(70_000)),
    ]
}

fn scalars() -> impl Strategy<Value = Value> {
    let decimals = prop_oneof![
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::ZERO),
        Just(Decimal::new(1, 28)),
        (any::<i64>(), 0_u32..=28).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        (any::<i128>(), 0_u32..=28).prop_map(|(digits, scale)| {
            Decimal::try_from_i128_with_scale(digits >> 33, scale).unwrap_or(Decimal::ONE)
        }),
    ];
    let ints = prop_oneof![
        Just(i64::MIN),
        Just(i64::MAX),
        Just(0),
        Just(-1),
        Just(1),
        Just(100_001),
        Just(1 << 33),
        -20_i64..20,
        any::<i64>(),
    ];
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        4 => ints.prop_map(Value::Int),
        4 => decimals.clone().prop_map(Value::Decimal),
        6 => texts().prop_map(Value::from),
        2 => prop::sample::select(vec![Date::MIN, Date::MAX, Date::constant(2026, 2, 28), Date::constant(-1, 1, 1)]).prop_map(Value::Date),
        2 => prop::sample::select(vec![Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH]).prop_map(Value::Instant),
        2 => prop::sample::select(vec![SignedDuration::MIN, SignedDuration::MAX, SignedDuration::ZERO, SignedDuration::from_secs(90)])
            .prop_map(Value::Duration),
        3 => (decimals, prop::sample::select(vec!["EUR", "JPY", "KWD", "XXX"])).prop_map(|(amount, code)| {
            Value::Money(Money { amount, currency: Currency::new(code).unwrap() })
        }),
    ]
}

/// Any value, also with lists and objects in each other.
fn values() -> impl Strategy<Value = Value> {
    let nested = scalars().prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::list),
            prop::collection::vec(
                (prop::sample::select(vec!["a", "b", "amount", "currencyCode", "name", ""]), inner),
                0..5
            )
            .prop_map(|fields| Value::object(
                fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect::<Object>()
            )),
        ]
    });
    let deep = (1_usize..120, scalars())
        .prop_map(|(levels, inner)| (0..levels).fold(inner, |value, _| Value::list(vec![value])));
    let long = (prop::sample::select(vec![1_000_usize, 100_000]), scalars()).prop_map(|(count, item)| {
        // Many copies of a long text would be a test of the machine's memory.
        let item = if item.as_text().is_some_and(|text| text.len() > 100) { Value::Int(7) } else { item };
        Value::list(vec![item; count])
    });
    prop_oneof![40 => scalars(), 20 => nested, 2 => deep, 1 => long]
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

/// What a function gives for arguments, as in a flow.
fn called(function: &'static Function, args: &[Value]) -> Result<Value, String> {
    let node = |expr| Node { expr, at: Span::new(0, 0), pii: false };
    let args = args.iter().map(|value| node(Expr::Const(value.clone()))).collect();
    let call = node(Expr::Call { function, args });
    evaluate(&call, &mut Frame::new(Value::Null, Arc::from([]), 0), &NoLookups).map_err(|error| error.message.clone())
}

/// Arguments for a function: of the kinds that it takes, mostly.
fn arguments(function: &'static Function) -> impl Strategy<Value = Vec<Value>> {
    let most = function.params.len()
        + if function.params.last().is_some_and(|last| last.arity == Arity::Many) { 3 } else { 0 };
    let least = function.params.iter().filter(|param| param.arity == Arity::One || param.arity == Arity::Many).count();
    (prop::collection::vec(prop::collection::vec(values(), 6), most), least..=most.max(least)).prop_map(
        move |(choices, count)| {
            let pick = |(index, choices): (usize, Vec<Value>)| {
                let param = function.params.get(index).or(function.params.last());
                let fits = choices.iter().find(|value| param.is_none_or(|param| param.takes.take(value)));
                fits.or(choices.first()).cloned().unwrap_or_default()
            };
            choices.into_iter().enumerate().map(pick).take(count).collect()
        },
    )
}

/// No function panics, runs for long, or gives something else the second time, whatever it is called with.
#[test]
fn every_function_takes_anything() {
    let cases = config(40).cases;
    let mut wrong = Vec::new();
    for function in &CATALOG.functions {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases, ..config(cases) });
        let function: &'static Function = function;
        let outcome = runner.run(&arguments(function), |args| {
            let started = std::time::Instant::now();
            let first = called(function, &args);
            prop_assert!(started.elapsed().as_secs() < 20, "{} took {:?}", function.name, started.elapsed());
            prop_assert_eq!(&first, &called(function, &args));
            if let Ok(text) = &first
                && let Some(text) = text.as_text()
            {
                prop_assert!(text.len() <= MAX_TEXT);
            }
            Ok(())
        });
        if let Err(error) = outcome {
            wrong.push(format!("{}: {}", function.name, error.to_string().chars().take(400).collect::<String>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value as JSON has it: what is read is one of these.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        // A decimal without a fraction would be a whole number.
        (any::<i64>(), 1_u32..=28).prop_map(|(digits, scale)| Value::Decimal(Decimal::new(digits, scale))),
        "\\PC{0,20}".prop_map(Value::from),
        "[\\x00-\\x20\"\\\\/]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::list),
            prop::collection::vec(("\\PC{0,6}", inner), 0..8).prop_map(|fields| Value::object(
                fields.into_iter().map(|(name, value)| (Arc::from(name.as_str()), value)).collect::<Object>()
            )),
        ]
    })
}

/// Bytes that are nearly JSON.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    (documents(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)).prop_map(
        |(document, changes)| {
            let mut bytes = json::to_string(&document).into_bytes();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

fn queries() -> impl Strategy<Value = String> {
    let parts = [
        "$",
        "@",
        ".a",
        "..",
        "..a",
        "[0]",
        "[-1]",
        "[*]",
        ".*",
        "[1:3]",
        "[::-1]",
        "['a','b']",
        "[?@.a]",
        "[?@.a>1]",
        "[?@[?@>1]]",
        "[?",
        "]",
        "(",
        ")",
        "==",
        "<=",
        "!",
        "&&",
        "||",
        "1.50",
        "-0",
        "1e3",
        "'x'",
        "\"y\"",
        "count(@..*)",
        "length(@.a)",
        "value(@..a)",
        "match(@.a,'a.*')",
        "search(@,'[a-')",
        "true",
        "null",
        " ",
        ",",
        "\\u0041",
        "9007199254740993",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..12).prop_map(|parts| format!("${}", parts.concat()))
}

fn templates() -> impl Strategy<Value = String> {
    let parts = [
        "{% for a in b %}",
        "{% endfor %}",
        "{% if a %}",
        "{% else %}",
        "{% endif %}",
        "{% set a = 1 %}",
        "{% macro m(x) %}",
        "{% endmacro %}",
        "{{ a }}",
        "{{ m(1) }}",
        "{{ a ~ a }}",
        "{{ a * 99999 }}",
        "{{ [1] * 9999999 }}",
        "{% set a = a ~ a %}",
        "{% raw %}",
        "{% endraw %}",
        "{{ a | upper }}",
        "{{ a[",
        "}}",
        "{%",
        "{# c #}",
        "text",
        "{{ 1 / 0 }}",
        "{{ range(99999999) }}",
        "{% for x in [1,2,3] %}",
        "{{ loop.index }}",
        "{{ \\\"x\\\" * 100000 }}",
        "\\\\",
        "é",
        "{% filter upper %}",
        "{% endfilter %}",
        "{% block b %}",
        "{% endblock %}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn what_is_written_is_read_as_it_was(document in documents()) {
        prop_assert_eq!(json::parse(json::to_string(&document).as_bytes()), Ok(document.clone()));
        prop_assert_eq!(json::parse(json::to_string_pretty(&document).as_bytes()), Ok(document));
    }

    #[test]
    fn any_bytes_are_json_or_not(bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..60), nearly_json()]) {
        target("json", &bytes);
    }

    /// Every value can be written, and what is written is JSON.
    #[test]
    fn every_value_can_be_shown(value in values()) {
        let written = json::to_string(&value);
        prop_assert!(json::parse(written.as_bytes()).is_ok(), "{}", written);
        prop_assert!(value.same(&value));
    }

    #[test]
    fn any_query_ends(query in queries(), document in documents()) {
        target("query", format!("{query}\n{}", json::to_string(&document)).as_bytes());
        value(&query, &document);
    }

    #[test]
    fn any_table_is_loaded_or_refused(
        kind in 0_u8..4,
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..80),
            "(b,c,e\n)?([\"a-c1,;*?\\n\\r é.-]{0,60})".prop_map(String::into_bytes),
            "(- )?[bce:{}\\[\\],&*!|> \"'\\n1.-]{0,60}".prop_map(String::into_bytes),
            nearly_json(),
        ],
    ) {
        target("tables", &[vec![kind, b'\n'], bytes].concat());
    }

    #[test]
    fn any_expression_has_a_value_or_an_error(throws in prop::collection::vec(any::<u8>(), 0..80), document in documents()) {
        let expression = wellformed::expression(&throws);
        prop_assert!(value(&expression, &document).is_some(), "{} does not compile", expression);
        wellformed_or_not(&expression, &document);
    }

    #[test]
    fn any_template_ends(template in templates()) {
        let started = std::time::Instant::now();
        if let Some(Ok(text)) = value(&format!("{{ let a = \"x\" let b = [1, 2, 3] t = \"{template}\" }}.t"), &Value::Null) {
            prop_assert!(text.display().len() <= MAX_TEXT);
        }
        prop_assert!(started.elapsed().as_secs() < 10, "{} took {:?}", template, started.elapsed());
    }
}
