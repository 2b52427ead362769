//! An item of an order. Its amounts are for the whole quantity, except for the unit price.

use super::{measurement, money, window};
use crate::catalog::Base;
use crate::catalog::build::{closed, list, may, must, nested, open};

pub(super) fn order_item() -> Base {
    nested(
        "OrderItem",
        vec![
            must("orderItemId", Base::Text, "Amazon's id of the item, unique within the order"),
            must("quantityOrdered", Base::Int, "Units ordered; 0 once it is cancelled"),
            may("measurement", measurement(), "How much, for what is sold by weight or length"),
            may(
                "associatedOrderItems",
                list(associated()),
                "Items of other orders that belong to it, such as a service",
            ),
            may("programs", list(open("ItemProgram", &["TRANSPARENCY", "SUBSCRIBE_AND_SAVE"])), "Programmes it is in"),
            must("product", product(), "What was ordered"),
            may("proceeds", proceeds(), "What the seller gets for it").dataset("PROCEEDS"),
            may("expense", expense(), "What it costs the seller").dataset("EXPENSE"),
            may("promotion", promotion(), "Promotions on it").dataset("PROMOTION"),
            may("cancellation", cancellation(), "Whether it was or should be cancelled").dataset("CANCELLATION"),
            may("fulfillment", fulfillment(), "How far it is and how to ship it").dataset("FULFILLMENT"),
            may("tax", tax(), "Who collects its tax").dataset("TAX"),
        ],
    )
}

fn associated() -> Base {
    nested(
        "AssociatedOrderItem",
        vec![
            may("orderId", Base::Text, "The other order"),
            may("orderItemId", Base::Text, "The item there"),
            may("associationType", open("ItemAssociationType", &["VALUE_ADD_SERVICE"]), "What the other item is"),
        ],
    )
}

fn product() -> Base {
    let condition = nested(
        "ItemCondition",
        vec![
            may(
                "conditionType",
                open("ConditionType", &["NEW", "USED", "COLLECTIBLE", "REFURBISHED", "PREORDER", "CLUB"]),
                "The condition",
            ),
            may("conditionSubtype", open("ConditionSubtype", SUBTYPES), "The condition, more exactly"),
            may("conditionNote", Base::Text, "What the seller says about the condition"),
        ],
    );
    let price = nested(
        "ItemPrice",
        vec![
            may("unitPrice", money(), "The price of one unit"),
            may("priceDesignation", open("PriceDesignation", &["BUSINESS_PRICE"]), "Whether it is a business price"),
        ],
    );
    let customization = nested(
        "ItemCustomization",
        vec![may("customizedUrl", Base::Text, "Where the buyer's customisation is kept").pii()],
    );
    nested(
        "ItemProduct",
        vec![
            may("asin", Base::Text, "Amazon's id of the product"),
            may("title", Base::Text, "Its title in the shop"),
            may("sellerSku", Base::Text, "The seller's SKU"),
            may("condition", condition, "Its condition"),
            may("price", price, "Its price"),
            may("serialNumbers", list(Base::Text), "Its serial numbers, where they are tracked"),
            may("customization", customization, "Its customisation"),
        ],
    )
}

const SUBTYPES: &[&str] = &[
    "NEW",
    "MINT",
    "VERY_GOOD",
    "GOOD",
    "ACCEPTABLE",
    "POOR",
    "CLUB",
    "OEM",
    "WARRANTY",
    "REFURBISHED_WARRANTY",
    "REFURBISHED",
    "OPEN_BOX",
    "ANY",
    "OTHER",
];

fn proceeds() -> Base {
    let detail = nested(
        "ItemProceedsDetailedBreakdown",
        vec![
            may(
                "subtype",
                open("ItemProceedsSubtype", &["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER", "DISCOUNT"]),
                "What the tax or discount is on",
            ),
            may("value", money(), "The amount"),
        ],
    );
    let breakdown = nested(
        "ItemProceedsBreakdown",
        vec![
            must(
                "type",
                open("ItemProceedsType", &["ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER", "TAX", "DISCOUNT"]),
                "What it is for",
            ),
            must("subtotal", money(), "The amount"),
            may("detailedBreakdowns", list(detail), "The same in detail; only for TAX and DISCOUNT"),
        ],
    );
    nested(
        "ItemProceeds",
        vec![
            may("proceedsTotal", money(), "All that the seller gets for the item"),
            may("breakdowns", list(breakdown), "The same by kind"),
        ],
    )
}

fn expense() -> Base {
    let points = nested(
        "PointsGranted",
        vec![
            may("pointsNumber", Base::Int, "How many points"),
            may("pointsMonetaryValue", money(), "What they are worth"),
        ],
    );
    let cost = nested("ItemPointsCost", vec![may("pointsGranted", points, "The points that the customer got")]);
    nested("ItemExpense", vec![may("pointsCost", cost, "What the points cost")])
}

