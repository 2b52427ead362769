//! A row of a settlement report: one amount, with the settlement that it is of. The names are those of the report V2, with
//! `_` for `-`.

use crate::catalog::build::{may, must, object};
use crate::catalog::{Base, ObjectSpec};

/// An amount of a settlement. The first record of a settlement is the settlement itself, and has no amount.
pub(in super::super) fn settlement() -> ObjectSpec {
    object(
        "SettlementRow",
        vec![
            must("settlement_id", Base::Text, "Amazon's number of the settlement"),
            must(
                "row",
                Base::Int,
                "Which line of the file it stands on; line 1 names the columns, and line 2 mostly states the total",
            ),
            may(
                "problem",
                Base::Text,
                "Why nothing of the file can be used, where that is so; there are no amounts then",
            ),
            may("settlement_start_date", Base::Instant, "When the period begins"),
            may("settlement_end_date", Base::Instant, "When the period ends"),
            may("deposit_date", Base::Date, "The day of the deposit, by UTC"),
            may("total_amount", Base::Decimal, "What the report states as the deposit"),
            may("currency", Base::Text, "The settlement's one currency, as ISO 4217 writes it"),
            may("transaction_type", Base::Text, "What it belongs to: Order, Refund, other-transaction, …"),
            may("order_id", Base::Text, "The order, or for fees of FBA the shipment to Amazon"),
            may("merchant_order_id", Base::Text, "The seller's own number of the order"),
            may("adjustment_id", Base::Text, "Amazon's number of the refund"),
            may("shipment_id", Base::Text, "Amazon's number of the shipment to the customer"),
            may("marketplace_name", Base::Text, "Where it was sold: Amazon.de; absent for much that is no order's"),
            may("amount_type", Base::Text, "The kind of the amount: ItemPrice, ItemFees, …"),
            may("amount_description", Base::Text, "What the amount is for: Principal, Commission, …"),
            may("amount", Base::Decimal, "The amount, below zero where the seller pays"),
            may("fulfillment_id", Base::Text, "Who shipped it: AFN for Amazon, MFN for the seller"),
            may(
                "posted_date",
                Base::Date,
                "The day on which it was posted, by UTC where the report tells the zone; the period's last day where the row has none",
            ),
            may("posted_date_time", Base::Instant, "When it was posted, where the report tells the time"),
            may("order_item_code", Base::Text, "Amazon's number of the order's item"),
            may("merchant_order_item_id", Base::Text, "The seller's own number of the item"),
            may("merchant_adjustment_item_id", Base::Text, "The seller's own number of the refunded item"),
            may("sku", Base::Text, "The seller's SKU"),
            may(
                "quantity_purchased",
                Base::Int,
                "How many pieces; it is on the price, on the fees and on the promotions of an item",
            ),
            may("promotion_id", Base::Text, "What the promotion is called"),
            may("version", Base::Text, "The version of the report: V1 or V2"),
            may("charset", Base::Text, "The charset that the report was found to be in"),
            may("file", Base::Text, "The archived file"),
            may("sha256", Base::Text, "The digest of the file's bytes as they came"),
            may("report_id", Base::Text, "Amazon's number of the report"),
        ],
    )
}
