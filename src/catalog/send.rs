//! A built object as JSON text in the form that the wire wants, in one go: what [`wire::write`] and [`json::write`]
//! make of it one after the other, without the document in between.

use super::types::{Base, Field, ObjectSpec, Type};
use super::wire::{self, Mismatch};
use crate::value::{Object, Value, json};

/// Appends the object as JSON. Fails as [`wire::write`] does; what was appended by then must be taken back.
pub fn write(out: &mut Vec<u8>, object: &Object, spec: &ObjectSpec) -> Result<(), Mismatch> {
    out.push(b'{');
    let start = out.len();
    let mut known = 0;
    // Flows tend to build the fields in the order of the schema, so each is looked for behind the one before.
    let mut next = 0;
    for field in &spec.fields {
        let found = object.place(&field.name, next).and_then(|at| Some((at, object.values().get(at)?)));
        let value = match found {
            Some((at, value)) => {
                (known, next) = (known + 1, at + 1);
                value
            }
            None => &Value::Null,
        };
        if value.is_null() {
            if field.ty.nullable {
                continue;
            }
            return Err(wire::required(&field.name, spec));
        }
        name(out, &field.name, start);
        write_field(out, value, field).map_err(|wrong| wrong.inside(&field.name))?;
    }
    if known < object.len() {
        for (other, value) in object.iter().filter(|(name, _)| spec.field(name).is_none()) {
            if !spec.open {
                return Err(wire::unknown(spec));
            }
            name(out, other, start);
            json::write(out, value);
        }
    }
    out.push(b'}');
    Ok(())
}

fn name(out: &mut Vec<u8>, name: &str, start: usize) {
    if out.len() > start {
        out.push(b',');
    }
    json::write_text(out, name);
    out.push(b':');
}

fn write_field(out: &mut Vec<u8>, value: &Value, field: &Field) -> Result<(), Mismatch> {
    write_value(out, value, &field.ty, field.as_text)
}

fn write_value(out: &mut Vec<u8>, value: &Value, ty: &Type, as_text: bool) -> Result<(), Mismatch> {
    match (&ty.base, value) {
        (Base::Object(spec), Value::Object(object)) => write(out, object, spec),
        (Base::List(item), Value::List(items)) => {
            out.push(b'[');
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, value, item, as_text).map_err(|wrong| wrong.inside(&format!("[{index}]")))?;
            }
            out.push(b']');
            Ok(())
        }
        // What most fields are needs no reading and no other form.
        (Base::Text, Value::Text(text)) => {
            json::write_text(out, text);
            Ok(())
        }
        (Base::Decimal, Value::Decimal(_) | Value::Int(_)) | (Base::Int, Value::Int(_)) => {
            if as_text {
                out.push(b'"');
                json::write(out, value);
                out.push(b'"');
            } else {
                json::write(out, value);
            }
            Ok(())
        }
        (Base::Bool, Value::Bool(_)) | (Base::Instant, Value::Instant(_)) | (Base::Date, Value::Date(_)) => {
            json::write(out, value);
            Ok(())
        }
        _ => {
            json::write(out, &wire::write_value(value, ty, as_text)?);
            Ok(())
        }
    }
}
