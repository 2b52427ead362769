//! The sandbox as its clients meet it: over HTTP, with a clock that the test moves.
// A helper that fails is a failed test.
#![allow(clippy::unwrap_used)]

#[path = "sandbox/amazon.rs"]
mod amazon;
#[path = "sandbox/confirmation.rs"]
mod confirmation;
#[path = "sandbox/conformance.rs"]
mod conformance;
#[path = "sandbox/conformance_reports.rs"]
mod conformance_reports;
#[path = "sandbox/durability.rs"]
mod durability;
#[path = "sandbox/faults.rs"]
mod faults;
#[path = "sandbox/finance.rs"]
mod finance;
#[path = "sandbox/finances.rs"]
mod finances;
#[path = "sandbox/goods.rs"]
mod goods;
#[path = "sandbox/settlements.rs"]
mod settlements;
#[path = "sandbox/shipments.rs"]
mod shipments;
#[path = "sandbox/shop.rs"]
mod shop;
#[path = "sandbox/support.rs"]
mod support;
#[path = "sandbox/tie.rs"]
mod tie;
#[path = "sandbox/tims.rs"]
mod tims;
