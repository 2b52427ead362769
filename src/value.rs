//! The values that flow through flowrun: what JSON can say, plus exact decimals, dates, instants, durations and
//! money with its currency. Numbers from the wire never pass through binary floating point (see [`json`]).
//!
//! A value is three words. Text of up to 23 bytes, which most of an order is, stands in it; longer text, lists and
//! objects are shared, so that handing a value on costs a copy of three words or a counter.
#![deny(clippy::disallowed_methods)]

pub mod json;
pub mod money;
pub mod object;
pub mod pick;
pub mod query;

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

pub use money::{Currency, Money, Rounding};
pub use object::{Names, Object};

/// Text: short text stands in place, longer text is shared.
pub type Text = smol_str::SmolStr;

/// One value.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// Nothing: JSON's null, or what `?` found absent.
    #[default]
    Null,
    /// True or false. Nothing else counts as either.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal of up to 28 digits, as written.
    Decimal(Decimal),
    /// Text.
    Text(Text),
    /// A calendar date.
    Date(Date),
    /// A point in time. It has no zone: one is named where a date is taken from it.
    Instant(Timestamp),
    /// A length of time.
    Duration(SignedDuration),
    /// An amount with its currency.
    Money(Money),
    /// Values in order.
    List(Arc<Vec<Value>>),
    /// Named values in order.
    Object(Arc<Object>),
}

impl Value {
    /// Text.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Value::Text(Text::new(text))
    }

    /// A list.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Value::List(Arc::new(items))
    }

    /// An object.
    #[must_use]
    pub fn object(object: Object) -> Self {
        Value::Object(Arc::new(object))
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The number as a decimal, if it is a number.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Int(int) => Some(Decimal::from(*int)),
            Value::Decimal(decimal) => Some(*decimal),
            _ => None,
        }
    }

    /// A field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object().and_then(|object| object.get(name))
    }

    /// What kind of value it is, in the words of the language.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Decimal(_) => "decimal",
            Value::Text(_) => "text",
            Value::Date(_) => "date",
            Value::Instant(_) => "instant",
            Value::Duration(_) => "duration",
            Value::Money(_) => "money",
            Value::List(_) => "list",
            Value::Object(_) => "object",
        }
    }

    /// Whether two values are the same to a reader of a flow: numbers by amount (1 is 1.00), all else by content.
    #[must_use]
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Money(a), Value::Money(b)) => a.currency == b.currency && a.amount == b.amount,
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| value.same(other)))
            }
            _ => match (self.as_decimal(), other.as_decimal()) {
                (Some(a), Some(b)) => a == b,
                _ => self == other,
            },
        }
    }

    /// The order of two values of one kind; `None` for kinds that have none, or that differ.
    #[must_use]
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
            (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
            (Value::Money(a), Value::Money(b)) if a.currency == b.currency => Some(a.amount.cmp(&b.amount)),
            _ => Some(self.as_decimal()?.cmp(&other.as_decimal()?)),
        }
    }

    /// The value as text in a message or a template: text as it is, everything else as JSON would write it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Value::Text(text) => text.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Instant(instant) => instant.to_string(),
            Value::Duration(duration) => duration.to_string(),
            Value::Money(money) => money.to_string(),
            other => json::to_string(other),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Value::Decimal(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(Text::from(value))
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Value::list(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Value::object(value)
    }
}
