//! What lies in Amazon's own warehouses of the seller (FBA Inventory v1).

use crate::catalog::build::{may, must, nested, object};
use crate::catalog::{Base, ObjectSpec};

/// The stock of one SKU in the warehouses of a marketplace.
pub(in crate::connectors::amazon) fn summary() -> ObjectSpec {
    let count = |name: &str, doc| may(name, Base::Int, doc);
    let reserved = nested(
        "ReservedQuantity",
        vec![
            count("totalReservedQuantity", "All that is kept for something"),
            count("pendingCustomerOrderQuantity", "For orders of customers"),
            count("pendingTransshipmentQuantity", "On its way between warehouses"),
            count("fcProcessingQuantity", "In work in a warehouse"),
        ],
    );
    let unfulfillable =
        nested("UnfulfillableQuantity", vec![count("totalUnfulfillableQuantity", "All that cannot be sold")]);
    let researching =
        nested("ResearchingQuantity", vec![count("totalResearchingQuantity", "All that Amazon looks for")]);
    let details = nested(
        "InventoryDetails",
        vec![
            count("fulfillableQuantity", "Can be sold now"),
            count("inboundWorkingQuantity", "Announced"),
            count("inboundShippedQuantity", "On its way"),
            count("inboundReceivingQuantity", "Being received"),
            may("reservedQuantity", reserved, "Kept for something"),
            may("researchingQuantity", researching, "Mislaid"),
            may("unfulfillableQuantity", unfulfillable, "Cannot be sold"),
        ],
    );
    object(
        "InventorySummary",
        vec![
            must("ref", Base::Text, "Marketplace and SKU: A1PA6795UKMFR9/MUG-WHT-11-FBA"),
            must("marketplaceId", Base::Text, "The marketplace's id"),
            must("sellerSku", Base::Text, "The seller's SKU"),
            may("asin", Base::Text, "The product's number in Amazon's catalogue"),
            may("fnSku", Base::Text, "What Amazon's warehouses call it"),
            may("condition", Base::Text, "NewItem and the like"),
            may("productName", Base::Text, "The title"),
            may("totalQuantity", Base::Int, "All there is, sold or not, and all that comes"),
            may("lastUpdatedTime", Base::Instant, "When it last changed"),
            may("inventoryDetails", details, "What of it is what"),
        ],
    )
}
