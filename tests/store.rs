//! The store, from outside: the contract over both implementations, and what must hold when processes are killed, the
//! power goes, files are damaged and the disk is full.
// Helpers outside of test functions may fail the test too, and the killed process reports by printing.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "store/checkpoints.rs"]
mod checkpoints;
#[path = "store/contract.rs"]
mod contract;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/full.rs"]
mod full;
#[path = "store/killed.rs"]
mod killed;
#[path = "store/measure.rs"]
mod measure;
#[path = "store/power.rs"]
mod power;
#[path = "store/sealing.rs"]
mod sealing;
#[path = "store/support.rs"]
mod support;
#[path = "store/transfer.rs"]
mod transfer;
