//! Credit notes: what is given back to buyers.

use std::sync::Arc;

use super::descriptor::operation;
use super::family::Family;
use super::schema::credit_note as schema;
use crate::catalog::{EntitySpec, Idempotency, LookupSpec, OperationSpec, WriteSpec};

/// Credit notes.
pub(super) struct CreditNotes;

impl Family for CreditNotes {
    fn entities(&self) -> Vec<EntitySpec> {
        let note = Arc::new(schema::credit_note());
        let write = |verb, input, operation, idempotency, natural_key| WriteSpec {
            verb,
            input: Arc::new(input),
            output: Arc::clone(&note),
            operation,
            idempotency,
            natural_key,
            bulk: None,
        };
        vec![EntitySpec {
            name: "credit_notes",
            summary: "Credit notes, applied to the invoice of their order as soon as there is one",
            source: None,
            lookup: Some(LookupSpec {
                record: Arc::clone(&note),
                keys: vec!["external_ref"],
                operation: "listCreditNotes",
            }),
            writes: vec![
                write("create", schema::credit_note_input(), "createCreditNote", Idempotency::Key, &["external_ref"]),
                write(
                    "upsert",
                    schema::credit_note_input(),
                    "upsertCreditNote",
                    Idempotency::NaturalKey,
                    &["external_ref"],
                ),
                write("apply", schema::credit_note_application(), "applyCreditNote", Idempotency::Key, &["id"]),
            ],
        }]
    }

    fn operations(&self) -> Vec<OperationSpec> {
        vec![
            operation("listCreditNotes", "GET /credit_notes", 100),
            operation("createCreditNote", "POST /credit_notes", 1),
            operation("upsertCreditNote", "PUT /credit_notes/by_ref/{source}/{external_ref}", 1),
            operation("applyCreditNote", "POST /credit_notes/{id}/apply", 1),
        ]
    }
}
