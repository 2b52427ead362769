//! What TIMS offers to flows, as data.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;

use super::family::{FAMILIES, Family};
use super::feed::{Feed, Listed};
use super::{Tims, schema};
use crate::catalog::{
    ConnectorSpec, EntitySpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, Setting, SourceSpec, WriteSpec,
};
use crate::connectors::contract::{ConnectorError, Page, ReadRequest};

/// How sales orders are told of.
const ORDERS: Feed = Feed { entity: "sales_orders", kind: "sales_order", key: "id", listed: Listed::ByTime };

static SPEC: LazyLock<ConnectorSpec> = LazyLock::new(build);

/// TIMS' descriptor.
pub(in crate::connectors) fn spec() -> ConnectorSpec {
    SPEC.clone()
}

/// The entity of that name, where there is one.
pub(super) fn entity(name: &str) -> Option<&'static EntitySpec> {
    SPEC.entity(name)
}

/// The write of an entity, where there is one.
pub(super) fn write(entity: &str, verb: &str) -> Option<&'static WriteSpec> {
    self::entity(entity)?.write(verb)
}

fn build() -> ConnectorSpec {
    ConnectorSpec {
        name: "tims",
        summary: "The TIMS ERP, over its REST interface",
        settings: settings(),
        entities: FAMILIES.iter().flat_map(|family| family.entities()).collect(),
        operations: FAMILIES.iter().flat_map(|family| family.operations()).collect(),
    }
}

/// Customers and discounts.
pub(super) struct Masters;

impl Family for Masters {
    fn entities(&self) -> Vec<EntitySpec> {
        vec![
            customers(),
            look("discount_codes", "Codes of discounts", schema::discount_code(), "code", "getDiscountCode"),
        ]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            operation("getDiscountCode", "GET /discount_codes/{code}", 1),
            operation("listCustomers", "GET /customers", 100),
            operation("createCustomer", "POST /customers", 1),
            operation("updateCustomer", "PATCH /customers/{id}", 1),
            operation("mergeCustomer", "POST /customers/{id}/merge", 1),
            operation("upsertCustomer", "PUT /customers/by_ref/{source}/{external_ref}", 1),
        ]
    }
}

/// Sales orders and what is set aside for them.
pub(super) struct Sales;

#[async_trait]
impl Family for Sales {
    fn entities(&self) -> Vec<EntitySpec> {
        vec![sales_orders(), allocations()]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            operation("listSalesOrders", "GET /sales_orders", 100),
            operation("createSalesOrder", "POST /sales_orders", 1),
            operation("upsertSalesOrder", "PUT /sales_orders/by_ref/{source}/{external_ref}", 1),
            operation("cancelSalesOrder", "POST /sales_orders/{id}/cancel", 1),
            operation("closeSalesOrder", "POST /sales_orders/{id}/close", 1),
            operation("confirmSalesOrder", "POST /sales_orders/{id}/confirm", 1),
            operation("holdSalesOrder", "POST /sales_orders/{id}/hold", 1),
            operation("releaseSalesOrder", "POST /sales_orders/{id}/release", 1),
            operation("createAllocation", "POST /allocations", 1),
            operation("deleteAllocation", "DELETE /allocations/{id}", 1),
        ]
    }

    fn sources(&self) -> &'static [&'static str] {
        &["sales_orders"]
    }

    async fn read(&self, tims: &Tims, request: &ReadRequest) -> Result<Page, ConnectorError> {
        tims.read_changes(&ORDERS, request).await
    }
}

fn customers() -> EntitySpec {
    let customer = Arc::new(schema::customer());
    let write = |verb, input: ObjectSpec, operation, idempotency, natural_key| WriteSpec {
        verb,
        input: Arc::new(input),
        output: Arc::clone(&customer),
        operation,
        idempotency,
        natural_key,
        bulk: None,
    };
    EntitySpec {
        name: "customers",
        summary: "Customers, with their contacts and addresses",
        source: None,
        lookup: Some(LookupSpec {
            record: Arc::clone(&customer),
            keys: vec!["external_ref", "email", "match_key"],
            operation: "listCustomers",
        }),
        writes: vec![
            write("create", schema::customer_input(false), "createCustomer", Idempotency::Key, &[]),
            write("update", schema::customer_change(), "updateCustomer", Idempotency::Key, &["id"]),
            write("upsert", schema::customer_input(true), "upsertCustomer", Idempotency::NaturalKey, &["external_ref"]),
            write("merge", schema::customer_merge(), "mergeCustomer", Idempotency::Key, &["id"]),
        ],
    }
}

