//! The operational commands, as an operator meets them: the real program in a directory of its own.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "cli_ops/support.rs"]
mod support;

#[path = "cli_ops/environments.rs"]
mod environments;
#[path = "cli_ops/letters.rs"]
mod letters;
#[path = "cli_ops/runs.rs"]
mod runs;
#[path = "cli_ops/sandboxes.rs"]
mod sandboxes;
#[path = "cli_ops/stores.rs"]
mod stores;
