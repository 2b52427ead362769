//! Digests: what makes two records, payloads or writes "the same". Two values that differ only in the order of their
//! fields are the same, because no remote means anything by that order and some change it from one answer to the next.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::plan::SourcePlan;
use crate::value::{Object, Value, json};

/// A value's digest.
pub(super) fn of(value: &Value) -> String {
    let mut bytes = Vec::new();
    canonical(&mut bytes, value);
    of_parts(&[&bytes])
}

/// A record's version: the digest of what the flow reads of it, so that a change in any other field is none.
pub(super) fn version(source: &SourcePlan, record: &Value) -> String {
    let mut digest = match record.as_object() {
        Some(object) if !source.reads.is_empty() => {
            let read = object.iter().filter(|(name, _)| source.reads.iter().any(|read| **read == ***name));
            of(&Value::object(read.map(|(name, value)| (name.clone(), value.clone())).collect::<Object>()))
        }
        _ => of(record),
    };
    digest.truncate(32);
    digest
}

/// A group's version: the digest of all of it.
pub(super) fn of_whole(group: &Value) -> String {
    let mut digest = of(group);
    digest.truncate(32);
    digest
}

/// The source's change stamp, which orders versions of one record.
pub(super) fn stamp(source: &SourcePlan, record: &Value) -> Option<Timestamp> {
    let mut value = record;
    for part in source.stamp?.split('.') {
        value = value.get(part)?;
    }
    match value {
        Value::Instant(at) => Some(*at),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// The key under which the remote knows a write. It hangs on the key of the step's previous write, so that going back
/// to an earlier payload is a write of its own and not a repeat of the first.
pub(super) fn idempotency_key(flow: &str, key: &str, step: &str, digest: &str, previous: &str) -> String {
    let parts = [flow, key, step, digest, previous].map(str::as_bytes);
    let mut key = of_parts(&parts);
    key.truncate(40);
    key
}

/// The digest of parts, of which none can reach into the next.
pub(super) fn of_parts(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Appends a value as JSON with sorted field names.
pub(super) fn canonical(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(b.0));
            out.push(b'{');
            for (index, (name, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json::write(out, &Value::Text(name.clone()));
                out.push(b':');
                canonical(out, value);
            }
            out.push(b'}');
        }
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                canonical(out, item);
            }
            out.push(b']');
        }
        plain => json::write(out, plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_fields_does_not_matter_and_their_place_does() {
        let parse = |text: &str| json::parse(text.as_bytes()).unwrap();
        assert_eq!(
            of(&parse(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#)),
            of(&parse(r#"{"b":{"d":null,"c":[1,2]},"a":1}"#))
        );
        assert_ne!(of(&parse(r#"{"a":[1,2]}"#)), of(&parse(r#"{"a":[2,1]}"#)));
        assert_ne!(idempotency_key("f", "ab", "c", "d", ""), idempotency_key("f", "a", "bc", "d", ""));
    }
}
