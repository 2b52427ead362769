//! The parts of the API. Each is a file: what it offers to flows, the operations with their usage plans, and the calls.
//! A new part is that file and its line in `FAMILIES`.

use async_trait::async_trait;

use super::Amazon;
use super::finances::Finances;
use super::inventory::Inventory;
use super::listings::Listings;
use super::orders::Orders;
use super::packages::Packages;
use super::settlement::source::Settlements;
use crate::catalog::{EntitySpec, OperationSpec};
use crate::connectors::contract::{ConnectorError, ErrorKind, Fetch, Page, ReadRequest, WriteAnswer, WriteRequest};
use crate::value::Value;

/// The parts, in the order in which help lists them.
pub(super) const FAMILIES: &[&dyn Family] = &[&Orders, &Listings, &Inventory, &Packages, &Settlements, &Finances];

/// A part of the API.
#[async_trait]
pub(super) trait Family: Send + Sync {
    /// The names of its entities.
    fn names(&self) -> &'static [&'static str];

    /// Its entities, with these names.
    fn entities(&self) -> Vec<EntitySpec>;

    /// Its operations with their published usage plans.
    fn operations(&self) -> Vec<OperationSpec>;

    /// Reads a page of an entity that is a source.
    async fn read(&self, _: &Amazon, request: &ReadRequest) -> Result<Page, ConnectorError> {
        Err(cannot(&format!("read {} as a source", request.entity)))
    }

    /// Finds what a lookup asks for.
    async fn fetch(&self, _: &Amazon, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        Err(cannot(&format!("look up {} by {}", request.entity, request.key)))
    }

    /// Writes once.
    async fn write(&self, _: &Amazon, request: &WriteRequest) -> Result<WriteAnswer, ConnectorError> {
        Err(cannot(&format!("{} {}", request.verb, request.entity)))
    }

    /// Writes many at once; the answers are in the order of the requests.
    async fn write_many(&self, amazon: &Amazon, requests: &[WriteRequest]) -> Vec<Result<WriteAnswer, ConnectorError>> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            answers.push(self.write(amazon, request).await);
        }
        answers
    }
}

/// The part that has an entity.
pub(super) fn of(entity: &str) -> Result<&'static dyn Family, ConnectorError> {
    let found = FAMILIES.iter().find(|family| family.names().contains(&entity));
    found.copied().ok_or_else(|| cannot(&format!("do anything with `{entity}`: it has no such entity")))
}

/// What the compiler should not have let through.
fn cannot(what: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Bug, format!("amazon cannot {what}"))
}
