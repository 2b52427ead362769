//! What a flow reads, writes and calls, as the compiler found it.

use std::collections::{BTreeMap, BTreeSet};

/// What a flow reads, writes and calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Fields read, by `connector.entity`: `buyer.buyerEmail`, `orderItems[].product.sellerSku`.
    pub reads: BTreeMap<String, BTreeSet<String>>,
    /// Fields written, by target name.
    pub writes: BTreeMap<String, BTreeSet<String>>,
    /// Operations called: `amazon.searchOrders`.
    pub operations: BTreeSet<String>,
    /// Blocks asked of the source.
    pub datasets: BTreeSet<&'static str>,
    /// Fields that carry buyer data to a target: `sale.ship_to.name`.
    pub buyer_data: BTreeSet<String>,
    /// Lookups that ask another system by buyer data.
    pub private_lookups: BTreeSet<String>,
    /// Tables used.
    pub tables: BTreeSet<String>,
}
