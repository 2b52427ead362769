//! The engine, from outside: flows run against remotes that fail in every way, and what the remotes have in the end is
//! compared with what they should have.
#![allow(clippy::unwrap_used)]

#[path = "engine/bulk.rs"]
mod bulk;
#[path = "engine/crash.rs"]
mod crash;
#[path = "engine/faults.rs"]
mod faults;
#[path = "engine/joined.rs"]
mod joined;
#[path = "engine/late.rs"]
mod late;
#[path = "engine/letters.rs"]
mod letters;
#[path = "engine/lookups.rs"]
mod lookups;
#[path = "engine/real_store.rs"]
mod real_store;
#[path = "engine/records.rs"]
mod records;
#[path = "engine/shaping.rs"]
mod shaping;
#[path = "engine/stopping.rs"]
mod stopping;
#[path = "engine/support.rs"]
mod support;
#[path = "engine/undo.rs"]
mod undo;
#[path = "engine/waiting.rs"]
mod waiting;
