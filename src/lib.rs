//! flowrun joins Amazon Marketplace and the TIMS ERP with flows that are checked before they run.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connectors;
pub mod diag;
pub mod engine;
pub mod functions;
pub mod lang;
pub mod plan;
pub mod rehearse;
pub mod sandbox;
pub mod store;
pub mod value;
