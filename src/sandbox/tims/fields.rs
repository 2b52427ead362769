//! Strict reading of request bodies: every field must be known and of its kind, and what is wrong is told with its
//! path. What comes out is spelt and ordered in one way, without nulls, so that equal content compares equal.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::style;
use crate::sandbox::FieldStyle;

/// The kind of a field.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text of so many characters at most.
    Text(usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A decimal in a string: money is never a JSON number.
    Money,
    /// A decimal in a string, or a whole JSON number.
    Quantity,
    /// `true` or `false`.
    Flag,
    /// An instant.
    Instant,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A record of known fields.
    Record(&'static [Field]),
    /// Any number of them.
    List(&'static Shape),
    /// Whatever the client likes to keep.
    Free,
}

/// A field of a record.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: Shape,
}

/// A field that may be there.
pub(super) const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, required: false, shape }
}

/// A field that must be there.
pub(super) const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, required: true, shape }
}

/// Reads a body. `partial` lets required fields be absent on the outermost level, as a PATCH does.
pub(super) fn read(
    body: &Value,
    fields: &'static [Field],
    style: FieldStyle,
    partial: bool,
) -> Result<Map<String, Value>, Problem> {
    let mut reader = Reader { style, errors: Vec::new() };
    let read = reader.record(body, fields, "", partial);
    if reader.errors.is_empty() {
        return Ok(read);
    }
    let first = &reader.errors[0];
    let detail = format!("{}: {}", first["path"].as_str().unwrap_or(""), first["message"].as_str().unwrap_or(""));
    let mut problem = Problem::new(422, "invalid_fields", detail);
    problem.errors = reader.errors;
    Err(problem)
}

/// A decimal as it may be written: digits with at most one point, and nothing else.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && digits.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

struct Reader {
    style: FieldStyle,
    errors: Vec<Value>,
}

impl Reader {
    fn wrong(&mut self, path: &str, code: &str, message: &str) {
        self.errors.push(json!({"path": path, "code": code, "message": message}));
    }

    fn record(&mut self, value: &Value, fields: &'static [Field], path: &str, partial: bool) -> Map<String, Value> {
        let mut read = Map::new();
        let Some(sent) = value.as_object() else {
            self.wrong(path, "wrong_type", "an object is wanted");
            return read;
        };
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for name in sent.keys() {
            if !fields.iter().any(|field| style::spell(field.name, self.style) == *name) {
                self.wrong(&join(name), "unknown_field", "there is no such field");
            }
        }
        for field in fields {
            let spelt = style::spell(field.name, self.style);
            match sent.get(&spelt).filter(|value| !value.is_null()) {
                Some(value) => {
                    if let Some(value) = self.value(value, &field.shape, &join(&spelt)) {
                        read.insert(field.name.to_owned(), value);
                    }
                }
                None if field.required && !partial => self.wrong(&join(&spelt), "required", "the field is required"),
                None => {}
            }
        }
        read
    }

    fn value(&mut self, value: &Value, shape: &'static Shape, path: &str) -> Option<Value> {
        match (shape, value) {
            (Shape::Text(longest), Value::String(text)) => {
                if text.chars().count() <= *longest {
                    return Some(value.clone());
                }
                self.wrong(path, "too_long", &format!("at most {longest} characters are kept"));
            }
            (Shape::Word(words), Value::String(text)) => {
                if words.contains(&text.as_str()) {
                    return Some(value.clone());
                }
                self.wrong(path, "unknown_value", &format!("one of {} is wanted", words.join(", ")));
            }
            (Shape::Money, Value::Number(_)) => {
                self.wrong(path, "number_in_money_field", "money is a decimal in a string, like \"12.34\"");
            }
            (Shape::Money | Shape::Quantity, Value::String(text)) => {
                if decimal(text).is_some() {
                    return Some(value.clone());
                }
                self.wrong(path, "not_a_decimal", "a decimal like \"12.34\" is wanted");
            }
            (Shape::Quantity, Value::Number(number)) if number.is_u64() => return Some(number.to_string().into()),
            (Shape::Flag, Value::Bool(_)) | (Shape::Free, Value::Object(_)) => return Some(value.clone()),
            (Shape::Instant, Value::String(text)) => {
                if let Ok(at) = text.parse::<Timestamp>() {
                    return Some(at.to_string().into());
                }
                self.wrong(path, "not_an_instant", "an RFC 3339 instant is wanted");
            }
            (Shape::Date, Value::String(text)) => {
                if text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok() {
                    return Some(value.clone());
                }
                self.wrong(path, "not_a_date", "a day like \"2026-02-28\" is wanted");
            }
            (Shape::Record(fields), value) => return Some(Value::Object(self.record(value, fields, path, false))),
            (Shape::List(shape), Value::Array(values)) => {
                let each = values.iter().enumerate();
                return Some(
                    each.filter_map(|(at, value)| self.value(value, shape, &format!("{path}[{at}]"))).collect(),
                );
            }
            _ => self.wrong(path, "wrong_type", &format!("{} is wanted", kind(shape))),
        }
        None
    }
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text(_) | Shape::Word(_) => "a string",
        Shape::Money | Shape::Quantity => "a decimal in a string",
        Shape::Flag => "true or false",
        Shape::Instant => "an RFC 3339 instant",
        Shape::Date => "a day",
        Shape::Record(_) | Shape::Free => "an object",
        Shape::List(_) => "a list",
    }
}
