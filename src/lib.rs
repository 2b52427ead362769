//! flowrun joins Amazon Marketplace and the TIMS ERP with flows that are checked before they run.
//!
//! ```text
//! text ─lang::compile─▶ plan::Plan ─engine::run─▶ reads a source, takes each record through the plan,
//!                          │                       writes to targets, remembers all of it in the store
//!                          └─rehearse::rehearse─▶ the same without the outside: `map`, tests of flows
//! ```
//!
//! In reading order: [`value`], [`diag`], [`clock`]; [`catalog`]; [`plan`], [`rehearse`]; [`lang`], [`functions`],
//! [`connectors`], [`store`], [`config`], [`sandbox`], [`reconcile`]; [`engine`]; [`cli`]. A module names only those before it;
//! docs/architecture.md has the layers and what holds them.
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
pub mod reconcile;
pub mod rehearse;
pub mod sandbox;
pub mod store;
pub mod value;
