//! Reading a flow without running it: where a field comes from, what breaks with a field, what a schedule costs. The
//! real program over the real flow.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "reading/explain.rs"]
mod explain;
#[path = "reading/group.rs"]
mod group;
#[path = "reading/impact.rs"]
mod impact;
#[path = "reading/plan.rs"]
mod plan;
#[path = "reading/support.rs"]
mod support;
