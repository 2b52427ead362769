//! The parts of TIMS. Each is a file: what it offers to flows and the operations. Looking up and writing is the same for
//! all of them and follows from the descriptor; a source says how it is read. A new part is that file and its line in
//! `FAMILIES`.

use async_trait::async_trait;

use super::Tims;
use super::credit_notes::CreditNotes;
use super::descriptor::{Masters, Sales};
use super::goods::Goods;
use super::ledger::Ledger;
use super::receivables::Receivables;
use super::shipments::Shipments;
use crate::catalog::{EntitySpec, OperationSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest};

/// The parts, in the order in which help lists them.
pub(super) const FAMILIES: &[&dyn Family] =
    &[&Masters, &Goods, &Sales, &Shipments, &Ledger, &Receivables, &CreditNotes];

/// A part of TIMS.
#[async_trait]
pub(super) trait Family: Send + Sync {
    /// Its entities.
    fn entities(&self) -> Vec<EntitySpec>;

    /// Its operations. TIMS limits all calls of a key together, so none of them has a rate of its own. The name of an
    /// operation that a lookup uses says how it finds: `list…` by a filter, many at once; any other by the path.
    fn operations(&self) -> Vec<OperationSpec>;

    /// The names of those of its entities that are sources.
    fn sources(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads a page of an entity that is a source.
    async fn read(&self, _: &Tims, request: &ReadRequest) -> Result<Page, ConnectorError> {
        Err(ConnectorError::new(ErrorKind::Bug, format!("tims cannot be read as a source of {}", request.entity)))
    }
}
