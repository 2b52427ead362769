//! Identifiers and secrets that are derived, never counted: the same thing gets the same id in every run, whatever
//! order the work was done in.

use sha2::{Digest, Sha256};

/// The digest of parts that cannot run into each other.
pub(super) fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// The first `length` hexadecimal digits of the parts' digest.
pub(super) fn hex(parts: &[&str], length: usize) -> String {
    let mut text: String = digest(parts).iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(length);
    text
}

/// A number that the parts decide.
pub(super) fn number(parts: &[&str]) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest(parts)[..8]);
    u64::from_be_bytes(bytes)
}
