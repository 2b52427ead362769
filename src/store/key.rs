//! How keys are put together: parts separated so that no part can reach into the next, and so that all keys of one
//! flow, or of one record, share a prefix and sort by it.

/// Joins parts into a key. A zero byte inside a part is escaped, so distinct parts give distinct keys.
#[must_use]
pub fn join(parts: &[&str]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|p| p.len() + 2).sum());
    for part in parts {
        for &byte in part.as_bytes() {
            key.push(byte);
            if byte == 0 {
                key.push(0xff);
            }
        }
        key.extend_from_slice(&[0, 0]);
    }
    key
}

/// A key of parts followed by a number that sorts as a number.
#[must_use]
pub fn numbered(parts: &[&str], number: u64) -> Vec<u8> {
    let mut key = join(parts);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The parts of a key made by [`join`]; `None` if it was not.
#[must_use]
pub fn split(key: &[u8]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut bytes = key.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != 0 {
            part.push(byte);
            continue;
        }
        match bytes.next()? {
            0xff => part.push(0),
            0 => parts.push(String::from_utf8(std::mem::take(&mut part)).ok()?),
            _ => return None,
        }
    }
    part.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_split_into_what_was_joined() {
        for parts in [vec!["a", "b"], vec!["a\0", "b"], vec!["", "x"], vec!["a\0\0b"]] {
            assert_eq!(split(&join(&parts)).unwrap(), parts);
        }
        assert_ne!(join(&["a\0", "b"]), join(&["a", "\0b"]));
    }
}
