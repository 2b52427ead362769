//! A text for each value that is equal for values that are the same to a reader of a flow, so that many can be compared
//! through a hash.

use crate::value::Value;

/// The text: 1 and 1.00 have the same, and so have objects whose fields stand in another order.
pub(super) fn of(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Int(_) | Value::Decimal(_) => {
            let number = value.as_decimal().unwrap_or_default().normalize();
            out.push_str(&number.to_string());
        }
        Value::Money(money) => {
            out.push_str(money.currency.code());
            out.push_str(&money.amount.normalize().to_string());
        }
        Value::Text(text) => {
            // The length keeps texts with the marks below apart.
            out.push_str(&format!("t{}:{text}", text.len()));
        }
        Value::List(items) => {
            out.push('[');
            for item in items.iter() {
                write(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in fields {
                out.push_str(&format!("{}:{name}=", name.len()));
                write(out, value);
                out.push(',');
            }
            out.push('}');
        }
        other => {
            out.push_str(other.kind());
            out.push_str(&other.display());
        }
    }
}
