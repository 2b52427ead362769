//! The sandbox as its clients meet it: over HTTP, with a clock that the test moves.

#[path = "sandbox/amazon.rs"]
mod amazon;
#[path = "sandbox/conformance.rs"]
mod conformance;
#[path = "sandbox/durability.rs"]
mod durability;
#[path = "sandbox/faults.rs"]
mod faults;
#[path = "sandbox/shop.rs"]
mod shop;
#[path = "sandbox/support.rs"]
mod support;
#[path = "sandbox/tims.rs"]
mod tims;
