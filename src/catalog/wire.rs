//! Between values and the wire, by type: text that a schema calls a decimal becomes one when it is read, and a decimal
//! becomes text again where the remote wants text.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::types::{Base, Field, ObjectSpec, Type};
use crate::value::{Currency, Money, Object, Value, json};

/// A value that is not what its type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where inside the value: `lines[0].quantity`; empty for the value itself.
    pub path: String,
    /// What is wrong, without the value.
    pub message: String,
}

impl Mismatch {
    fn here(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }

    /// The same, seen from outside of the part that it is in.
    pub(super) fn inside(mut self, part: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{part}{joint}{}", self.path);
        self
    }
}

/// A value from the wire as its type says: text that is a decimal, date or instant is read as one. Lists are read item
/// by item; objects are left as they are, because their fields are read when they are used.
pub fn read(value: &Value, base: &Base) -> Result<Value, Mismatch> {
    match (base, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Base::Decimal, Value::Text(text)) => {
            json::decimal(text).map(Value::Decimal).ok_or_else(|| Mismatch::here("is not a decimal"))
        }
        (Base::Decimal, Value::Int(_) | Value::Decimal(_)) | (Base::Int, Value::Int(_)) => Ok(value.clone()),
        (Base::Int, Value::Decimal(decimal)) if decimal.fract().is_zero() => {
            i64::try_from(*decimal).map(Value::Int).map_err(|_| Mismatch::here("is too large for a whole number"))
        }
        (Base::Int, Value::Text(text)) => {
            text.parse().map(Value::Int).map_err(|_| Mismatch::here("is not a whole number"))
        }
        (Base::Bool, Value::Text(text)) => match text.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(Mismatch::here("is neither true nor false")),
        },
        (Base::Instant, Value::Text(text)) => {
            Timestamp::from_str(text).map(Value::Instant).map_err(|_| Mismatch::here("is not an ISO 8601 instant"))
        }
        (Base::Date, Value::Text(text)) => {
            Date::from_str(text).map(Value::Date).map_err(|_| Mismatch::here("is not an ISO 8601 date"))
        }
        (Base::Duration, Value::Text(text)) => SignedDuration::from_str(text)
            .map(Value::Duration)
            .map_err(|_| Mismatch::here("is not an ISO 8601 duration")),
        (Base::Money(currency), Value::Object(object)) => read_money(object, *currency),
        (Base::List(item), Value::List(items)) => {
            if reads_as_is(&item.base) {
                return Ok(value.clone());
            }
            let read: Result<Vec<Value>, Mismatch> = items
                .iter()
                .enumerate()
                .map(|(index, value)| read(value, &item.base).map_err(|wrong| wrong.inside(&format!("[{index}]"))))
                .collect();
            read.map(Value::list)
        }
        _ if fits(value, base) => Ok(value.clone()),
        _ => Err(Mismatch::here(format!("is {}, not {base}", value.kind()))),
    }
}

/// Whether a value from the wire needs no reading for this type.
#[must_use]
pub fn reads_as_is(base: &Base) -> bool {
    match base {
        Base::Any | Base::Null | Base::Object(_) => true,
        Base::List(item) => reads_as_is(&item.base),
        _ => false,
    }
}

/// Money from an object with an amount and a currency, in the spellings that the remotes use.
pub fn read_money(object: &Object, expected: Option<Currency>) -> Result<Value, Mismatch> {
    let field = |names: [&str; 4]| names.iter().find_map(|name| object.get(name));
    let amount = match field(["amount", "Amount", "currencyAmount", "CurrencyAmount"]) {
        Some(Value::Text(text)) => json::decimal(text),
        Some(other) => other.as_decimal(),
        None => None,
    };
    let amount = amount.ok_or_else(|| Mismatch::here("has no `amount` that is a decimal"))?;
    let currency = field(["currencyCode", "currency", "CurrencyCode", "Currency"])
        .and_then(Value::as_text)
        .and_then(Currency::new)
        .ok_or_else(|| Mismatch::here("has no `currencyCode` of three capital letters"))?;
    match expected {
        Some(expected) if expected != currency => Err(Mismatch::here(format!("is in {currency}, not {expected}"))),
        _ => Ok(Value::Money(Money { amount, currency })),
    }
}

