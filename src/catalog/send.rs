//! A built object as JSON text in the form that the wire wants, in one go: what [`wire::write`] and [`json::write`]
//! make of it one after the other, without the document in between. The schema is made ready for that once: each field
//! has its name as it is written, and remembers where a flow's objects have it.

use std::sync::{Arc, OnceLock};

use super::types::{Base, ObjectSpec, Type};
use super::wire::{self, Mismatch};
use crate::value::{Names, Object, Text, Value, json};

/// A schema, ready for writing.
#[derive(Debug)]
pub struct Writer {
    spec: Arc<ObjectSpec>,
    fields: Vec<FieldWriter>,
    /// Where the first objects that came had the fields: those that a flow builds in one place share their names.
    places: OnceLock<(Names, Vec<Option<usize>>)>,
}

/// A field of a schema, ready for writing.
#[derive(Debug)]
pub struct FieldWriter {
    /// Its name.
    pub name: Text,
    /// The name as it is written: `"sku":`.
    pub written: Vec<u8>,
    /// Its type.
    pub ty: Type,
    as_text: bool,
    /// What is inside of it.
    pub inner: Inner,
}

/// What is inside of a field.
#[derive(Debug)]
pub enum Inner {
    /// Nothing, or something that the schema does not tell.
    Plain,
    /// An object.
    Object(Writer),
    /// A list of objects.
    Objects(Writer),
}

impl Writer {
    /// Makes a schema ready.
    #[must_use]
    pub fn new(spec: &Arc<ObjectSpec>) -> Self {
        let fields = spec.fields.iter().map(|field| {
            let written = written(&field.name);
            let inner = match &field.ty.base {
                Base::Object(spec) => Inner::Object(Writer::new(spec)),
                Base::List(item) => match &item.base {
                    Base::Object(spec) => Inner::Objects(Writer::new(spec)),
                    _ => Inner::Plain,
                },
                _ => Inner::Plain,
            };
            FieldWriter { name: Text::new(&field.name), written, ty: field.ty.clone(), as_text: field.as_text, inner }
        });
        Self { spec: Arc::clone(spec), fields: fields.collect(), places: OnceLock::new() }
    }

    /// The schema's fields, in the order in which they are written.
    #[must_use]
    pub fn fields(&self) -> &[FieldWriter] {
        &self.fields
    }

    /// Whether there may be other fields.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.spec.open
    }

    /// Appends the object as JSON. Fails as [`wire::write`] does; what was appended by then must be taken back.
    pub fn write(&self, out: &mut Vec<u8>, object: &Object) -> Result<(), Mismatch> {
        out.push(b'{');
        let start = out.len();
        let mut known = 0;
        let (names, places) = self.places.get_or_init(|| {
            (Arc::clone(object.names()), self.fields.iter().map(|field| object.place(&field.name, 0)).collect())
        });
        let as_before = Arc::ptr_eq(names, object.names());
        for (index, field) in self.fields.iter().enumerate() {
            let place = match as_before {
                true => places.get(index).copied().flatten(),
                false => object.place(&field.name, index),
            };
            let value = match place.and_then(|place| object.values().get(place)) {
                Some(value) => {
                    known += 1;
                    value
                }
                None => &Value::Null,
            };
            if value.is_null() {
                if field.ty.nullable {
                    continue;
                }
                return Err(wire::required(&field.name, &self.spec));
            }
            if out.len() > start {
                out.push(b',');
            }
            out.extend_from_slice(&field.written);
            field.write(out, value).map_err(|wrong| wrong.inside(&field.name))?;
        }
        if known < object.len() {
            self.others(out, object, start)?;
        }
        out.push(b'}');
        Ok(())
    }

    /// The fields that the schema does not have.
    fn others(&self, out: &mut Vec<u8>, object: &Object, start: usize) -> Result<(), Mismatch> {
        for (name, value) in object.iter().filter(|(name, _)| self.spec.field(name).is_none()) {
            if !self.spec.open {
                return Err(wire::unknown(&self.spec));
            }
            if out.len() > start {
                out.push(b',');
            }
            json::write_text(out, name);
            out.push(b':');
            json::write(out, value);
        }
        Ok(())
    }
}

impl FieldWriter {
    /// Appends a value that is not null as JSON, without the name. Fails as [`Writer::write`] does.
    pub fn write(&self, out: &mut Vec<u8>, value: &Value) -> Result<(), Mismatch> {
        match (&self.inner, value) {
            (Inner::Object(writer), Value::Object(object)) => return writer.write(out, object),
            (Inner::Objects(writer), Value::List(items)) => return list(out, items, writer),
            _ => {}
        }
        // What most fields are needs no reading and no other form.
        match (&self.ty.base, value) {
            (Base::Text, Value::Text(text)) => json::write_text(out, text),
            (Base::Decimal, Value::Decimal(_) | Value::Int(_)) | (Base::Int, Value::Int(_)) if self.as_text => {
                out.push(b'"');
                json::write(out, value);
                out.push(b'"');
            }
            (Base::Decimal, Value::Decimal(_) | Value::Int(_))
            | (Base::Int, Value::Int(_))
            | (Base::Bool, Value::Bool(_))
            | (Base::Instant, Value::Instant(_))
            | (Base::Date, Value::Date(_)) => json::write(out, value),
            _ => json::write(out, &wire::write_value(value, &self.ty, self.as_text)?),
        }
        Ok(())
    }
}

/// A field's name as it is written: `"sku":`.
#[must_use]
pub fn written(name: &str) -> Vec<u8> {
    let mut written = Vec::new();
    json::write_text(&mut written, name);
    written.push(b':');
    written
}

fn list(out: &mut Vec<u8>, items: &[Value], writer: &Writer) -> Result<(), Mismatch> {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let written = match item {
            Value::Object(object) => writer.write(out, object),
            other => wire::write_value(other, &Type::new(Base::Object(Arc::clone(&writer.spec))), false)
                .map(|value| json::write(out, &value)),
        };
        written.map_err(|wrong| wrong.inside(&format!("[{index}]")))?;
    }
    out.push(b']');
    Ok(())
}
