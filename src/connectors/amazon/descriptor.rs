//! What Amazon offers to flows, as data.

use std::sync::LazyLock;

use super::family::FAMILIES;
use crate::catalog::{ConnectorSpec, Setting};

static SPEC: LazyLock<ConnectorSpec> = LazyLock::new(|| ConnectorSpec {
    name: "amazon",
    summary: "Amazon Marketplace, over the Selling Partner API",
    settings: settings(),
    entities: FAMILIES.iter().flat_map(|family| family.entities()).collect(),
    operations: FAMILIES.iter().flat_map(|family| family.operations()).collect(),
});

/// Amazon's descriptor.
pub(in crate::connectors) fn spec() -> ConnectorSpec {
    SPEC.clone()
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
        setting(
            "archive",
            "the folder in which settlement reports are kept as they came; beside the store where it is not given",
            Some(""),
            false,
        ),
        setting(
            "emptied_percent",
            "percent of the quantities of one run that may fall to zero; more stop the run before any is sent",
            Some("20"),
            false,
        ),
        setting("feed_above", "listings written at once from which on it is a feed and no calls", Some("200"), false),
        setting("overlap", "how far a new window reaches back into the last one", Some("10m"), false),
    ]
}
