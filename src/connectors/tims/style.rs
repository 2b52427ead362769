//! The spelling of field names. Flows and schemas say `external_ref`; a TIMS that says `ExternalRef` gets and gives
//! that, at every level. What is inside `metadata` belongs to whoever wrote it and keeps its names.

use crate::value::{Object, Value};

/// How the remote spells field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Snake,
    Pascal,
}

impl Style {
    /// The value with the remote's field names.
    pub(super) fn outgoing(self, value: &Value) -> Value {
        match self {
            Style::Snake => value.clone(),
            Style::Pascal => rename(value, &pascal),
        }
    }

    /// The value with our field names.
    pub(super) fn incoming(self, value: &Value) -> Value {
        match self {
            Style::Snake => value.clone(),
            Style::Pascal => rename(value, &snake),
        }
    }

    /// A path such as `Lines[0].Sku` with our field names.
    pub(super) fn incoming_path(self, path: &str) -> String {
        match self {
            Style::Snake => path.to_owned(),
            Style::Pascal => path.split('.').map(snake).collect::<Vec<_>>().join("."),
        }
    }
}

fn rename(value: &Value, spell: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| rename(item, spell)).collect()),
        Value::Object(object) => {
            let renamed = object.iter().map(|(name, value)| {
                let foreign = name.eq_ignore_ascii_case("metadata");
                (spell(name), if foreign { value.clone() } else { rename(value, spell) })
            });
            Value::object(renamed.collect::<Object>())
        }
        other => other.clone(),
    }
}

fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut capital = true;
    for c in name.chars() {
        if c == '_' {
            capital = true;
        } else if capital {
            out.extend(c.to_uppercase());
            capital = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// `ExternalRef` → `external_ref`, `SKU` → `sku`, `VATNumber` → `vat_number`, `Line1` → `line1`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, &c) in letters.iter().enumerate() {
        if c.is_uppercase() {
            let before = index.checked_sub(1).and_then(|index| letters.get(index));
            let next_is_small = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
            let begins = before.is_some_and(|&before| {
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_is_small)
            });
            if begins {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn names_go_out_and_come_back_at_every_level_and_metadata_keeps_its_own() {
        let text = r#"{"external_ref":"a","ship_to":{"line1":"x","postal_code":"1"},"lines":[{"line_ref":"1","tax":[{"collected_by":"seller"}]}],"metadata":{"my_key":1,"Other":2}}"#;
        let value = json::parse(text.as_bytes()).unwrap();
        let out = Style::Pascal.outgoing(&value);
        let expected = r#"{"ExternalRef":"a","ShipTo":{"Line1":"x","PostalCode":"1"},"Lines":[{"LineRef":"1","Tax":[{"CollectedBy":"seller"}]}],"Metadata":{"my_key":1,"Other":2}}"#;
        assert_eq!(json::to_string(&out), expected);
        assert_eq!(Style::Pascal.incoming(&out), value);
        assert_eq!(Style::Pascal.incoming_path("Lines[0].SKU"), "lines[0].sku");
        assert_eq!(snake("VATNumber"), "vat_number");
    }
}
