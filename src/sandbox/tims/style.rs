//! The spelling of field names: `external_ref` inside, `ExternalRef` outside where TIMS is set up that way.

use serde_json::{Map, Value};

use crate::sandbox::FieldStyle;

/// A field's name as it is spelt outside.
pub(super) fn spell(name: &str, style: FieldStyle) -> String {
    match style {
        FieldStyle::Snake => name.to_owned(),
        FieldStyle::Pascal => name
            .split('_')
            .map(|word| {
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
            })
            .collect(),
    }
}

/// A whole answer as it is spelt outside. What a client keeps in `metadata` and `dimensions` is its own.
pub(super) fn render(value: Value, style: FieldStyle) -> Value {
    match (value, style) {
        (value, FieldStyle::Snake) => value,
        (Value::Object(fields), style) => {
            let spelt = fields.into_iter().map(|(name, value)| {
                let value =
                    if matches!(name.as_str(), "metadata" | "dimensions") { value } else { render(value, style) };
                (spell(&name, style), value)
            });
            Value::Object(spelt.collect::<Map<_, _>>())
        }
        (Value::Array(values), style) => values.into_iter().map(|value| render(value, style)).collect(),
        (value, _) => value,
    }
}
