//! What was called and how it ended, per operation: the evidence for "no call was made" and "nothing was doubled".
//! Operations are named like `amazon.searchOrders` and `tims.sales_orders.upsert`; `amazon.token` and `tims.token` are
//! the token endpoints, `amazon.unknown` and `tims.unknown` what has no such path.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reply::Reply;

/// The tallies of one operation.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Tally {
    /// Requests that arrived.
    pub(super) calls: u64,
    /// Answered 429, by a quota or by a fault.
    pub(super) throttled: u64,
    /// Answered 2xx.
    pub(super) ok: u64,
    /// Answered 4xx (but 429) or 5xx.
    pub(super) failed: u64,
    /// Disturbed on purpose.
    pub(super) faults: u64,
    /// Changed something.
    pub(super) writes: u64,
    /// Answered from the memory of an `Idempotency-Key`.
    pub(super) replayed: u64,
}

/// The tallies of all operations.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Counters(BTreeMap<&'static str, Tally>);

impl Counters {
    /// A request arrived.
    pub(super) fn called(&mut self, operation: &'static str) {
        self.0.entry(operation).or_default().calls += 1;
    }

    /// It is disturbed.
    pub(super) fn disturbed(&mut self, operation: &'static str) {
        self.0.entry(operation).or_default().faults += 1;
    }

    /// It ended, whether or not the answer gets through.
    pub(super) fn ended(&mut self, operation: &'static str, reply: &Reply) {
        let tally = self.0.entry(operation).or_default();
        match reply.status {
            429 => tally.throttled += 1,
            200..=299 => tally.ok += 1,
            _ => tally.failed += 1,
        }
        tally.writes += u64::from(reply.wrote);
        tally.replayed += u64::from(reply.replayed);
    }
}