fn promotion() -> Base {
    let breakdown = nested("ItemPromotionBreakdown", vec![may("promotionId", Base::Text, "The promotion's id")]);
    nested("ItemPromotion", vec![may("breakdowns", list(breakdown), "The promotions")])
}

fn cancellation() -> Base {
    let request = nested(
        "ItemCancellationRequest",
        vec![
            may("requester", open("CancellationRequester", &["BUYER"]), "Who asks for it"),
            may("cancelReason", Base::Text, "Why"),
        ],
    );
    let execution = nested(
        "ItemCancellationExecution",
        vec![
            may("cancelledBy", open("CancelledBy", &["BUYER", "MERCHANT", "AMAZON"]), "Who cancelled it"),
            may("cancelReason", Base::Text, "Why"),
        ],
    );
    nested(
        "ItemCancellation",
        vec![
            may("cancellationRequest", request, "A request, which is not yet a cancellation"),
            may("cancellationExecution", execution, "The cancellation"),
        ],
    )
}

fn fulfillment() -> Base {
    nested(
        "ItemFulfillment",
        vec![
            may("quantityFulfilled", Base::Int, "Units shipped"),
            may("quantityUnfulfilled", Base::Int, "Units to ship"),
            may("picking", picking(), "How to pick it"),
            may("packing", packing(), "How to pack it"),
            may("shipping", shipping(), "How to ship it"),
        ],
    )
}

fn picking() -> Base {
    let option = nested(
        "ItemSubstitutionOption",
        vec![
            may("asin", Base::Text, "Amazon's id of the substitute"),
            may("quantityOrdered", Base::Int, "Units of the substitute"),
            may("sellerSku", Base::Text, "The seller's SKU of the substitute"),
            may("title", Base::Text, "The substitute's title"),
            may("measurement", measurement(), "How much, for what is sold by weight or length"),
        ],
    );
    let kinds = closed("SubstitutionType", &["CUSTOMER_PREFERENCE", "AMAZON_RECOMMENDED", "DO_NOT_SUBSTITUTE"]);
    let preference = nested(
        "ItemSubstitutionPreference",
        vec![
            must("substitutionType", kinds, "Who chose the substitutes"),
            may("substitutionOptions", list(option), "The substitutes"),
        ],
    );
    nested("ItemPicking", vec![may("substitutionPreference", preference, "What to take if it is not there")])
}

fn packing() -> Base {
    let gift = nested(
        "GiftOption",
        vec![
            may("giftMessage", Base::Text, "What the buyer wants to be written on it").pii(),
            may("giftWrapLevel", Base::Text, "The wrapping that the buyer chose"),
        ],
    );
    let serial = nested(
        "SerialNumberRequirement",
        vec![may("requirementType", open("SerialRequirement", &["REQUIRED"]), "Whether a serial number must be told")],
    );
    nested(
        "ItemPacking",
        vec![
            may("giftOption", gift, "Gift wrapping"),
            may("serialNumberRequirement", serial, "Whether serial numbers must be told"),
        ],
    )
}

fn shipping() -> Base {
    let need = || closed("ConstraintType", &["MANDATORY"]);
    let constraints = nested(
        "ItemShippingConstraints",
        vec![
            may("palletDelivery", need(), "It must come on a pallet"),
            may("cashOnDelivery", need(), "It is paid at the door"),
            may("signatureConfirmation", need(), "The recipient must sign"),
            may("recipientIdentityVerification", need(), "Only the named recipient may take it"),
            may("recipientAgeVerification", need(), "The recipient must be of age"),
        ],
    );
    let international = nested(
        "ItemInternationalShipping",
        vec![may("iossNumber", Base::Text, "The IOSS number to give to the carrier into the EU")],
    );
    nested(
        "ItemShipping",
        vec![
            may("scheduledDeliveryWindow", window(), "When it is expected"),
            may("shippingConstraints", constraints, "What must be observed"),
            may("internationalShipping", international, "What shipping across a border needs"),
        ],
    )
}

fn tax() -> Base {
    let calculation = nested(
        "ItemTaxCalculationBreakdown",
        vec![may("reportingScheme", open("ReportingScheme", &["UOSS", "IOSS"]), "The scheme it is reported under")],
    );
    let collection = nested(
        "ItemTaxCollection",
        vec![
            may("model", open("TaxCollectionModel", &["MARKETPLACE_FACILITATOR"]), "How the tax is collected"),
            may("responsibleParty", Base::Text, "Who pays it to the authority"),
        ],
    );
    nested(
        "ItemTax",
        vec![
            may("taxCalculationBreakdowns", list(calculation), "How the tax was worked out"),
            may("taxCollections", list(collection), "Who collects the tax"),
        ],
    )
}
