//! The bodies that TIMS takes, field by field.

use super::fields::{Field, Shape, may, must};
use Shape::{Flag, Free, Instant, List, Money, Quantity, Record, Text, Word};

const ADDRESS: &[Field] = &[
    may("id", Text(40)),
    may("kind", Word(&["ship", "bill"])),
    may("name", Text(60)),
    may("company_name", Text(60)),
    may("line1", Text(35)),
    may("line2", Text(35)),
    may("line3", Text(35)),
    may("city", Text(35)),
    may("region", Text(35)),
    may("postal_code", Text(20)),
    may("country", Text(2)),
    may("phone", Text(40)),
];

/// The body of a customer.
pub(super) const CUSTOMER: &[Field] = &[
    may("code", Text(40)),
    must("company_name", Text(60)),
    may("type", Word(&["person", "company", "marketplace"])),
    may(
        "contact",
        Record(&[
            may("first_name", Text(60)),
            may("last_name", Text(60)),
            may("email", Text(254)),
            may("phone", Text(40)),
        ]),
    ),
    may("addresses", List(&Record(ADDRESS))),
    may("tax", Record(&[may("vat_number", Text(30)), may("exempt", Flag)])),
    may("price_list", Text(40)),
    may("discount_code", Text(40)),
    may("payment_terms", Text(40)),
    may("currency", Text(3)),
    may("external_refs", List(&Record(&[must("source", Text(40)), must("ref", Text(200))]))),
    may("status", Word(&["active", "inactive"])),
];

const DISCOUNT: Shape = Record(&[must("code", Text(40)), must("amount", Money), may("note", Text(200))]);
const TAX: Shape = Record(&[
    must("code", Text(40)),
    may("rate", Quantity),
    must("amount", Money),
    may("collected_by", Word(&["seller", "marketplace"])),
]);

/// The body of a sales order.
pub(super) const SALES_ORDER: &[Field] = &[
    may("status", Word(&["draft", "confirmed", "on_hold"])),
    may("hold_reason", Text(200)),
    must("source", Text(40)),
    must("external_ref", Text(200)),
    must("order_date", Instant),
    must("customer_id", Text(60)),
    may("ship_to", Record(ADDRESS)),
    may("bill_to", Record(ADDRESS)),
    must("currency", Text(3)),
    must("prices_include_tax", Flag),
    may("location", Text(40)),
    may("channel", Text(40)),
    may("ship_by", Instant),
    may("deliver_by", Instant),
    may("carrier_service", Text(40)),
    may("fulfilment", Word(&["merchant", "amazon"])),
    may("po_number", Text(60)),
    may("price_list", Text(40)),
    must(
        "lines",
        List(&Record(&[
            must("line_ref", Text(60)),
            must("sku", Text(60)),
            may("item_id", Text(60)),
            must("quantity", Quantity),
            must("unit_price", Money),
            may("line_amount", Money),
            may("discounts", List(&DISCOUNT)),
            may("tax", List(&TAX)),
            may("description", Text(500)),
        ])),
    ),
    may(
        "charges",
        List(&Record(&[
            must("kind", Word(&["shipping", "gift_wrap", "cod", "other"])),
            may("line_ref", Text(60)),
            must("amount", Money),
            may("tax", List(&TAX)),
            may("discounts", List(&DISCOUNT)),
        ])),
    ),
    may(
        "totals",
        Record(&[
            may("goods", Money),
            may("discounts", Money),
            may("charges", Money),
            may("tax", Money),
            may("tax_marketplace", Money),
            may("grand", Money),
        ]),
    ),
    may("note", Text(2000)),
    may("metadata", Free),
];

const CHOSEN_LINE: &[Field] = &[may("line_id", Text(80)), may("line_ref", Text(60)), must("quantity", Quantity)];

/// The body of `cancel`.
pub(super) const CANCEL: &[Field] = &[must("reason_code", Text(60)), may("lines", List(&Record(CHOSEN_LINE)))];

/// The body of `hold`.
pub(super) const HOLD: &[Field] = &[may("hold_reason", Text(200))];

/// The body of the actions that need none.
pub(super) const NOTHING: &[Field] = &[];

/// The body of an allocation.
pub(super) const ALLOCATION: &[Field] = &[
    must("sales_order_id", Text(60)),
    may("external_ref", Text(200)),
    may("source", Text(40)),
    must(
        "lines",
        List(&Record(&[
            may("line_id", Text(80)),
            may("line_ref", Text(60)),
            may("location", Text(40)),
            must("quantity", Quantity),
        ])),
    ),
    may("allow_partial", Flag),
    may("expires_at", Instant),
];

/// The body of a shipment.
pub(super) const SHIPMENT: &[Field] = &[
    must("sales_order_id", Text(60)),
    may("status", Word(&["packed", "shipped"])),
    may("shipped_at", Instant),
    may("carrier_code", Text(40)),
    may("carrier_name", Text(60)),
    may("service", Text(60)),
    may("tracking_number", Text(60)),
    must(
        "packages",
        List(&Record(&[
            may("ref", Text(40)),
            may("tracking_number", Text(60)),
            may("weight", Quantity),
            must(
                "lines",
                List(&Record(&[may("line_id", Text(80)), may("line_ref", Text(60)), must("quantity", Quantity)])),
            ),
        ])),
    ),
];

/// The body of `void`.
pub(super) const VOID: &[Field] = &[may("void_reason", Text(200))];

/// The body of `merge`.
pub(super) const MERGE: &[Field] = &[must("into_id", Text(60))];
