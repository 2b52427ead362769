//! What Amazon offers to flows, as data.

use std::sync::Arc;

use super::schema;
use crate::catalog::{
    Base, ConnectorSpec, EntitySpec, FilterSpec, LookupSpec, OperationSpec, Rate, Setting, SourceSpec, Type,
};

/// Amazon's descriptor.
pub(in crate::connectors) fn spec() -> ConnectorSpec {
    let order = Arc::new(schema::order());
    ConnectorSpec {
        name: "amazon",
        summary: "Amazon Marketplace, over the Selling Partner API",
        settings: settings(),
        entities: vec![EntitySpec {
            name: "orders",
            summary: "Orders of customers, with their items, proceeds, addresses and fulfilment (model 2026-01-01)",
            source: Some(SourceSpec {
                record: Arc::clone(&order),
                key: "orderId",
                stamp: Some("lastUpdatedTime"),
                events: vec!["ORDER_CHANGE"],
                filters: vec![
                    FilterSpec { name: "fulfilledBy", value: Type::new(schema::fulfilled_by()), many: true },
                    FilterSpec {
                        name: "fulfillmentStatuses",
                        value: Type::new(schema::fulfillment_status()),
                        many: true,
                    },
                    FilterSpec { name: "marketplaceIds", value: Type::new(Base::Text), many: true },
                ],
                operation: "searchOrders",
                fetch: Some("getOrder"),
                columns: false,
            }),
            lookup: Some(LookupSpec { record: order, keys: vec!["orderId"], operation: "getOrder" }),
            writes: Vec::new(),
        }],
        operations: operations(),
    }
}

/// The operations with their published usage plans.
pub(super) fn operations() -> Vec<OperationSpec> {
    vec![
        OperationSpec {
            name: "searchOrders",
            path: "GET /orders/2026-01-01/orders",
            rate: Some(Rate { per_10_000_s: 56, burst: 20 }),
            batch: 100,
        },
        OperationSpec {
            name: "getOrder",
            path: "GET /orders/2026-01-01/orders/{orderId}",
            rate: Some(Rate { per_10_000_s: 5_000, burst: 30 }),
            batch: 1,
        },
    ]
}

fn settings() -> Vec<Setting> {
    let setting = |name, doc, default, secret| Setting { name, doc, default, secret };
    vec![
        setting("region", "the region of the selling account: na, eu or fe", Some(""), false),
        setting("endpoint", "another address than the region's, for a sandbox", Some(""), false),
        setting("token_endpoint", "another address than Amazon's login, for a sandbox", Some(""), false),
        setting("marketplaces", "the marketplaces, by country or id, with commas: DE, FR", None, false),
        setting("seller_id", "the seller's (merchant) id, as Seller Central shows it", None, false),
        setting("client_id", "the application's client id", None, false),
        setting("client_secret", "the application's client secret; it must be rotated every 180 days", None, true),
        setting("refresh_token", "the refresh token of the seller's authorisation", None, true),
        setting("timeout", "how long one call may take", Some("30s"), false),
        setting("ca_file", "a PEM file of certificate authorities to trust besides the system's", Some(""), false),
        setting("page_size", "orders per page, 1 to 100", Some("100"), false),
        setting("overlap", "how far a new window reaches back into the last one", Some("10m"), false),
    ]
}
