//! Where two documents differ, field by field. Items of lists that were put in, left out or moved are told by what names
//! them (their id, their SKU), so that one line more is one difference and not one in every line after it.

use std::collections::HashSet;
use std::fmt;

use crate::value::{Value, json};

/// One place in which two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The way to it.
    pub path: Vec<Step>,
    /// What was expected; nothing where nothing should be there.
    pub expected: Option<Value>,
    /// What is there instead.
    pub got: Option<Value>,
}

/// A step on the way to a difference.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Into a field.
    Field(String),
    /// Into the item at that place.
    Item(usize),
    /// Into the item whose field has that value.
    Named(String, Value),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
            Step::Named(field, value) => write!(f, "[{field} {}]", json::to_string(value)),
        }
    }
}

impl Difference {
    /// The way to it, after a name: `sale.lines[line_ref "A"].quantity`.
    #[must_use]
    pub fn place(&self, name: &str) -> String {
        let steps: String = self.path.iter().map(Step::to_string).collect();
        format!("{name}{steps}")
    }

    /// What was expected and what is there.
    #[must_use]
    pub fn sides(&self) -> String {
        match (&self.expected, &self.got) {
            (Some(expected), Some(got)) => {
                let (expected, got) = apart(&json::to_string(expected), &json::to_string(got));
                format!("expected {expected}, got {got}")
            }
            (Some(expected), None) => format!("expected {}, not there", short(&json::to_string(expected))),
            (None, Some(got)) => format!("not expected, got {}", short(&json::to_string(got))),
            (None, None) => "the order differs".to_owned(),
        }
    }
}

/// All places in which two documents differ.
#[must_use]
pub fn differences(expected: &Value, got: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), expected, got, &mut found);
    found
}

fn compare(path: &mut Vec<Step>, expected: &Value, got: &Value, found: &mut Vec<Difference>) {
    if let (Some(a), Some(b)) = (expected.as_object(), got.as_object()) {
        for (name, value) in a.iter() {
            path.push(Step::Field(name.to_string()));
            match b.get(name) {
                Some(other) => compare(path, value, other, found),
                None => found.push(difference(path, Some(value), None)),
            }
            path.pop();
        }
        for (name, value) in b.iter().filter(|(name, _)| a.get(name).is_none()) {
            path.push(Step::Field(name.to_string()));
            found.push(difference(path, None, Some(value)));
            path.pop();
        }
    } else if let (Some(a), Some(b)) = (expected.as_list(), got.as_list()) {
        lists(path, a, b, found);
    } else if !expected.same(got) && !written_the_same(expected, got) {
        found.push(difference(path, Some(expected), Some(got)));
    }
}

/// A golden file has no times, only the text that they become where a schema does not say what a field is.
fn written_the_same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Text(text), Value::Date(_) | Value::Instant(_) | Value::Duration(_)) => *text == got.display(),
        _ => false,
    }
}

fn difference(path: &[Step], expected: Option<&Value>, got: Option<&Value>) -> Difference {
    Difference { path: path.to_vec(), expected: expected.cloned(), got: got.cloned() }
}

fn lists(path: &mut Vec<Step>, a: &[Value], b: &[Value], found: &mut Vec<Difference>) {
    if let Some(key) = key(a, b) {
        let named = |item: &Value| item.get(&key).cloned().unwrap_or_default();
        let order = |list: &[Value]| list.iter().map(|item| named(item).display()).collect::<Vec<_>>();
        let (of_a, of_b) = (order(a), order(b));
        if of_a != of_b {
            return keyed(path, &key, (a, &of_a), (b, &of_b), found);
        }
    }
    if a.len() == b.len() {
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            path.push(Step::Item(index));
            compare(path, a, b, found);
            path.pop();
        }
        return;
    }
    unnamed(path, a, b, found);
}

/// Lists whose items have names, in another order or with others among them.
fn keyed(
    path: &mut Vec<Step>,
    key: &str,
    (a, of_a): (&[Value], &[String]),
    (b, of_b): (&[Value], &[String]),
    found: &mut Vec<Difference>,
) {
    for (item, name) in a.iter().zip(of_a) {
        path.push(Step::Named(key.to_owned(), item.get(key).cloned().unwrap_or_default()));
        match of_b.iter().position(|other| other == name).and_then(|at| b.get(at)) {
            Some(other) => compare(path, item, other, found),
            None => found.push(difference(path, Some(item), None)),
        }
        path.pop();
    }
    for (item, name) in b.iter().zip(of_b) {
        if !of_a.contains(name) {
            path.push(Step::Named(key.to_owned(), item.get(key).cloned().unwrap_or_default()));
            found.push(difference(path, None, Some(item)));
            path.pop();
        }
    }
    let both_a: Vec<&String> = of_a.iter().filter(|name| of_b.contains(name)).collect();
    let both_b: Vec<&String> = of_b.iter().filter(|name| of_a.contains(name)).collect();
    if both_a != both_b {
        found.push(difference(path, None, None));
    }
}

