//! A shipment: the parcels in which an order, or a part of it, leaves the warehouse.

use crate::catalog::build::{list, may, must, nested, object, open};
use crate::catalog::{Base, ObjectSpec};

pub(in super::super) fn shipment() -> ObjectSpec {
    let line = nested(
        "ShipmentLine",
        vec![
            must("line_id", Base::Text, "TIMS' id of the order's line"),
            may("line_ref", Base::Text, "What the source calls the line"),
            may("sku", Base::Text, "The article, by SKU"),
            must("quantity", Base::Decimal, "How many of it are in the parcel").as_text(),
        ],
    );
    let package = nested(
        "ShipmentPackage",
        vec![
            may("id", Base::Text, "TIMS' id of the parcel"),
            must("ref", Base::Text, "What the warehouse calls the parcel; unique in the shipment"),
            may("tracking_number", Base::Text, "Its own tracking number, where it has one"),
            may("weight", Base::Decimal, "Its weight").as_text(),
            must("lines", list(line), "What is in it"),
        ],
    );
    let states = open("ShipmentState", &["packed", "shipped", "delivered", "voided"]);
    object(
        "Shipment",
        vec![
            must("id", Base::Text, "TIMS' id"),
            may("number", Base::Text, "The number that people use"),
            must("sales_order_id", Base::Text, "The sales order, by TIMS' id"),
            must("status", states, "How far it is"),
            may("shipped_at", Base::Instant, "When the carrier got it"),
            may("delivered_at", Base::Instant, "When it arrived"),
            may("voided_at", Base::Instant, "When it was taken back"),
            may("void_reason", Base::Text, "Why it was taken back"),
            may("carrier_code", Base::Text, "The carrier, as TIMS calls it"),
            may("carrier_name", Base::Text, "The carrier's name"),
            may("service", Base::Text, "The carrier's service"),
            may("tracking_number", Base::Text, "The tracking number of all its parcels"),
            may("location", Base::Text, "The warehouse it left"),
            must("packages", list(package), "Its parcels"),
            may("version", Base::Int, "Counts its changes"),
            may("created_at", Base::Instant, "When it was made"),
            must("updated_at", Base::Instant, "When it last changed"),
        ],
    )
}
