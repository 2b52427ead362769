//! Values as documents that a JSONPath query (RFC 9535) can walk. Plain paths never come here: the compiler turns them
//! into direct access.

use jsonpath_rust::query::queryable::Queryable;
use rust_decimal::prelude::ToPrimitive;

use super::{Value, json};

impl From<f64> for Value {
    /// A number literal inside a JSONPath filter, which jsonpath-rust hands over as a float. Its shortest decimal form
    /// is what the author wrote, up to 15 digits.
    fn from(value: f64) -> Self {
        json::decimal(&value.to_string()).map_or(Value::Null, Value::Decimal)
    }
}

impl Queryable for Value {
    fn get(&self, key: &str) -> Option<&Self> {
        Value::get(self, key)
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        match self {
            Value::Object(object) => Some(object.iter().map(|(name, value)| (&**name, value)).collect()),
            _ => None,
        }
    }

    fn as_str(&self) -> Option<&str> {
        self.as_text()
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Decimal(decimal) => decimal.to_f64(),
            _ => None,
        }
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    fn null() -> Self {
        Value::Null
    }
}