fn fits(value: &Value, base: &Base) -> bool {
    match (base, value) {
        (Base::Any, _)
        | (_, Value::Null)
        | (Base::Bool, Value::Bool(_))
        | (Base::Int, Value::Int(_))
        | (Base::Decimal, Value::Decimal(_) | Value::Int(_))
        | (Base::Text, Value::Text(_))
        | (Base::Date, Value::Date(_))
        | (Base::Instant, Value::Instant(_))
        | (Base::Duration, Value::Duration(_))
        | (Base::List(_), Value::List(_))
        | (Base::Object(_), Value::Object(_)) => true,
        (Base::Money(currency), Value::Money(money)) => currency.is_none_or(|currency| currency == money.currency),
        (Base::Enum(spec), Value::Text(text)) => spec.open || spec.values.iter().any(|word| **word == **text),
        _ => false,
    }
}

/// A built object in the form that goes to the wire: fields in the schema's order, absent ones left out, decimals as
/// text where the schema says so. Fails on a missing required field, an unknown one, or a value of another type.
pub fn write(object: &Object, spec: &ObjectSpec) -> Result<Value, Mismatch> {
    let mut out = Object::new();
    for field in &spec.fields {
        match object.get(&field.name) {
            None | Some(Value::Null) if field.ty.nullable => {}
            None | Some(Value::Null) => {
                return Err(required(&field.name, spec));
            }
            Some(value) => {
                let written = write_field(value, field).map_err(|wrong| wrong.inside(&field.name))?;
                out.push(field.name.as_str(), written);
            }
        }
    }
    for (name, value) in object.iter() {
        if spec.field(name).is_none() {
            if !spec.open {
                return Err(unknown(spec));
            }
            out.push(name.clone(), value.clone());
        }
    }
    Ok(Value::object(out))
}

/// A field that must be there is not.
pub(super) fn required(name: &str, spec: &ObjectSpec) -> Mismatch {
    Mismatch::here(format!("has no `{name}`, which {} needs", spec.name))
}

/// A field is there that the schema does not have.
pub(super) fn unknown(spec: &ObjectSpec) -> Mismatch {
    // A name that is worked out may be data itself, such as an e-mail address that objects are listed by.
    let known: Vec<&str> = spec.fields.iter().map(|field| field.name.as_str()).collect();
    Mismatch::here(format!("has a field that {} does not have; it has {}", spec.name, known.join(", ")))
}

fn write_field(value: &Value, field: &Field) -> Result<Value, Mismatch> {
    write_value(value, &field.ty, field.as_text)
}

pub(super) fn write_value(value: &Value, ty: &Type, as_text: bool) -> Result<Value, Mismatch> {
    let value = match (&ty.base, value) {
        (Base::Object(spec), Value::Object(object)) => return write(object, spec),
        (Base::List(item), Value::List(items)) => {
            let written: Result<Vec<Value>, Mismatch> = items
                .iter()
                .enumerate()
                .map(|(index, value)| {
                    write_value(value, item, as_text).map_err(|wrong| wrong.inside(&format!("[{index}]")))
                })
                .collect();
            return written.map(Value::list);
        }
        (Base::Decimal, Value::Money(money)) => Value::Decimal(money.amount),
        (Base::Decimal | Base::Instant | Base::Date, Value::Text(_)) => read(value, &ty.base)?,
        (Base::Text, Value::Date(_) | Value::Instant(_)) => Value::text(value.display()),
        _ => value.clone(),
    };
    if !fits(&value, &ty.base) {
        if let (Base::Enum(spec), Value::Text(_)) = (&ty.base, &value) {
            return Err(Mismatch::here(format!("must be one of {}", spec.values.join(", "))));
        }
        return Err(Mismatch::here(format!("must be {}, not {}", ty.base, value.kind())));
    }
    Ok(match value {
        Value::Int(_) | Value::Decimal(_) if as_text => Value::text(value.display()),
        Value::Date(_) | Value::Instant(_) | Value::Duration(_) => Value::text(value.display()),
        other => other,
    })
}
