//! Articles, their stock and their prices as TIMS has them.

use crate::catalog::build::{list, may, must, nested, object, open};
use crate::catalog::{Base, Field, ObjectSpec};

/// An article.
pub(in crate::connectors::tims) fn item() -> ObjectSpec {
    let component = nested("Component", vec![must("sku", Base::Text, "SKU"), must("qty", Base::Decimal, "How many")]);
    let alias = nested(
        "ItemAlias",
        vec![
            may("source", Base::Text, "Whose name it is"),
            may("marketplace", Base::Text, "The marketplace where it is called that"),
            may("seller_sku", Base::Text, "The SKU there"),
            may("asin", Base::Text, "Amazon's id there"),
        ],
    );
    object(
        "Item",
        vec![
            must("id", Base::Text, "TIMS' id"),
            must("sku", Base::Text, "SKU"),
            may("gtin", Base::Text, "GTIN"),
            may("name", Base::Text, "Name"),
            may("description", Base::Text, "What is said of it to customers"),
            may("brand", Base::Text, "Brand"),
            may("category", Base::Text, "The group of goods"),
            may("country_of_origin", Base::Text, "Where it is made, as ISO 3166 writes it"),
            may(
                "attributes",
                list(nested(
                    "ItemAttribute",
                    vec![must("name", Base::Text, "Its name"), must("value", Base::Text, "Its value")],
                )),
                "What else is told of it, by Amazon's names: color, material",
            ),
            may("uom", Base::Text, "Unit of measure"),
            may("kit", Base::Bool, "Whether it is made of components"),
            may("components", list(component), "What it is made of"),
            may("tax_class", Base::Text, "Tax class"),
            may("weight", Base::Decimal, "Weight").as_text(),
            may("aliases", list(alias), "What it is called elsewhere"),
            may("status", open("ItemStatus", &["active", "inactive"]), "Whether it is in use"),
            may("stocked", Base::Bool, "Whether stock is kept of it"),
            may("version", Base::Int, "Counts its changes"),
            may("updated_at", Base::Instant, "When it last changed"),
        ],
    )
}

fn amounts() -> Vec<Field> {
    let amount = |name: &str, doc| may(name, Base::Decimal, doc);
    vec![
        amount("on_hand", "How much is there"),
        amount("allocated", "How much of it is set aside for orders of TIMS"),
        amount("reserved", "How much of it the owner of the place keeps for orders of its own"),
        amount("available", "How much can be sold"),
        amount("blocked", "How much lies there that cannot be sold"),
        amount("incoming", "How much is on its way"),
        amount("safety", "How much is kept back"),
    ]
}

/// The stock of an article.
pub(in crate::connectors::tims) fn stock() -> ObjectSpec {
    let mut row = vec![may("sku", Base::Text, "SKU"), may("location", Base::Text, "The location")];
    row.extend(amounts());
    row.push(may("version", Base::Int, "Counts its changes"));
    let mut fields =
        vec![must("sku", Base::Text, "SKU"), may("location", Base::Text, "The location, where there is only one")];
    fields.extend(amounts());
    fields.extend([
        may("as_of", Base::Instant, "When this was so"),
        may("version", Base::Int, "Counts its changes, where there is only one location"),
        must("locations", list(nested("StockRow", row)), "The same for each location"),
    ]);
    object("Stock", fields)
}

/// What lies in a place that TIMS does not count itself.
pub(in crate::connectors::tims) fn count() -> ObjectSpec {
    let amount = |name: &str, doc| may(name, Base::Decimal, doc).as_text();
    object(
        "StockCount",
        vec![
            must("sku", Base::Text, "The article, by SKU"),
            must("location", Base::Text, "The place; one whose stock TIMS does not count itself, such as FBA"),
            must("on_hand", Base::Decimal, "How much is there that can be sold or is sold already").as_text(),
            amount("reserved", "How much of it the owner of the place keeps for orders of its own"),
            amount("blocked", "How much lies there that cannot be sold"),
            amount("incoming", "How much is on its way"),
        ],
    )
}

/// What TIMS answers to a count.
pub(in crate::connectors::tims) fn counted() -> ObjectSpec {
    let mut fields = vec![must("sku", Base::Text, "SKU"), must("location", Base::Text, "The location")];
    fields.extend(amounts());
    object("StockCounted", fields)
}

/// The prices of an article in all price lists.
pub(in crate::connectors::tims) fn prices() -> ObjectSpec {
    let row = nested(
        "PriceRow",
        vec![
            must("price_list", Base::Text, "The price list"),
            must("amount", Base::Decimal, "The price of one").as_text(),
            must("currency", Base::Text, "Its currency, as ISO 4217 writes it"),
            may("tax_inclusive", Base::Bool, "Whether it includes tax"),
            may("min_qty", Base::Decimal, "From how many on it counts").as_text(),
            may("valid_from", Base::Date, "The first day on which it counts"),
            may("valid_to", Base::Date, "The last day on which it counts"),
        ],
    );
    object("Prices", vec![must("sku", Base::Text, "SKU"), must("prices", list(row), "Its prices in all lists")])
}
