//! A credit note: what a buyer gets back of an invoice, or will, once there is one.

use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, Field, ObjectSpec};

/// A credit note as TIMS has it.
pub(in super::super) fn credit_note() -> ObjectSpec {
    let mut fields = vec![must("id", Base::Text, "TIMS' id"), may("number", Base::Text, "The number that people use")];
    fields.extend(note_fields(false));
    fields.extend([
        must(
            "status",
            open("CreditNoteState", &["unapplied", "applied", "void"]),
            "Whether it is set against an invoice",
        ),
        may("total", Base::Decimal, "What is given back").as_text(),
        may("applied", Base::Decimal, "What of it is set against an invoice").as_text(),
        may("original_date", Base::Date, "The day it was for, where the period of that day was closed"),
        may("version", Base::Int, "Counts its changes"),
        may("created_at", Base::Instant, "When it was made"),
        may("updated_at", Base::Instant, "When it last changed"),
    ]);
    object("CreditNote", fields)
}

/// A credit note to write.
pub(in super::super) fn credit_note_input() -> ObjectSpec {
    object("CreditNoteInput", note_fields(true))
}

/// A credit note to set against an invoice.
pub(in super::super) fn credit_note_application() -> ObjectSpec {
    object(
        "CreditNoteApplication",
        vec![
            must("id", Base::Text, "TIMS' id of the credit note"),
            must("invoice_id", Base::Text, "The invoice, by TIMS' id"),
        ],
    )
}

fn note_fields(new: bool) -> Vec<Field> {
    let need = |name: &str, base, doc| if new { must(name, base, doc) } else { may(name, base, doc) };
    let tax = nested(
        "CreditNoteTax",
        vec![
            must("code", Base::Text, "The tax code in TIMS"),
            may("rate", Base::Decimal, "The rate in percent").as_text(),
            must("amount", Base::Decimal, "The amount").as_text(),
            may("collected_by", closed("CreditTaxCollector", &["seller", "marketplace"]), "Who gives it back"),
        ],
    );
    let line = nested(
        "CreditNoteLine",
        vec![
            may("line_ref", Base::Text, "What the source calls the order's line"),
            may("kind", Base::Text, "What is given back: goods, shipping, gift_wrap, goodwill, restocking"),
            may("sku", Base::Text, "The article, by SKU"),
            may("quantity", Base::Decimal, "How many, where that is known").as_text(),
            must("amount", Base::Decimal, "What is given back; a fee that the buyer is charged is below zero")
                .as_text(),
            may("tax", list(tax), "The taxes on it"),
            may("description", Base::Text, "What it is"),
        ],
    );
    vec![
        may("source", Base::Text, "Whose it is; the connection's source where it is not given"),
        need("external_ref", Base::Text, "What the source calls it"),
        may("sales_order_id", Base::Text, "The order, by TIMS' id"),
        may("invoice_id", Base::Text, "The invoice, by TIMS' id; that of the order where it is not given"),
        may("customer_id", Base::Text, "The customer; that of the order where it is not given"),
        may("date", Base::Date, "Its day; today where it is not given"),
        need("currency", Base::Text, "The currency, as ISO 4217 writes it"),
        may("prices_include_tax", Base::Bool, "Whether the amounts include tax"),
        may("reason", Base::Text, "Why"),
        need("lines", list(line), "What is given back"),
        may("note", Base::Text, "A note").pii(),
        may("metadata", Base::Object(std::sync::Arc::new(free())), "Names and values of the flow's own"),
    ]
}

fn free() -> ObjectSpec {
    ObjectSpec { open: true, ..object("CreditNoteMetadata", Vec::new()) }
}
