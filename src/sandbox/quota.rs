//! Amazon's usage plans: a bucket of tokens per seller and operation that fills at the published rate.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A published usage plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Requests per second, as published and as answered in `x-amzn-RateLimit-Limit`.
    pub(super) rate: &'static str,
    /// The same in millionths of a request per second.
    micros_per_second: i64,
    /// How many requests a full bucket holds.
    burst: i64,
}

impl Plan {
    /// A plan as it is published; `micros_per_second` is the rate in millionths.
    pub(super) const fn new(rate: &'static str, micros_per_second: i64, burst: i64) -> Self {
        Self { rate, micros_per_second, burst }
    }
}

/// searchOrders: one request in about three minutes.
pub(super) const SEARCH_ORDERS: Plan = Plan { rate: "0.0056", micros_per_second: 5_600, burst: 20 };
/// getOrder.
pub(super) const GET_ORDER: Plan = Plan { rate: "0.5", micros_per_second: 500_000, burst: 30 };

/// confirmShipment.
pub(super) const CONFIRM_SHIPMENT: Plan = Plan { rate: "2.0", micros_per_second: 2_000_000, burst: 10 };
/// getListingsItem.
pub(super) const GET_LISTINGS_ITEM: Plan = Plan { rate: "5.0", micros_per_second: 5_000_000, burst: 10 };
/// putListingsItem.
pub(super) const PUT_LISTINGS_ITEM: Plan = Plan { rate: "5.0", micros_per_second: 5_000_000, burst: 10 };
/// patchListingsItem.
pub(super) const PATCH_LISTINGS_ITEM: Plan = Plan { rate: "5.0", micros_per_second: 5_000_000, burst: 5 };
/// deleteListingsItem.
pub(super) const DELETE_LISTINGS_ITEM: Plan = Plan { rate: "5.0", micros_per_second: 5_000_000, burst: 5 };
/// searchListingsItems.
pub(super) const SEARCH_LISTINGS_ITEMS: Plan = Plan { rate: "5.0", micros_per_second: 5_000_000, burst: 5 };

/// createFeedDocument.
pub(super) const CREATE_FEED_DOCUMENT: Plan = Plan { rate: "0.5", micros_per_second: 500_000, burst: 15 };
/// createFeed: one request in two minutes.
pub(super) const CREATE_FEED: Plan = Plan { rate: "0.0083", micros_per_second: 8_300, burst: 15 };
/// getFeed.
pub(super) const GET_FEED: Plan = Plan { rate: "2.0", micros_per_second: 2_000_000, burst: 15 };
/// cancelFeed.
pub(super) const CANCEL_FEED: Plan = Plan { rate: "2.0", micros_per_second: 2_000_000, burst: 15 };
/// getFeeds.
pub(super) const GET_FEEDS: Plan = Plan { rate: "0.0222", micros_per_second: 22_200, burst: 10 };
/// getFeedDocument.
pub(super) const GET_FEED_DOCUMENT: Plan = Plan { rate: "0.0222", micros_per_second: 22_200, burst: 10 };

/// getInventorySummaries.
pub(super) const GET_INVENTORY_SUMMARIES: Plan = Plan { rate: "2.0", micros_per_second: 2_000_000, burst: 2 };

/// What one bucket holds, in millionths of a request, and when that was counted.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Level {
    micros: i64,
    at: Timestamp,
}

/// The buckets of one seller.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<String, Level>);

impl Buckets {
    /// Takes one request from the operation's bucket; gives the level afterwards and whether there was one to take.
    pub(super) fn take(&mut self, operation: &str, plan: Plan, now: Timestamp) -> (Level, bool) {
        let full = i128::from(plan.burst) * 1_000_000;
        let held = match self.0.get(operation) {
            // Whole milliseconds keep the arithmetic exact; a part of one is not lost, because `at` only moves on when
            // something is taken.
            Some(level) => {
                let passed = i128::from((now.as_millisecond() - level.at.as_millisecond()).max(0));
                (i128::from(level.micros) + passed * i128::from(plan.micros_per_second) / 1000).min(full)
            }
            None => full,
        };
        let granted = held >= 1_000_000;
        if !granted {
            return (Level { micros: i64::try_from(held).unwrap_or(0), at: now }, false);
        }
        let level = Level { micros: i64::try_from(held - 1_000_000).unwrap_or(0), at: now };
        self.0.insert(operation.to_owned(), level);
        (level, true)
    }

    /// Sets a bucket to a level that was written down.
    pub(super) fn restore(&mut self, operation: String, level: Level) {
        self.0.insert(operation, level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_burst_and_fills_at_its_rate() {
        let mut buckets = Buckets::default();
        let start = Timestamp::UNIX_EPOCH;
        let granted = |buckets: &mut Buckets, second: i64| {
            buckets.take("search", SEARCH_ORDERS, Timestamp::from_second(second).unwrap()).1
        };
        assert!((0..20).all(|_| buckets.take("search", SEARCH_ORDERS, start).1));
        assert!(!granted(&mut buckets, 178));
        assert!(granted(&mut buckets, 179));
        assert!(!granted(&mut buckets, 179));
    }
}
