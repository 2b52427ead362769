//! Settlements as a source.

use std::sync::Arc;

use async_trait::async_trait;

use crate::catalog::{EntitySpec, OperationSpec, Rate, SourceSpec};
use crate::connectors::amazon::Amazon;
use crate::connectors::amazon::family::Family;
use crate::connectors::amazon::schema::settlement::settlement;
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest};

/// Settlement reports.
pub(in crate::connectors::amazon) struct Settlements;

#[async_trait]
impl Family for Settlements {
    fn names(&self) -> &'static [&'static str] {
        &["settlements"]
    }

    fn entities(&self) -> Vec<EntitySpec> {
        vec![EntitySpec {
            name: "settlements",
            summary: "Settlement reports, amount by amount; a flow groups them by `settlement_id`",
            source: Some(SourceSpec {
                record: Arc::new(settlement()),
                key: "settlement_id",
                stamp: None,
                events: Vec::new(),
                filters: Vec::new(),
                operation: "getReports",
                fetch: None,
                columns: false,
            }),
            lookup: None,
            writes: Vec::new(),
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            OperationSpec {
                name: "getReports",
                path: "GET /reports/2021-06-30/reports",
                rate: Some(Rate { per_10_000_s: 222, burst: 10 }),
                batch: 100,
            },
            OperationSpec {
                name: "getReportDocument",
                path: "GET /reports/2021-06-30/documents/{reportDocumentId}",
                rate: Some(Rate { per_10_000_s: 167, burst: 15 }),
                batch: 1,
            },
        ]
    }

    async fn read(&self, _: &Amazon, _: &ReadRequest) -> Result<Page, ConnectorError> {
        Err(ConnectorError::new(ErrorKind::Bug, "settlements are not read yet"))
    }
}
