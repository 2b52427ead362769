//! flowrun joins Amazon Marketplace and the TIMS ERP with flows that are checked before they run.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
pub mod sandbox;
pub mod store;
