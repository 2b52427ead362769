//! What TIMS' documents look like. Amounts and quantities are decimals that travel as text. TIMS is the seller's own
//! system, but names, addresses and numbers of buyers are labelled here too, so that the label is not lost on the way.

pub(super) mod credit_note;
pub(super) mod goods;
pub(super) mod ledger;
mod order;
pub(super) mod receivables;
mod shipment;

use crate::catalog::build::{closed, list, may, must, nested, object};
use crate::catalog::{Base, Field, ObjectSpec};

pub(super) use order::{
    allocation, allocation_id, allocation_input, sales_order, sales_order_action, sales_order_input,
};
pub(super) use shipment::shipment;

pub(super) fn customer() -> ObjectSpec {
    let mut fields = vec![must("id", Base::Text, "TIMS' id")];
    fields.extend(customer_fields(false));
    fields.extend([
        may("external_refs", list(reference()), "What other systems call it"),
        may("version", Base::Int, "Counts its changes"),
        may("created_at", Base::Instant, "When it was made"),
        may("updated_at", Base::Instant, "When it last changed"),
        may("merged_into", Base::Text, "The customer it was merged into"),
    ]);
    object("Customer", fields)
}

/// A customer to make; an upsert needs the reference that names it.
pub(super) fn customer_input(upsert: bool) -> ObjectSpec {
    let doc = "What Amazon's side calls it, such as amazon:email-hash";
    let reference = if upsert { must("external_ref", Base::Text, doc) } else { may("external_ref", Base::Text, doc) };
    let mut fields = vec![reference];
    fields.extend(customer_fields(true));
    object("CustomerInput", fields)
}

/// A change of a customer: only what is given is changed.
pub(super) fn customer_change() -> ObjectSpec {
    let mut fields = vec![
        must("id", Base::Text, "TIMS' id"),
        may("version", Base::Int, "The version that is changed; the latest where it is not given"),
    ];
    fields.extend(customer_fields(false));
    object("CustomerChange", fields)
}

/// A customer that turns out to be another one.
pub(super) fn customer_merge() -> ObjectSpec {
    object(
        "CustomerMerge",
        vec![
            must("id", Base::Text, "The customer that is given up, by TIMS' id; it stays as an alias"),
            must("into_id", Base::Text, "The customer that it is, by TIMS' id"),
        ],
    )
}

fn customer_fields(new: bool) -> Vec<Field> {
    let contact = nested(
        "Contact",
        vec![
            may("first_name", Base::Text, "First name").pii(),
            may("last_name", Base::Text, "Last name").pii(),
            may("email", Base::Text, "E-mail address").pii(),
            may("phone", Base::Text, "Telephone number").pii(),
        ],
    );
    let tax = nested(
        "CustomerTax",
        vec![may("vat_number", Base::Text, "VAT number").pii(), may("exempt", Base::Bool, "Whether no tax is charged")],
    );
    let company = "The name it is listed under; at most 60 characters";
    vec![
        may("code", Base::Text, "A short code of the seller's own"),
        if new { must("company_name", Base::Text, company) } else { may("company_name", Base::Text, company) }.pii(),
        may("type", closed("CustomerType", &["person", "company", "marketplace"]), "What it is"),
        may("contact", contact, "Whom to reach"),
        may("addresses", list(address("CustomerAddress")), "Its addresses"),
        may("tax", tax, "How it is taxed"),
        may("price_list", Base::Text, "Its price list"),
        may("discount_code", Base::Text, "Its discount"),
        may("payment_terms", Base::Text, "When it pays"),
        may("currency", Base::Text, "Its currency, as ISO 4217 writes it"),
        may("status", closed("CustomerStatus", &["active", "inactive"]), "Whether it is in use"),
    ]
}

fn address(name: &str) -> Base {
    nested(
        name,
        vec![
            may("id", Base::Text, "TIMS' id"),
            may("kind", closed("AddressKind", &["ship", "bill"]), "What it is for"),
            may("name", Base::Text, "Who receives it").pii(),
            may("company_name", Base::Text, "The company there").pii(),
            may("line1", Base::Text, "First line; at most 35 characters").pii(),
            may("line2", Base::Text, "Second line; at most 35 characters").pii(),
            may("line3", Base::Text, "Third line; at most 35 characters").pii(),
            may("city", Base::Text, "City").pii(),
            may("region", Base::Text, "State, province or region").pii(),
            may("postal_code", Base::Text, "Postal code").pii(),
            may("country", Base::Text, "Country, as ISO 3166 writes it").pii(),
            may("phone", Base::Text, "Telephone number").pii(),
        ],
    )
}

fn reference() -> Base {
    nested("ExternalRef", vec![must("source", Base::Text, "Whose name it is"), must("ref", Base::Text, "The name")])
}

pub(super) fn discount_code() -> ObjectSpec {
    object(
        "DiscountCode",
        vec![
            must("code", Base::Text, "The code"),
            must("kind", closed("DiscountKind", &["percent", "amount"]), "What its value is"),
            must("value", Base::Decimal, "Its value").as_text(),
            may("scope", closed("DiscountScope", &["line", "order", "shipping"]), "What it is taken from"),
            may("gl_account", Base::Text, "The account it is posted to"),
            may("valid_from", Base::Date, "The first day on which it counts"),
            may("valid_to", Base::Date, "The last day on which it counts"),
        ],
    )
}
