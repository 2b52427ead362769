//! What an environment gets in place of buyer data where its policy is `buyer_data: masked`: something of the same form
//! that tells nothing of the person. The flow is the same in every environment, byte for byte; only what leaves it
//! differs.

use crate::value::{Object, Text, Value};

/// The fields of a target's payload that are buyer data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask(Vec<Vec<Part>>);

/// A step down into a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// The field.
    name: Text,
    /// How many lists deep the values are in it.
    lists: usize,
}

impl Mask {
    /// Of paths as the compiler's facts have them: `contact.email`, `lines[].note`; the empty one is the whole payload.
    #[must_use]
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let part = |text: &str| {
            let name = text.trim_end_matches("[]");
            Part { name: Text::new(name), lists: (text.len() - name.len()) / 2 }
        };
        let parts = |path: &str| path.split('.').filter(|text| !text.is_empty()).map(part).collect();
        Self(paths.into_iter().map(parts).collect())
    }

    /// Whether nothing is masked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The payload with the fields masked.
    #[must_use]
    pub fn over(&self, mut payload: Value) -> Value {
        for path in &self.0 {
            payload = at(&payload, path);
        }
        payload
    }
}

fn at(value: &Value, path: &[Part]) -> Value {
    let Some((part, rest)) = path.split_first() else { return masked(value) };
    let (Some(object), Some(inner)) = (value.as_object(), value.get(&part.name)) else { return value.clone() };
    let mut object = object.clone();
    object.set(part.name.clone(), items(inner, part.lists, rest));
    Value::object(object)
}

fn items(value: &Value, lists: usize, rest: &[Part]) -> Value {
    match (value.as_list(), lists) {
        (Some(list), 1..) => Value::list(list.iter().map(|item| items(item, lists - 1, rest)).collect()),
        _ => at(value, rest),
    }
}

/// A value of the same form: letters become x, digits 0, and what stands between them stays, so that an e-mail address
/// or a postal code still looks like one and is as long as it was.
fn masked(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::Int(_) => Value::Int(0),
        Value::List(items) => Value::list(items.iter().map(masked).collect()),
        // Its names may be buyer data too, as after `index_by`.
        Value::Object(object) => {
            let mut out = Object::new();
            for (index, (name, value)) in object.iter().enumerate() {
                out.set(Text::new(format!("{}_{}", covered(name), index + 1)), masked(value));
            }
            Value::object(out)
        }
        Value::Text(text) => Value::text(covered(text)),
        Value::Decimal(_) => Value::Decimal(rust_decimal::Decimal::ZERO),
        Value::Date(_) => Value::Date(jiff::civil::date(1900, 1, 1)),
        Value::Instant(_) => Value::Instant(jiff::Timestamp::UNIX_EPOCH),
        other => Value::text(covered(&other.display())),
    }
}

fn covered(text: &str) -> String {
    let cover = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_uppercase() => 'X',
        c if c.is_alphabetic() => 'x',
        c => c,
    };
    text.chars().map(cover).collect()
}

#[cfg(test)]
mod tests {
    use super::Mask;
    use crate::value::json;

    #[test]
    fn what_is_masked_keeps_its_form_and_the_rest_its_value() {
        let payload = br#"{"ref":"A-1","contact":{"email":"Jane.Doe+7@mail.example","age":41},"lines":[{"sku":"S","note":"for Zo\u00eb"},{"sku":"T"}],"seen":{"a@b.c":true}}"#;
        let mask = Mask::new(["contact.email", "contact.age", "lines[].note", "seen", "absent.field"]);
        let masked = mask.over(json::parse(payload).unwrap());
        assert_eq!(
            json::to_string(&masked),
            r#"{"ref":"A-1","contact":{"email":"Xxxx.Xxx+0@xxxx.xxxxxxx","age":0},"lines":[{"sku":"S","note":"xxx Xxx"},{"sku":"T"}],"seen":{"x@x.x_1":true}}"#
        );
        assert_eq!(json::to_string(&Mask::new([""]).over(json::parse(b"{\"a\":\"b\"}").unwrap())), r#"{"x_1":"x"}"#);
    }
}
