//! What buyers owe and what they paid: invoices and payments.

use std::sync::Arc;

use super::family::Family;
use super::schema::receivables as schema;
use crate::catalog::{EntitySpec, Idempotency, LookupSpec, ObjectSpec, OperationSpec, WriteSpec};

/// Invoices and payments.
pub(super) struct Receivables;

impl Family for Receivables {
    fn entities(&self) -> Vec<EntitySpec> {
        vec![invoices(), payments()]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        let operation = |name, path, batch| OperationSpec { name, path, rate: None, batch };
        vec![
            operation("listInvoices", "GET /invoices", 100),
            operation("createInvoice", "POST /invoices", 1),
            operation("listPayments", "GET /payments", 100),
            operation("createPayment", "POST /payments", 1),
            operation("voidPayment", "POST /payments/{id}/void", 1),
        ]
    }
}

fn invoices() -> EntitySpec {
    let invoice = Arc::new(schema::invoice());
    EntitySpec {
        name: "invoices",
        summary: "Invoices of sales orders; each has the external reference of its order",
        source: None,
        lookup: Some(LookupSpec {
            record: Arc::clone(&invoice),
            keys: vec!["external_ref", "sales_order_id"],
            operation: "listInvoices",
        }),
        writes: vec![WriteSpec {
            verb: "create",
            input: Arc::new(schema::invoice_input()),
            output: invoice,
            operation: "createInvoice",
            idempotency: Idempotency::Key,
            natural_key: &["sales_order_id"],
            bulk: None,
        }],
    }
}

fn payments() -> EntitySpec {
    let payment = Arc::new(schema::payment());
    let write = |verb, input: ObjectSpec, operation, natural_key| WriteSpec {
        verb,
        input: Arc::new(input),
        output: Arc::clone(&payment),
        operation,
        idempotency: Idempotency::Key,
        natural_key,
        bulk: None,
    };
    EntitySpec {
        name: "payments",
        summary: "Payments of customers, and the invoices that they settle",
        source: None,
        lookup: Some(LookupSpec {
            record: Arc::clone(&payment),
            keys: vec!["external_ref"],
            operation: "listPayments",
        }),
        writes: vec![
            write("create", schema::payment_input(), "createPayment", &["external_ref"]),
            write("void", schema::payment_id(), "voidPayment", &["id"]),
        ],
    }
}
