//! What an order looks like: the model 2026-01-01 of the Orders API, field by field. Words that the model lists in a
//! schema are closed sets; words that it only mentions in its prose may grow, so those sets are open.

mod item;
pub(super) mod listing;
mod package;
pub(super) mod parcel;
mod party;
pub(super) mod settlement;
pub(super) mod stock;
mod tax;
pub(super) mod transaction;

use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, ObjectSpec};

/// An order.
pub(super) fn order() -> ObjectSpec {
    object(
        "Order",
        vec![
            must("orderId", Base::Text, "Amazon's number of the order: 3-7-7 digits, or S01-… from another channel"),
            may("orderAliases", list(alias()), "Other numbers of the order, such as the seller's own"),
            must("createdTime", Base::Instant, "When the customer placed it"),
            must("lastUpdatedTime", Base::Instant, "When anything about it last changed"),
            may("programs", list(open("OrderProgram", PROGRAMS)), "Programmes that affect how it is handled"),
            may("associatedOrders", list(associated_order()), "Orders that it replaces or was exchanged for"),
            must("salesChannel", sales_channel(), "Where it was placed"),
            may("buyer", party::buyer(), "Who placed it").dataset("BUYER"),
            may("recipient", party::recipient(), "Where it goes").dataset("RECIPIENT"),
            may("proceeds", proceeds(), "What the seller gets for it").dataset("PROCEEDS"),
            may("payment", tax::payment(), "How it was paid").dataset("PAYMENT"),
            may("tax", tax::order_tax(), "Tax registrations and invoicing").dataset("TAX"),
            may("fulfillment", fulfillment(), "Who ships it, until when, and how far it is").dataset("FULFILLMENT"),
            must("orderItems", list(item::order_item()), "Its items"),
            may("packages", list(package::package()), "Its packages; only where the seller ships").dataset("PACKAGES"),
            may("fulfillmentOrders", list(fulfillment_order()), "Amazon's fulfilment orders; only for Easy Ship")
                .dataset("FULFILLMENT_ORDERS"),
        ],
    )
}

const PROGRAMS: &[&str] = &[
    "AMAZON_BAZAAR",
    "AMAZON_BUSINESS",
    "AMAZON_EASY_SHIP",
    "AMAZON_HAUL",
    "DELIVERY_BY_AMAZON",
    "FBM_SHIP_PLUS",
    "INVOICE_BY_AMAZON",
    "IN_STORE_PICK_UP",
    "PREMIUM",
    "PREORDER",
    "PRIME",
];

/// Who ships an order.
pub(super) fn fulfilled_by() -> Base {
    open("FulfilledBy", &["AMAZON", "MERCHANT"])
}

/// How far an order is.
pub(super) fn fulfillment_status() -> Base {
    closed(
        "FulfillmentStatus",
        &["PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE"],
    )
}

fn alias() -> Base {
    nested(
        "Alias",
        vec![
            must("aliasId", Base::Text, "The number"),
            must("aliasType", open("AliasType", &["SELLER_ORDER_ID"]), "Whose number it is"),
        ],
    )
}

fn associated_order() -> Base {
    nested(
        "AssociatedOrder",
        vec![
            may("orderId", Base::Text, "The other order"),
            may(
                "associationType",
                open("AssociationType", &["REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID"]),
                "What the other order is to this one",
            ),
        ],
    )
}

fn sales_channel() -> Base {
    nested(
        "SalesChannel",
        vec![
            must("channelName", open("ChannelName", &["AMAZON", "NON_AMAZON"]), "The channel"),
            may("marketplaceId", Base::Text, "The marketplace's id"),
            may("marketplaceName", Base::Text, "The marketplace's name"),
        ],
    )
}

fn proceeds() -> Base {
    let breakdown = nested(
        "OrderProceedsBreakdown",
        vec![
            must(
                "type",
                open(
                    "OrderProceedsType",
                    &["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "TAX", "DISCOUNT", "DELIVERY_TIP", "OTHER"],
                ),
                "What it is for",
            ),
            may("status", open("ProceedsStatus", &["PENDING", "FINALIZED"]), "Whether a later charge is final"),
            must("subtotal", money(), "The amount"),
        ],
    );
    nested(
        "OrderProceeds",
        vec![
            may("grandTotal", money(), "All that the seller gets"),
            may("breakdowns", list(breakdown), "The same by kind, over all items"),
        ],
    )
}

fn fulfillment() -> Base {
    nested(
        "OrderFulfillment",
        vec![
            must("fulfillmentStatus", fulfillment_status(), "How far it is"),
            may("fulfilledBy", fulfilled_by(), "Who ships it"),
            may(
                "fulfillmentServiceLevel",
                open(
                    "FulfillmentServiceLevel",
                    &[
                        "EXPEDITED",
                        "FREE_ECONOMY",
                        "NEXT_DAY",
                        "PRIORITY",
                        "SAME_DAY",
                        "SECOND_DAY",
                        "SCHEDULED",
                        "STANDARD",
                    ],
                ),
                "The speed that the customer chose",
            ),
            may("shipByWindow", window(), "When it must be shipped"),
            may("deliverByWindow", window(), "When it must arrive"),
            may("labelPrintingWindow", window(), "From when on its label can be printed"),
        ],
    )
}

fn fulfillment_order() -> Base {
    nested("FulfillmentOrder", vec![must("fulfillmentOrderId", Base::Text, "Its id, which is also the shipment id")])
}

fn money() -> Base {
    nested(
        "Money",
        vec![
            must("amount", Base::Decimal, "The amount").as_text(),
            must("currencyCode", Base::Text, "The currency, as ISO 4217 writes it"),
        ],
    )
}

fn window() -> Base {
    nested(
        "DateTimeRange",
        vec![may("earliestDateTime", Base::Instant, "Its beginning"), may("latestDateTime", Base::Instant, "Its end")],
    )
}

fn measurement() -> Base {
    let units = closed(
        "MeasurementUnit",
        &[
            "OUNCES",
            "POUNDS",
            "KILOGRAMS",
            "GRAMS",
            "MILLIGRAMS",
            "INCHES",
            "FEET",
            "METERS",
            "CENTIMETERS",
            "MILLIMETERS",
            "SQUARE_METERS",
            "SQUARE_CENTIMETERS",
            "SQUARE_FEET",
            "SQUARE_INCHES",
            "GALLONS",
            "PINTS",
            "QUARTS",
            "FLUID_OUNCES",
            "LITERS",
            "CUBIC_METERS",
            "CUBIC_FEET",
            "CUBIC_INCHES",
            "CUBIC_CENTIMETERS",
            "COUNT",
        ],
    );
    nested("Measurement", vec![must("unit", units, "The unit"), must("value", Base::Decimal, "How much in that unit")])
}
