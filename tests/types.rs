//! What is known of a value before anything runs: the type of each kind of expression, with whether it may be absent,
//! its words, its currency and whether it is buyer data.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::sync::Arc;

use flowrun::catalog::{Base, EnumSpec, Field, ObjectSpec, Type};
use flowrun::lang;
use flowrun::value::Currency;

fn words(name: &str, values: &[&str], open: bool) -> Base {
    Base::Enum(Arc::new(EnumSpec {
        name: name.into(),
        values: values.iter().map(|word| (*word).into()).collect(),
        open,
    }))
}

fn object(name: &str, fields: Vec<Field>) -> Base {
    Base::Object(Arc::new(ObjectSpec { name: name.into(), fields, open: false }))
}

/// A record with a field of each kind.
fn record() -> Arc<ObjectSpec> {
    let must = |name: &str, base: Base| Field::required(name, Type::new(base));
    let may = |name: &str, base: Base| Field::optional(name, Type::new(base));
    let line = object(
        "Line",
        vec![
            must("sku", Base::Text),
            must("quantity", Base::Int),
            must("price", Base::Decimal).as_text(),
            may("discount", Base::Decimal),
            must("due", Base::Money(Currency::new("EUR"))),
            must("gift", Base::Bool),
            may("message", Base::Text).pii(),
        ],
    );
    let buyer = object(
        "Buyer",
        vec![may("email", Base::Text).pii(), must("kind", words("kind of buyer", &["person", "company"], false))],
    );
    Arc::new(ObjectSpec {
        name: "Order".into(),
        fields: vec![
            must("id", Base::Text),
            must("state", words("state", &["OPEN", "SHIPPED"], false)),
            must("channel", words("channel", &["WEB"], true)),
            must("placed", Base::Instant),
            must("day", Base::Date),
            may("note", Base::Text),
            must("euros", Base::Money(Currency::new("EUR"))),
            must("dollars", Base::Money(Currency::new("USD"))),
            must("total", Base::Money(None)),
            may("buyer", buyer),
            must("lines", Base::List(Box::new(Type::new(line)))),
        ],
        open: false,
    })
}