fn sales_orders() -> EntitySpec {
    let order = Arc::new(schema::sales_order());
    let input = Arc::new(schema::sales_order_input());
    let write = |verb, input: Arc<ObjectSpec>, operation, idempotency, natural_key| WriteSpec {
        verb,
        input,
        output: Arc::clone(&order),
        operation,
        idempotency,
        natural_key,
        bulk: None,
    };
    let action =
        |verb, operation| write(verb, Arc::new(schema::sales_order_action(verb)), operation, Idempotency::Key, &["id"]);
    EntitySpec {
        name: "sales_orders",
        summary: "Sales orders, with their lines, charges and totals",
        source: Some(SourceSpec {
            record: Arc::clone(&order),
            key: "id",
            stamp: Some("updated_at"),
            events: Vec::new(),
            filters: Vec::new(),
            operation: "listChanges",
            fetch: Some("listSalesOrders"),
            columns: false,
        }),
        lookup: Some(LookupSpec {
            record: Arc::clone(&order),
            keys: vec!["external_ref", "id"],
            operation: "listSalesOrders",
        }),
        writes: vec![
            write("create", Arc::clone(&input), "createSalesOrder", Idempotency::Key, &["external_ref"]),
            write("upsert", Arc::clone(&input), "upsertSalesOrder", Idempotency::NaturalKey, &["external_ref"]),
            action("cancel", "cancelSalesOrder"),
            action("close", "closeSalesOrder"),
            action("confirm", "confirmSalesOrder"),
            action("hold", "holdSalesOrder"),
            action("release", "releaseSalesOrder"),
        ],
    }
}

fn allocations() -> EntitySpec {
    let allocation = Arc::new(schema::allocation());
    let write = |verb, input: ObjectSpec, operation, natural_key| WriteSpec {
        verb,
        input: Arc::new(input),
        output: Arc::clone(&allocation),
        operation,
        idempotency: Idempotency::Key,
        natural_key,
        bulk: None,
    };
    EntitySpec {
        name: "allocations",
        summary: "Stock that is set aside for the lines of a sales order",
        source: None,
        lookup: None,
        writes: vec![
            write("create", schema::allocation_input(), "createAllocation", &[]),
            write("delete", schema::allocation_id(), "deleteAllocation", &["id"]),
        ],
    }
}

fn look(
    name: &'static str,
    summary: &'static str,
    record: ObjectSpec,
    key: &'static str,
    operation: &'static str,
) -> EntitySpec {
    let lookup = LookupSpec { record: Arc::new(record), keys: vec![key], operation };
    EntitySpec { name, summary, source: None, lookup: Some(lookup), writes: Vec::new() }
}

/// An operation of TIMS.
pub(super) fn operation(name: &'static str, path: &'static str, batch: usize) -> OperationSpec {
    OperationSpec { name, path, rate: None, batch }
}

fn settings() -> Vec<Setting> {
    let setting = |name, doc, default, secret| Setting { name, doc, default, secret };
    vec![
        setting("url", "the address of TIMS, with or without /api/v1", None, false),
        setting("token_url", "another address than /oauth/token beside /api/v1 for the login", Some(""), false),
        setting("client_id", "the client id, for the login with OAuth 2.0", Some(""), false),
        setting("client_secret", "the client secret, for the login with OAuth 2.0", Some(""), true),
        setting("api_key", "the API key, for the login with a key", Some(""), true),
        setting("company", "the company's code, where one login serves several", Some(""), false),
        setting("style", "how TIMS spells field names: snake or pascal", Some("snake"), false),
        setting("source", "the name of this source in external references", Some("amazon"), false),
        setting("concurrency", "calls at once", Some("5"), false),
        setting("limit", "calls per time, such as 60/60s; or off", Some("60/60s"), false),
        setting("timeout", "how long one call may take", Some("30s"), false),
        setting("ca_file", "a PEM file of certificate authorities to trust besides the system's", Some(""), false),
    ]
}
