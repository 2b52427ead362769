//! Invoices and payments.

use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, ObjectSpec};

/// An invoice.
pub(in super::super) fn invoice() -> ObjectSpec {
    let amount = |name: &str, doc| may(name, Base::Decimal, doc).as_text();
    let line = nested(
        "InvoiceLine",
        vec![
            may("line_ref", Base::Text, "The order's line"),
            may("sku", Base::Text, "SKU"),
            may("quantity", Base::Decimal, "How many").as_text(),
            amount("amount", "The amount of the line"),
        ],
    );
    object(
        "Invoice",
        vec![
            must("id", Base::Text, "TIMS' id"),
            may("number", Base::Text, "Its number"),
            may("external_ref", Base::Text, "The external reference of its order"),
            may("sales_order_id", Base::Text, "Its order"),
            may("customer_id", Base::Text, "Who owes it"),
            may("date", Base::Date, "Its day"),
            may("currency", Base::Text, "Its currency, as ISO 4217 writes it"),
            may("lines", list(line), "Its lines"),
            amount("total", "What it is over"),
            amount("paid", "How much of it is paid"),
            amount("credited", "How much of it was credited"),
            amount("refunded", "How much of what was credited was paid back"),
            amount("balance", "How much of it is open"),
            may("status", open("InvoiceStatus", &["open", "paid", "owing"]), "Whether it is paid"),
            may("updated_at", Base::Instant, "When it last changed"),
        ],
    )
}

/// An invoice to make.
pub(in super::super) fn invoice_input() -> ObjectSpec {
    object(
        "InvoiceInput",
        vec![must("sales_order_id", Base::Text, "The order"), may("date", Base::Date, "Its day; today without it")],
    )
}

/// A payment.
pub(in super::super) fn payment() -> ObjectSpec {
    let mut fields = vec![must("id", Base::Text, "TIMS' id"), may("number", Base::Text, "Its number")];
    fields.extend(payment_fields(false));
    fields.push(may("status", open("PaymentStatus", &["posted", "void"]), "Whether it still counts"));
    object("Payment", fields)
}

/// A payment to make.
pub(in super::super) fn payment_input() -> ObjectSpec {
    object("PaymentInput", payment_fields(true))
}

/// A payment to void.
pub(in super::super) fn payment_id() -> ObjectSpec {
    object("PaymentId", vec![must("id", Base::Text, "TIMS' id")])
}

fn payment_fields(new: bool) -> Vec<crate::catalog::Field> {
    let needed = |name, base, doc| if new { must(name, base, doc) } else { may(name, base, doc) };
    let application = nested(
        "PaymentApplication",
        vec![
            must("invoice_id", Base::Text, "The invoice"),
            must("amount", Base::Decimal, "How much of the payment is for it").as_text(),
        ],
    );
    vec![
        needed("external_ref", Base::Text, "The name by which it is found again"),
        needed("customer_id", Base::Text, "Who paid"),
        may(
            "direction",
            closed("PaymentDirection", &["in", "out"]),
            "Whether money comes in, or goes back to the customer",
        ),
        needed("date", Base::Date, "The day of the payment"),
        needed("method", Base::Text, "How it was paid: MARKETPLACE"),
        may("reference", Base::Text, "What it says on it"),
        needed("amount", Base::Decimal, "How much; always above zero").as_text(),
        needed("currency", Base::Text, "Its currency, as ISO 4217 writes it"),
        may("applications", list(application), "The invoices that it settles; what is left is unapplied"),
        may("memo", Base::Text, "What it is"),
    ]
}
