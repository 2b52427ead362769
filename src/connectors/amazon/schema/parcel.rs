//! A parcel that the seller tells Amazon of, and what became of telling it.

use crate::catalog::build::{closed, list, may, must, nested, object};
use crate::catalog::{Base, ObjectSpec};

/// What confirmShipment is told: the order, and the body with its `packageDetail` laid flat.
pub(in super::super) fn parcel() -> ObjectSpec {
    let item = nested(
        "ParcelItem",
        vec![
            must("orderItemId", Base::Text, "The item of the order, with its leading zeros"),
            must("quantity", Base::Int, "How many of it are in the parcel"),
            may("transparencyCodes", list(Base::Text), "Codes that prove that they are genuine"),
        ],
    );
    object(
        "Parcel",
        vec![
            must("orderId", Base::Text, "Amazon's number of the order"),
            must("marketplaceId", Base::Text, "The marketplace of the order"),
            must(
                "packageReferenceId",
                Base::Text,
                "What the seller calls the parcel within the order: the digits of a positive number. The same again \
                 changes the parcel",
            ),
            must("carrierCode", Base::Text, "Amazon's code of the carrier, or Other"),
            may("carrierName", Base::Text, "The carrier's name; needed where the code is Other"),
            may("shippingMethod", Base::Text, "The carrier's service"),
            must("trackingNumber", Base::Text, "The carrier's tracking number"),
            must("shipDate", Base::Instant, "When it left; not before the purchase and not in the future"),
            may("shipFromSupplySourceId", Base::Text, "Amazon's id of the place it left from"),
            may(
                "codCollectionMethod",
                closed("CodCollectionMethod", &["DirectPayment"]),
                "How cash on delivery is collected; only in Japan",
            ),
            must("orderItems", list(item), "What is in it"),
        ],
    )
}

/// What became of it.
pub(in super::super) fn outcome() -> ObjectSpec {
    object(
        "ParcelOutcome",
        vec![
            must("orderId", Base::Text, "Amazon's number of the order"),
            must("packageReferenceId", Base::Text, "What the seller calls the parcel"),
            must(
                "outcome",
                closed("ParcelOutcomeWord", &["confirmed", "there_already"]),
                "Whether Amazon took it now, or had it already",
            ),
        ],
    )
}
