//! What a flow reads, writes and calls, as the compiler found it.

use std::collections::{BTreeMap, BTreeSet};

use super::Slot;
use crate::catalog::Type;
use crate::diag::Span;

/// What a flow reads, writes and calls.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// What each variable is, by its slot.
    pub variables: BTreeMap<Slot, Type>,
    /// What each target is given, by the slot of its answer.
    pub payloads: BTreeMap<Slot, Type>,
    /// Where the source's triggers stand, in their order.
    pub triggers: Vec<Span>,
}
