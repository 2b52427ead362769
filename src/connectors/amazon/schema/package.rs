//! A package of an order. Its sender is the seller, so nothing of it is buyer data.

use crate::catalog::Base;
use crate::catalog::build::{closed, list, may, must, nested, open};

pub(super) fn package() -> Base {
    nested(
        "OrderPackage",
        vec![
            must("packageReferenceId", Base::Text, "Its id within the order"),
            may("createdTime", Base::Instant, "When it was packed"),
            may("packageStatus", status(), "Where it is"),
            may("carrier", Base::Text, "Who carries it"),
            may("shipTime", Base::Instant, "When the carrier got it"),
            may("shippingService", Base::Text, "The carrier's service"),
            may("trackingNumber", Base::Text, "The carrier's tracking number"),
            may("shipFromAddress", sender(), "Where it was sent from"),
            may("packageItems", list(content()), "What is in it"),
        ],
    )
}

fn status() -> Base {
    let words = ["PENDING", "IN_TRANSIT", "SHIPPED", "DELIVERED", "CANCELLED", "UNDELIVERABLE"];
    nested(
        "PackageStatus",
        vec![
            must("status", closed("PackageStatusWord", &words), "Where it is"),
            may("detailedStatus", open("DetailedStatus", DETAILED), "Where it is, more exactly"),
        ],
    )
}

const DETAILED: &[&str] = &[
    "PENDING_SCHEDULE",
    "PENDING_PICK_UP",
    "PENDING_DROP_OFF",
    "LABEL_CANCELLED",
    "PICKED_UP",
    "DROPPED_OFF",
    "AT_ORIGIN_FC",
    "AT_DESTINATION_FC",
    "DELIVERED",
    "REJECTED_BY_BUYER",
    "UNDELIVERABLE",
    "RETURNING_TO_SELLER",
    "RETURNED_TO_SELLER",
    "LOST",
    "OUT_FOR_DELIVERY",
    "DAMAGED",
];

fn sender() -> Base {
    nested(
        "MerchantAddress",
        vec![
            may("name", Base::Text, "The business or warehouse"),
            may("addressLine1", Base::Text, "The street"),
            may("addressLine2", Base::Text, "More of the address"),
            may("addressLine3", Base::Text, "More of the address"),
            may("city", Base::Text, "The city"),
            may("districtOrCounty", Base::Text, "The district or county"),
            may("stateOrRegion", Base::Text, "The state, province or region"),
            may("municipality", Base::Text, "The municipality"),
            may("postalCode", Base::Text, "The postal code"),
            may("countryCode", Base::Text, "The country, as ISO 3166 writes it"),
        ],
    )
}

fn content() -> Base {
    nested(
        "PackageItem",
        vec![
            must("orderItemId", Base::Text, "The item of the order"),
            must("quantity", Base::Int, "How many of it are in the package"),
            may("transparencyCodes", list(Base::Text), "Codes that prove that they are genuine"),
        ],
    )
}
