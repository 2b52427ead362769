//! Shipments: what left the warehouse.

use std::sync::Arc;

use async_trait::async_trait;

use super::descriptor::operation;
use super::family::Family;
use super::feed::{Feed, Listed};
use super::{Tims, schema};
use crate::catalog::{EntitySpec, LookupSpec, OperationSpec, SourceSpec};
use crate::connectors::contract::{ConnectorError, Page, ReadRequest};

const FEED: Feed = Feed { entity: "shipments", kind: "shipment", key: "id", listed: Listed::ByTime };

/// Shipments, as a source and as a lookup.
pub(super) struct Shipments;

#[async_trait]
impl Family for Shipments {
    fn entities(&self) -> Vec<EntitySpec> {
        let shipment = Arc::new(schema::shipment());
        vec![EntitySpec {
            name: "shipments",
            summary: "What left the warehouse for a sales order, parcel by parcel",
            source: Some(SourceSpec {
                record: Arc::clone(&shipment),
                key: "id",
                stamp: Some("updated_at"),
                events: Vec::new(),
                filters: Vec::new(),
                operation: "listChanges",
                fetch: Some("listShipments"),
                columns: false,
            }),
            lookup: Some(LookupSpec { record: shipment, keys: vec!["id"], operation: "listShipments" }),
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![operation("listChanges", "GET /changes", 100), operation("listShipments", "GET /shipments", 100)]
    }

    fn sources(&self) -> &'static [&'static str] {
        &["shipments"]
    }

    async fn read(&self, tims: &Tims, request: &ReadRequest) -> Result<Page, ConnectorError> {
        tims.read_changes(&FEED, request).await
    }
}