/// An expression, and its type or the code of what is wrong with it. `!` stands for buyer data.
const TYPES: &[(&str, &str)] = &[
    // Paths.
    ("$.id", "text"),
    ("$.note?", "text or null"),
    ("$.note", "E302"),
    ("$.note? ?? \"none\"", "text"),
    ("$.state", "state"),
    ("$.buyer?.email?", "text or null!"),
    ("$.buyer.email?", "text or null!"),
    ("$.buyer.kind?", "kind of buyer or null"),
    ("$.lines[0].price", "decimal"),
    ("$.lines[*].quantity", "list of int"),
    ("$.lines[*].message?", "list of text!"),
    ("$.euros.amount", "decimal"),
    ("$.lines", "list of Line!"),
    ("$.linse", "E203"),
    ("$..sku", "list of any value!"),
    // Values, arithmetic and comparisons.
    ("1 + 2", "int"),
    ("1 / 2", "decimal"),
    ("1 + 2.5", "decimal"),
    ("$.euros + $.euros", "money in EUR"),
    ("$.euros * 2", "money in EUR"),
    ("$.euros / $.euros", "decimal"),
    ("$.euros + $.dollars", "E306"),
    ("$.euros == $.dollars", "E306"),
    ("$.euros + $.total", "money in EUR"),
    ("money(\"1\", \"EUR\") + money(\"1\", \"USD\")", "E306"),
    ("$.placed + 2h", "instant"),
    ("$.placed - $.placed", "duration"),
    ("$.state == \"OPEN\"", "bool"),
    ("$.state == \"CLOSED\"", "E305"),
    ("$.state in [\"OPEN\", \"CLOSED\"]", "E305"),
    ("$.channel == \"SHOP\"", "bool"),
    ("\"{{ $.id }}/{{ $.day }}\"", "text"),
    ("\"for {{ $.buyer.email? ?? \\\"\\\" }}\"", "text!"),
    // Choosing.
    ("if $.state == \"OPEN\" { 1 } else { 2.5 }", "decimal"),
    ("if $.state == \"OPEN\" { $.euros } else { $.dollars }", "money"),
    ("if $.state == \"OPEN\" { 1 } else { null }", "int or null"),
    ("if $.state == \"OPEN\" { $.id } else { $.buyer.email? ?? \"\" }", "text!"),
    ("match $.state { \"OPEN\" => 1, \"SHIPPED\" => 2 }", "int"),
    ("match $.state { \"OPEN\" => 1 }", "E304"),
    ("match $.channel { \"WEB\" => 1 }", "E304"),
    ("match $.note? { null => $.id, else => $.note? ?? \"\" }", "text"),
    ("decimal($.id) catch 0", "decimal"),
    // Lists and objects.
    ("for line in $.lines { line.sku }", "list of text"),
    ("for line in $.lines where line.gift { line.price * line.quantity }", "list of decimal"),
    ("for line in $.lines { line.message? }", "list of text or null!"),
    ("[1, 2.5][0]", "decimal"),
    ("{ a = $.euros }.a", "money in EUR"),
    ("({ a = 1 } with { b = $.id }).b", "text"),
    ("{ a = 1 }.b", "E203"),
    // Functions, with what they know of their arguments.
    ("sum($.lines[*].quantity)", "int"),
    ("sum($.lines[*].due)", "money in EUR"),
    ("allocate($.euros, [1, 2])", "list of money in EUR"),
    ("round_money($.euros)", "money in EUR"),
    ("split_tax($.euros, 19).net", "money in EUR"),
    ("from_minor(100, \"JPY\")", "money in JPY"),
    ("money($.id, \"EUR\")", "money in EUR"),
    ("max($.euros, $.dollars)", "money"),
    ("first($.lines).price", "decimal"),
    ("sort_by($.lines, \"price\")[0].sku", "text"),
    ("sort_by($.lines, \"prize\")", "E203"),
    ("sum_by($.lines, \"quantity\")", "int"),
    ("sum_by($.lines, \"due\")", "money in EUR"),
    ("sum_by($.lines, \"quantty\")", "E203"),
    ("group_by($.lines, \"sku\")[0].key", "text"),
    ("group_by($.lines, \"sku\")[0].items[0].price", "decimal"),
    ("count_by($.lines, \"gift\")[0].count", "int"),
    ("max_by($.lines, \"price\").quantity", "int"),
    ("pluck($.lines, \"message\")", "list of text or null!"),
    ("pluck($.lines, \"sku\")", "list of text"),
    ("partition($.lines, \"gift\").yes[0].sku", "text"),
    ("zip($.lines, $.lines)[0].left.sku", "text"),
    ("enumerate($.lines)[0].number", "int"),
    ("chunk($.lines, 2)[0][0].sku", "text"),
    ("pick($.lines[0], \"sku\").sku", "text"),
    ("pick($.lines[0], \"sku\").price", "E203"),
    ("pick($.lines[0], \"skuu\")", "E203"),
    ("rename($.lines[0], \"sku\", \"code\").code", "text"),
    ("merge({ a = 1 }, { b = $.euros }).b", "money in EUR"),
    ("merge_deep({ a = { x = 1 } }, { a = { y = $.id } }).a.y", "text"),
    ("get($.lines[0], \"price\")", "decimal"),
    ("get($.lines[0], \"discount\", null)", "decimal or null"),
    ("without($.lines[0], \"sku\").price?", "decimal or null"),
    ("split_name($.buyer.email? ?? \"x\").last", "text!"),
    ("split_name($.id).first", "E302"),
    ("split_name($.id).frist", "E203"),
    ("parse_street($.id).house_number?", "text or null"),
    ("parse_phone($.id, \"DE\").e164", "text"),
    ("iso_week($.day).week", "int"),
    ("weekday($.day)", "weekday"),
    ("weekday($.day) == \"funday\"", "E305"),
    ("index_of($.id, \"x\")", "int or null"),
    ("index_of($.id, \"x\") + 1", "E302"),
    ("null_if($.id, \"\")", "text or null"),
    ("lower($.note?)", "E302"),
    ("lower(1)", "E301"),
    // Buyer data and what hides it.
    ("$.buyer.email? ?? \"\"", "text!"),
    ("mask($.buyer.email? ?? \"\")", "text"),
    ("initials($.buyer.email? ?? \"\")", "text"),
    ("hash($.buyer.email? ?? \"\", \"salt\")", "text"),
    ("redact($.buyer.email?)", "text"),
    ("upper($.buyer.email? ?? \"\")", "text!"),
    ("split($.buyer.email? ?? \"\", \"@\")", "list of text!"),
    ("is_email($.buyer.email? ?? \"\")", "bool"),
    ("length($.buyer.email? ?? \"\")", "int"),
];

fn shown(expression: &str) -> String {
    match lang::type_of(expression, &record(), &flows::catalog()) {
        Ok(ty) => format!("{ty}{}", if ty.carries_pii() && !matches!(ty.base, Base::Object(_)) { "!" } else { "" }),
        Err(found) => found.first().map(|found| found.code.name().to_owned()).unwrap_or_default(),
    }
}

#[test]
fn each_kind_of_expression_has_its_type() {
    let mut wrong = Vec::new();
    for (expression, wanted) in TYPES {
        let got = shown(expression);
        if got != *wanted {
            wrong.push(format!("{expression} is {got}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(TYPES.len() >= 95);
}
