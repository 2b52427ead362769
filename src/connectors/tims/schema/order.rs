//! Sales orders and the stock that is set aside for them.

use std::sync::Arc;

use super::address;
use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, Field, ObjectSpec};

pub(in super::super) fn sales_order() -> ObjectSpec {
    let states = [
        "draft",
        "confirmed",
        "allocated",
        "partially_allocated",
        "picking",
        "partially_shipped",
        "shipped",
        "invoiced",
        "closed",
        "on_hold",
        "cancelled",
    ];
    let mut fields = vec![
        must("id", Base::Text, "TIMS' id"),
        may("number", Base::Text, "The number that people use"),
        must("status", open("SalesOrderState", &states), "How far it is"),
        may("source", Base::Text, "Whose order it is"),
        must("external_ref", Base::Text, "What the source calls it"),
    ];
    fields.extend(order_fields(false));
    fields.extend([
        may("cancel_reason", Base::Text, "Why it was cancelled"),
        may("version", Base::Int, "Counts its changes"),
        may("created_at", Base::Instant, "When it was made"),
        may("updated_at", Base::Instant, "When it last changed"),
    ]);
    object("SalesOrder", fields)
}

pub(in super::super) fn sales_order_input() -> ObjectSpec {
    let mut fields = vec![
        may("source", Base::Text, "Whose order it is; the connection's source where it is not given"),
        must("external_ref", Base::Text, "What the source calls it, such as amazon:{marketplace}:{order}"),
        may("status", closed("NewOrderStatus", &["draft", "confirmed", "on_hold"]), "The state to begin in"),
    ];
    fields.extend(order_fields(true));
    object("SalesOrderInput", fields)
}

pub(in super::super) fn sales_order_action(verb: &str) -> ObjectSpec {
    let mut fields = vec![must("id", Base::Text, "TIMS' id of the order")];
    match verb {
        "cancel" => {
            let line = nested(
                "CancelLine",
                vec![
                    may("line_id", Base::Text, "TIMS' id of the line"),
                    may("line_ref", Base::Text, "What the source calls the line"),
                    must("quantity", Base::Decimal, "How many of it").as_text(),
                ],
            );
            fields.push(must("reason_code", Base::Text, "Why, as a code of TIMS"));
            fields.push(may("lines", list(line), "The part to cancel; all of it where it is not given"));
        }
        "hold" => fields.push(may("hold_reason", Base::Text, "Why it is on hold")),
        _ => {}
    }
    object("SalesOrderAction", fields)
}

fn order_fields(new: bool) -> Vec<Field> {
    // What TIMS gives back may leave out what is required of us.
    let need = |name: &str, base, doc| if new { must(name, base, doc) } else { may(name, base, doc) };
    vec![
        need("order_date", Base::Instant, "When it was placed"),
        need("customer_id", Base::Text, "The customer, by TIMS' id"),
        may("ship_to", address("ShipTo"), "Where it goes"),
        may("bill_to", address("BillTo"), "Who gets the invoice"),
        need("currency", Base::Text, "The currency, as ISO 4217 writes it"),
        need("prices_include_tax", Base::Bool, "Whether the prices include tax"),
        may("location", Base::Text, "The warehouse"),
        may("channel", Base::Text, "The sales channel"),
        may("ship_by", Base::Instant, "When it must be shipped"),
        may("deliver_by", Base::Instant, "When it must arrive"),
        may("carrier_service", Base::Text, "The speed that the customer chose"),
        may("fulfilment", closed("Fulfilment", &["merchant", "amazon"]), "Who ships it"),
        may("po_number", Base::Text, "The customer's purchase order number").pii(),
        may("price_list", Base::Text, "The price list"),
        need("lines", list(line(new)), "The lines"),
        may("charges", list(charge()), "Shipping, gift wrap and the like"),
        may("totals", totals(), "The totals, which TIMS checks"),
        may("hold_reason", Base::Text, "Why it is on hold"),
        may("note", Base::Text, "A note; may repeat what the buyer wrote").pii(),
        may("metadata", free(), "Names and values of the flow's own"),
    ]
}

