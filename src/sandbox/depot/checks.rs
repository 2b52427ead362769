//! What the made-up warehouse takes, and what it says of what it does not.

use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) status: u16,
    code: &'static str,
    message: String,
    problems: Vec<Value>,
}

impl Wrong {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), problems: Vec::new() }
    }

    pub(super) fn body(&self) -> Value {
        json!({"error": {"code": self.code, "message": self.message, "problems": self.problems}})
    }
}

/// A field that a document can have.
struct Rule {
    name: &'static str,
    needed: bool,
    kind: Kind,
}

/// What a field holds.
enum Kind {
    /// Text of so many characters at most.
    Text(usize),
    /// One of some words.
    Word(&'static [&'static str]),
    /// A whole number, 1 or more.
    Count,
    /// A day.
    Day,
    /// A country's two capital letters.
    Country,
    /// So many lines of text at most.
    Lines(usize),
    /// An object.
    Object(&'static [Rule]),
    /// Objects, at least one.
    Objects(&'static [Rule]),
}

const fn must(name: &'static str, kind: Kind) -> Rule {
    Rule { name, needed: true, kind }
}

const fn may(name: &'static str, kind: Kind) -> Rule {
    Rule { name, needed: false, kind }
}

const ADDRESS: &[Rule] = &[
    must("name", Kind::Text(60)),
    may("company", Kind::Text(60)),
    must("street", Kind::Lines(3)),
    must("city", Kind::Text(50)),
    may("postcode", Kind::Text(20)),
    may("region", Kind::Text(50)),
    must("country", Kind::Country),
    may("phone", Kind::Text(30)),
];

const LINE: &[Rule] = &[
    must("line", Kind::Text(60)),
    must("article", Kind::Text(60)),
    must("pieces", Kind::Count),
    may("title", Kind::Text(200)),
];

const DELIVERY: &[Rule] = &[
    must("reference", Kind::Text(80)),
    must("service", Kind::Word(&["standard", "express"])),
    may("ship_by", Kind::Day),
    must("to", Kind::Object(ADDRESS)),
    must("lines", Kind::Objects(LINE)),
    may("note", Kind::Text(500)),
];

const CANCELLATION: &[Rule] = &[must("reason", Kind::Text(200))];

/// The delivery that a body asks for.
pub(super) fn delivery(body: &Value) -> Result<Value, Wrong> {
    let body = body.get("delivery").filter(|_| body.as_object().is_some_and(|all| all.len() == 1));
    let body =
        body.ok_or_else(|| Wrong::new(422, "invalid", "{\"delivery\": {…}} is wanted, and nothing beside it"))?;
    checked(body, DELIVERY).map(|()| body.clone())
}

/// Whether a body is a cancellation.
pub(super) fn cancellation(body: &Value) -> Result<(), Wrong> {
    checked(body, CANCELLATION)
}

fn checked(body: &Value, rules: &[Rule]) -> Result<(), Wrong> {
    let mut problems = Vec::new();
    object(body, rules, "", &mut problems);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Wrong { problems, ..Wrong::new(422, "invalid", "the document is not as it must be") })
}

fn object(value: &Value, rules: &[Rule], path: &str, problems: &mut Vec<Value>) {
    let mut say = |path: &str, code: &str, text: &str| {
        problems.push(json!({"field": path, "code": code, "text": text}));
    };
    let none = Map::new();
    let fields = value.as_object().unwrap_or_else(|| {
        say(path, "not_an_object", "an object is wanted");
        &none
    });
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for name in fields.keys().filter(|name| !rules.iter().any(|rule| rule.name == name.as_str())) {
        say(&at(name), "unknown_field", "there is no such field");
    }
    for rule in rules {
        match fields.get(rule.name) {
            None | Some(Value::Null) if rule.needed && value.is_object() => {
                problems.push(json!({"field": at(rule.name), "code": "missing", "text": "is needed"}));
            }
            None => {}
            Some(Value::Null) if rule.needed => {}
            Some(value) => field(value, &rule.kind, &at(rule.name), problems),
        }
    }
}

fn field(value: &Value, kind: &Kind, path: &str, problems: &mut Vec<Value>) {
    let text = |most: usize| value.as_str().is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= most);
    let wanted = match kind {
        Kind::Text(most) if !text(*most) => format!("text of 1 to {most} characters is wanted"),
        Kind::Word(words) if !value.as_str().is_some_and(|text| words.contains(&text)) => {
            format!("one of {} is wanted", words.join(", "))
        }
        Kind::Count if !value.as_u64().is_some_and(|count| (1..=100_000).contains(&count)) => {
            "a whole number from 1 to 100000 is wanted".to_owned()
        }
        Kind::Day
            if !value.as_str().is_some_and(|text| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()) =>
        {
            "a day like 2026-02-28 is wanted".to_owned()
        }
        Kind::Country
            if !value.as_str().is_some_and(|text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())) =>
        {
            "two capital letters are wanted".to_owned()
        }
        Kind::Lines(most)
            if !value.as_array().is_some_and(|lines| {
                (1..=*most).contains(&lines.len())
                    && lines
                        .iter()
                        .all(|line| line.as_str().is_some_and(|text| !text.is_empty() && text.chars().count() <= 60))
            }) =>
        {
            format!("1 to {most} lines of at most 60 characters are wanted")
        }
        Kind::Object(rules) => return object(value, rules, path, problems),
        Kind::Objects(rules) => {
            let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
                problems.push(json!({"field": path, "code": "missing", "text": "at least one is needed"}));
                return;
            };
            for (index, item) in items.iter().enumerate() {
                object(item, rules, &format!("{path}[{index}]"), problems);
            }
            return;
        }
        _ => return,
    };
    problems.push(json!({"field": path, "code": "wrong", "text": wanted}));
}