/// Lists of different lengths whose items have no names: what they begin and end with alike is alike, and of the rest
/// the longer one has items too many.
fn unnamed(path: &mut Vec<Step>, a: &[Value], b: &[Value], found: &mut Vec<Difference>) {
    let start = a.iter().zip(b).take_while(|(a, b)| a.same(b)).count();
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(a, b)| a.same(b)).count();
    let middle_a = rest_a.get(..rest_a.len() - end).unwrap_or_default();
    let middle_b = rest_b.get(..rest_b.len() - end).unwrap_or_default();
    for index in 0..middle_a.len().max(middle_b.len()) {
        path.push(Step::Item(start + index));
        match (middle_a.get(index), middle_b.get(index)) {
            (Some(a), Some(b)) => compare(path, a, b, found),
            (a, b) => found.push(difference(path, a, b)),
        }
        path.pop();
    }
}

/// The field that names the items of both lists: there in each, of one kind of simple value, and never twice in a list.
/// A field that is called like a name goes before one that is not.
fn key(a: &[Value], b: &[Value]) -> Option<String> {
    let first = a.first().or(b.first())?.as_object()?;
    let mut names: Vec<(usize, &str)> = first.iter().map(|(name, _)| (rank(name), &**name)).collect();
    names.sort_by_key(|(rank, _)| *rank);
    let names_all = |name: &str, list: &[Value]| {
        let mut seen = HashSet::new();
        list.iter().all(|item| match item.get(name) {
            Some(value) if value.as_text().is_some() || matches!(value, Value::Int(_)) => seen.insert(value.display()),
            _ => false,
        })
    };
    let found = names.into_iter().find(|(rank, name)| *rank < 5 && names_all(name, a) && names_all(name, b));
    found.map(|(_, name)| name.to_owned())
}

fn rank(name: &str) -> usize {
    match name {
        "line_ref" | "external_ref" | "id" | "key" => 0,
        _ if name.ends_with("_ref") || name.ends_with("_id") || name.ends_with("Id") => 1,
        "sku" | "code" | "name" | "reference" | "number" => 2,
        _ if name.ends_with("_code") || name.ends_with("_name") || name.ends_with("_number") => 3,
        "kind" | "type" | "target" => 4,
        _ => 5,
    }
}

/// How many characters of a value are shown.
const SHOWN: usize = 120;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// Two values as they are shown beside each other: long ones from where they begin to differ.
fn apart(a: &str, b: &str) -> (String, String) {
    let alike = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let skip = alike.saturating_sub(20);
    if skip < 20 || a.chars().count().max(b.chars().count()) <= SHOWN {
        return (short(a), short(b));
    }
    let from = |text: &str| format!("…{}", short(&text.chars().skip(skip).collect::<String>()));
    (from(a), from(b))
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::value::{Value, json};

    fn told(expected: &str, got: &str) -> Vec<String> {
        let parse = |text: &str| -> Value { json::parse(text.as_bytes()).unwrap_or_default() };
        let found = differences(&parse(expected), &parse(got));
        found.iter().map(|found| format!("{}: {}", found.place("x"), found.sides())).collect()
    }

    #[test]
    fn fields_are_told_by_their_way() {
        let none: [&str; 0] = [];
        assert_eq!(told(r#"{"a": 1.10, "b": [1]}"#, r#"{"b": [1], "a": 1.1}"#), none);
        assert_eq!(
            told(r#"{"a": {"b": 1}, "c": 2}"#, r#"{"a": {"b": 2}, "d": null}"#),
            ["x.a.b: expected 1, got 2", "x.c: expected 2, not there", "x.d: not expected, got null"]
        );
    }

    #[test]
    fn items_are_told_by_what_names_them() {
        let line = |name: &str, n: u32| format!(r#"{{"quantity": {n}, "line_ref": "{name}"}}"#);
        let list = |items: &[String]| format!("[{}]", items.join(","));
        let (a, b, c) = (line("A", 1), line("B", 1), line("C", 1));
        assert_eq!(
            told(&list(&[a.clone(), b.clone(), c.clone()]), &list(&[b.clone(), line("C", 2)])),
            [
                format!("x[line_ref \"A\"]: expected {}, not there", a.replace(": ", ":").replace(", ", ",")),
                "x[line_ref \"C\"].quantity: expected 1, got 2".to_owned()
            ]
        );
        assert_eq!(told(&list(&[a.clone(), b.clone()]), &list(&[b.clone(), a.clone()])), ["x: the order differs"]);
        // In the same order the place says enough.
        assert_eq!(told(&list(&[a.clone(), b]), &list(&[a, line("B", 3)])), ["x[1].quantity: expected 1, got 3"]);
    }

    #[test]
    fn an_item_too_many_is_one_difference() {
        assert_eq!(told("[1,2,3,4]", "[1,3,4]"), ["x[1]: expected 2, not there"]);
        assert_eq!(told("[]", "[{\"n\":1}]"), ["x[0]: not expected, got {\"n\":1}"]);
        assert_eq!(told("[1,2]", "[1,5,6]"), ["x[1]: expected 2, got 5", "x[2]: not expected, got 6"]);
    }

    #[test]
    fn long_text_is_shown_from_where_it_differs() {
        let (a, b) = ("y".repeat(200) + "a", "y".repeat(200) + "b");
        let told = told(&format!("\"{a}\""), &format!("\"{b}\""));
        let y = "y".repeat(20);
        assert_eq!(told, [format!("x: expected …{y}a\", got …{y}b\"")]);
    }
}
