//! A transaction of the finances. Amazon nests its breakdowns to any depth, with names that it may add to; here they are
//! laid flat: one amount for each end, with the way to it.

use crate::catalog::build::{list, may, must, nested, object, open};
use crate::catalog::{Base, ObjectSpec};

pub(in super::super) fn transaction() -> ObjectSpec {
    let amount = || {
        nested(
            "TransactionAmount",
            vec![
                must("group", Base::Text, "The outermost name: ProductCharges, Tax, AmazonFees"),
                must("type", Base::Text, "The name below that, or the same where there is none: OurPriceTax"),
                must("path", Base::Text, "All names on the way, with ` / ` between them"),
                must("amount", Base::Decimal, "The amount; what goes away from the seller is below zero"),
            ],
        )
    };
    let item = nested(
        "TransactionItem",
        vec![
            may("description", Base::Text, "What it is"),
            may("sku", Base::Text, "The seller's SKU"),
            may("asin", Base::Text, "Amazon's number of the product"),
            may("quantity", Base::Int, "Pieces; refunds do not tell them"),
            may("fulfillmentNetwork", Base::Text, "MFN or AFN"),
            may("adjustmentItemId", Base::Text, "Amazon's id of the adjusted item"),
            may("total", Base::Decimal, "All of its amounts"),
            must("amounts", list(amount()), "Its amounts"),
        ],
    );
    object(
        "Transaction",
        vec![
            must("transactionId", Base::Text, "Its id; made of its content where Amazon tells none"),
            must(
                "transactionType",
                open("TransactionType", &["Shipment", "Refund", "ServiceFee", "Adjustment", "Transfer", "Retrocharge"]),
                "What happened",
            ),
            may(
                "transactionStatus",
                open("TransactionStatus", &["DEFERRED", "RELEASED", "DEFERRED_RELEASED"]),
                "Whether the money can be paid out",
            ),
            may("description", Base::Text, "The same in words: Refund Order"),
            must("postedDate", Base::Instant, "When it was posted"),
            must("currency", Base::Text, "The currency, as ISO 4217 writes it"),
            must("total", Base::Decimal, "All of it"),
            may("marketplaceId", Base::Text, "The marketplace"),
            may("marketplaceName", Base::Text, "The marketplace's name"),
            may("orderId", Base::Text, "Amazon's number of the order"),
            may("shipmentId", Base::Text, "Amazon's number of the shipment"),
            may("refundId", Base::Text, "Amazon's number of the refund"),
            may("settlementId", Base::Text, "The settlement that pays it out"),
            may("financialEventGroupId", Base::Text, "The group of events that it is in"),
            may("deferredTransactionId", Base::Text, "The deferred transaction that this one releases"),
            must("items", list(item), "Its items"),
            must(
                "amounts",
                list(amount()),
                "Amounts of the transaction as a whole; the same again, summed up, where it has items",
            ),
        ],
    )
}