fn line(new: bool) -> Base {
    let mut fields = if new {
        Vec::new()
    } else {
        vec![
            may("id", Base::Text, "TIMS' id of the line"),
            may("quantity_cancelled", Base::Decimal, "How many were cancelled").as_text(),
        ]
    };
    fields.extend([
        must("line_ref", Base::Text, "What the source calls the line; unique in the order"),
        must("sku", Base::Text, "The article, by SKU"),
        may("item_id", Base::Text, "The article, by TIMS' id, where it is known"),
        must("quantity", Base::Decimal, "How many").as_text(),
        must("unit_price", Base::Decimal, "The price of one").as_text(),
        may("line_amount", Base::Decimal, "The price of all, where it is not a multiple of a unit price").as_text(),
        may("discounts", list(discount()), "What is taken off"),
        may("tax", list(tax()), "The taxes on it"),
        may("description", Base::Text, "What it is"),
    ]);
    nested("SalesOrderLine", fields)
}

fn charge() -> Base {
    nested(
        "Charge",
        vec![
            must("kind", closed("ChargeKind", &["shipping", "gift_wrap", "cod", "other"]), "What it is for"),
            may("line_ref", Base::Text, "The line it belongs to"),
            must("amount", Base::Decimal, "The amount").as_text(),
            may("tax", list(tax()), "The taxes on it"),
            may("discounts", list(discount()), "What is taken off"),
        ],
    )
}

fn discount() -> Base {
    nested(
        "Discount",
        vec![
            must("code", Base::Text, "The discount's code in TIMS"),
            must("amount", Base::Decimal, "What is taken off").as_text(),
            may("note", Base::Text, "Where it comes from, such as a promotion's id"),
        ],
    )
}

fn tax() -> Base {
    nested(
        "Tax",
        vec![
            must("code", Base::Text, "The tax code in TIMS"),
            may("rate", Base::Decimal, "The rate in percent").as_text(),
            must("amount", Base::Decimal, "The amount").as_text(),
            may("collected_by", closed("TaxCollector", &["seller", "marketplace"]), "Who pays it to the authority"),
        ],
    )
}

fn totals() -> Base {
    let amount = |name: &str, doc| may(name, Base::Decimal, doc).as_text();
    nested(
        "Totals",
        vec![
            amount("goods", "The lines before discounts"),
            amount("discounts", "All discounts"),
            amount("charges", "All charges"),
            amount("tax", "Taxes that the seller collects"),
            amount("tax_marketplace", "Taxes that the marketplace collects"),
            amount("grand", "What the customer pays"),
        ],
    )
}

fn free() -> Base {
    Base::Object(Arc::new(ObjectSpec { name: "Metadata".to_owned(), fields: Vec::new(), open: true }))
}

pub(in super::super) fn allocation() -> ObjectSpec {
    let line = nested(
        "AllocatedLine",
        vec![
            may("line_id", Base::Text, "TIMS' id of the line"),
            may("line_ref", Base::Text, "What the source calls the line"),
            may("sku", Base::Text, "The article"),
            may("location", Base::Text, "The warehouse"),
            may("requested", Base::Decimal, "How many were asked for"),
            may("allocated", Base::Decimal, "How many are set aside"),
            may("backordered", Base::Decimal, "How many are missing"),
        ],
    );
    object(
        "Allocation",
        vec![
            must("id", Base::Text, "TIMS' id"),
            must(
                "status",
                open("AllocationStatus", &["allocated", "partial", "failed", "released"]),
                "What came of it",
            ),
            may("sales_order_id", Base::Text, "The order"),
            may("source", Base::Text, "Whose it is"),
            may("external_ref", Base::Text, "What the source calls it"),
            may("lines", list(line), "The lines"),
            may("expires_at", Base::Instant, "Until when it is set aside"),
            may("version", Base::Int, "Counts its changes"),
            may("created_at", Base::Instant, "When it was made"),
            may("updated_at", Base::Instant, "When it last changed"),
        ],
    )
}

pub(in super::super) fn allocation_input() -> ObjectSpec {
    let line = nested(
        "AllocationLine",
        vec![
            may("line_id", Base::Text, "TIMS' id of the line"),
            may("line_ref", Base::Text, "What the source calls the line"),
            may("location", Base::Text, "The warehouse; the order's where it is not given"),
            must("quantity", Base::Decimal, "How many").as_text(),
        ],
    );
    object(
        "AllocationInput",
        vec![
            must("sales_order_id", Base::Text, "The order, by TIMS' id"),
            may("source", Base::Text, "Whose it is; the connection's source where it is not given"),
            may("external_ref", Base::Text, "What the source calls the allocation"),
            must("lines", list(line), "What to set aside"),
            may("allow_partial", Base::Bool, "Whether a part is better than nothing"),
            may("expires_at", Base::Instant, "Until when it is set aside"),
        ],
    )
}

pub(in super::super) fn allocation_id() -> ObjectSpec {
    object("AllocationId", vec![must("id", Base::Text, "TIMS' id of the allocation")])
}
