//! The operations that are served besides the orders': where each is, what it may be asked how often, and who answers.

use axum::http::Method;
use serde_json::Value;

use super::{Refusal, listings};
use crate::sandbox::call::Call;
use crate::sandbox::quota::Plan;
use crate::sandbox::world::World;

/// Answers one request that was let in.
pub(super) type Answer = fn(&World, &Call) -> Result<Done, Refusal>;

/// An operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    /// What the counters call it.
    pub(super) name: &'static str,
    /// Its published usage plan.
    pub(super) plan: Plan,
    /// Who answers.
    pub(super) answer: Answer,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) status: u16,
    pub(super) body: Value,
    /// Whether something changed.
    pub(super) wrote: bool,
}

/// The operation that a request asks for.
pub(super) fn find(method: &Method, path: &[&str]) -> Option<Route> {
    listings::route(method, path)
}
