//! What a listing looks like to flows: the listing itself with its free attributes, its quantity, and its prices.

use std::sync::Arc;

use crate::catalog::build::{closed, list, may, must, nested, object, open};
use crate::catalog::{Base, Field, ObjectSpec};

/// Values by the names of Amazon's product type definitions.
fn attributes(doc: &'static str) -> Field {
    let any = ObjectSpec { name: "Attributes".to_owned(), fields: Vec::new(), open: true };
    must("attributes", Base::Object(Arc::new(any)), doc)
}

fn place() -> Vec<Field> {
    vec![
        must("marketplaceId", Base::Text, "The marketplace's id"),
        must("sku", Base::Text, "The seller's SKU, which names the listing in the marketplace"),
    ]
}

fn product_type() -> Field {
    must("productType", Base::Text, "Amazon's product type; PRODUCT where it is not known and nothing new is listed")
}

fn found(name: &str, more: Vec<Field>) -> ObjectSpec {
    let mut fields = vec![must("ref", Base::Text, "Marketplace and SKU: A1PA6795UKMFR9/MUG-WHT-11")];
    fields.extend(place());
    fields.push(product_type());
    fields.extend(more);
    object(name, fields)
}

fn channel() -> Field {
    let words = closed("FulfillmentChannel", &["MERCHANT", "AMAZON", "BOTH", "NONE"]);
    must("channel", words, "Who ships it; BOTH where a merchant's quantity stands beside Amazon's own")
}

/// A listing.
pub(in crate::connectors::amazon) fn listing() -> ObjectSpec {
    found(
        "Listing",
        vec![
            may("asin", Base::Text, "The product's number in Amazon's catalogue"),
            may("itemName", Base::Text, "The title"),
            may("conditionType", Base::Text, "new_new and the like"),
            must("status", list(open("ListingStatus", &["BUYABLE", "DISCOVERABLE"])), "What shoppers can do with it"),
            may("createdDate", Base::Instant, "When it was made"),
            may("lastUpdatedDate", Base::Instant, "When it last changed"),
            channel(),
            attributes("All attributes, as they were last sent"),
            must("issues", list(issue()), "What Amazon complains of"),
        ],
    )
}

/// The quantity of a listing.
pub(in crate::connectors::amazon) fn quantity() -> ObjectSpec {
    found(
        "ListingQuantity",
        vec![channel(), may("quantity", Base::Int, "How many the merchant offers; absent where it never said")],
    )
}

/// The prices of a listing.
pub(in crate::connectors::amazon) fn price() -> ObjectSpec {
    found(
        "ListingPrice",
        vec![must("offers", list(offer(&[])), "Its prices, for each audience: ALL is everybody, B2B are businesses")],
    )
}

/// What a new or rewritten listing is sent as.
pub(in crate::connectors::amazon) fn listing_input() -> ObjectSpec {
    let mut fields = place();
    fields.extend([
        product_type(),
        may(
            "requirements",
            closed("Requirements", &["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"]),
            "What is listed: a product with its offer, or one of both; LISTING where it is not given",
        ),
        attributes("All attributes; those that are not given are gone"),
    ]);
    object("ListingInput", fields)
}

/// A change of a listing.
pub(in crate::connectors::amazon) fn listing_change() -> ObjectSpec {
    let mut fields = place();
    fields.extend([
        product_type(),
        attributes("The attributes that change, each whole: a part that is not given is gone"),
        may("remove", list(Base::Text), "Names of attributes that go"),
    ]);
    object("ListingChange", fields)
}

/// A change of a quantity.
pub(in crate::connectors::amazon) fn quantity_input() -> ObjectSpec {
    let mut fields = place();
    fields.extend([
        product_type(),
        must("quantity", Base::Int, "How many the merchant offers; never for what Amazon ships"),
        may("leadTimeToShipMaxDays", Base::Int, "Days until it is shipped, at most"),
        may("restockDate", Base::Date, "From when on there is more"),
    ]);
    object("QuantityInput", fields)
}

/// A change of prices.
pub(in crate::connectors::amazon) fn price_input() -> ObjectSpec {
    let mut fields = place();
    fields.extend([
        product_type(),
        must(
            "offers",
            list(offer(&["currency"])),
            "The prices of each audience that changes, whole. What Amazon has of it beyond these fields is kept",
        ),
    ]);
    object("PriceInput", fields)
}

/// A price for an audience; `needed` fields must be there besides.
fn offer(needed: &[&str]) -> Base {
    let sale = nested(
        "Sale",
        vec![
            must("price", Base::Decimal, "The price during the sale"),
            must("startAt", Base::Instant, "When it begins"),
            must("endAt", Base::Instant, "When it ends"),
        ],
    );
    let tier = nested(
        "QuantityTier",
        vec![must("from", Base::Int, "From how many on"), must("price", Base::Decimal, "The price of one then")],
    );
    let currency = (Base::Text, "The currency, which is that of the marketplace");
    let currency = if needed.contains(&"currency") {
        must("currency", currency.0, currency.1)
    } else {
        may("currency", currency.0, currency.1)
    };
    nested(
        "OfferPrice",
        vec![
            must("audience", open("Audience", &["ALL", "B2B"]), "Whom it is for"),
            currency,
            must("price", Base::Decimal, "The price, with tax where shoppers of the marketplace see prices with tax"),
            may("sale", sale, "A lower price for a time"),
            may("tiers", list(tier), "Lower prices for more pieces; only for B2B, at most five"),
        ],
    )
}

/// What Amazon answers to a submission.
pub(in crate::connectors::amazon) fn submission() -> ObjectSpec {
    object(
        "Submission",
        vec![
            must("marketplaceId", Base::Text, "The marketplace's id"),
            must("sku", Base::Text, "The seller's SKU"),
            must(
                "status",
                closed("SubmissionStatus", &["ACCEPTED", "VALID", "UNCHANGED"]),
                "ACCEPTED is taken, VALID would be, UNCHANGED was so already and was not sent",
            ),
            may("submissionId", Base::Text, "What Amazon calls the submission, or the feed it was in"),
            may("issues", list(issue()), "Warnings"),
        ],
    )
}

fn issue() -> Base {
    nested(
        "ListingIssue",
        vec![
            may("code", Base::Text, "Amazon's code"),
            must("message", Base::Text, "Amazon's words"),
            must("severity", open("IssueSeverity", &["ERROR", "WARNING", "INFO"]), "How bad it is"),
            may("attributeNames", list(Base::Text), "What it is about"),
        ],
    )
}
