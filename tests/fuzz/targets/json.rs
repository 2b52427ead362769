//! `json` of tests/support/hostile.rs.
#![no_main]

#[path = "../../support/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::target("json", bytes));
