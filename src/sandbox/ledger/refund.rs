//! Refunds: those that the shop's buyers ask for by chance, and those that a person of the sandbox asks for. What the
//! buyer gets back comes with what Amazon gives back of its share, less a fee for the trouble.

use jiff::Timestamp;
use serde_json::Value;

use super::account::{Account, days_after, divided};
use super::event::{Event, Item, Kind, text};
use super::shipment::{fulfilment, is_held_back, item_of, merchant_order};
use super::{ACCOUNTS, RefundOrder};
use crate::sandbox::key;

/// What of the commission Amazon keeps of a refund, in hundredths of a percent.
const KEPT: i64 = 2000;

/// What is given back of an item.
struct Part {
    order_item_id: String,
    pieces: i64,
    /// Of the amount, in percent.
    percent: i64,
}

/// The refund that an order meets by chance, if it does: one order in nine, and every one that is held back, so that
/// some refunds are settled before their orders.
pub(super) fn natural(account: &'static Account, order: &Value, shipped: Timestamp) -> Option<Event> {
    let order_id = text(&order["orderId"]);
    if order["salesChannel"]["channelName"] == "NON_AMAZON" || order["fulfillment"]["fulfillmentStatus"] != "SHIPPED" {
        return None;
    }
    let dice = key::number(&["refund", order_id]);
    if !dice.is_multiple_of(9) && !is_held_back(order) {
        return None;
    }
    let days = if is_held_back(order) { 1 } else { i64::try_from(1 + dice / 9 % 8).unwrap_or(3) };
    let percent = if (dice / 128).is_multiple_of(4) { 50 } else { 100 };
    let parts = order["orderItems"].as_array()?.iter().filter_map(|item| {
        let pieces = item["fulfillment"]["quantityFulfilled"].as_i64().filter(|pieces| *pieces > 0)?;
        Some(Part { order_item_id: text(&item["orderItemId"]).to_owned(), pieces, percent })
    });
    let id = key::hex(&["natural refund", order_id], 24);
    event(account, order, id, days_after(shipped, days), parts.collect())
}

/// The refund that somebody asked for; none where nothing of it was shipped.
pub(super) fn asked(order: &Value, asked: &RefundOrder) -> Option<Event> {
    let market = text(&order["salesChannel"]["marketplaceId"]);
    let account = ACCOUNTS.iter().find(|account| account.marketplace == market)?;
    let parts = order["orderItems"].as_array()?.iter().filter_map(|item| {
        let id = text(&item["orderItemId"]);
        let shipped = item["fulfillment"]["quantityFulfilled"].as_i64().unwrap_or(0);
        let wanted = if asked.items.is_empty() {
            shipped
        } else {
            asked.items.iter().find(|(item, _)| item == id).map_or(0, |(_, pieces)| *pieces)
        };
        let pieces = wanted.min(shipped);
        (pieces > 0).then(|| Part { order_item_id: id.to_owned(), pieces, percent: 100 })
    });
    event(account, order, key::hex(&["asked refund", &asked.id], 24), asked.at, parts.collect())
}

fn event(account: &'static Account, order: &Value, id: String, posted: Timestamp, parts: Vec<Part>) -> Option<Event> {
    let order_id = text(&order["orderId"]);
    let items: Vec<Item> = order["orderItems"]
        .as_array()?
        .iter()
        .filter_map(|item| {
            let part = parts.iter().find(|part| part.order_item_id == text(&item["orderItemId"]))?;
            let sold = item_of(account, order, item, 0, part.pieces);
            let back = given_back(&sold, part.percent);
            (!back.amounts.is_empty()).then_some(back)
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let number = key::number(&["adjustment", &id]) % 10_000_000_000;
    Some(Event {
        kind: Kind::Refund,
        account,
        transaction_type: if number.is_multiple_of(29) { "A-to-z Guarantee Refund" } else { "Refund" }.to_owned(),
        order_id: order_id.to_owned(),
        merchant_order_id: merchant_order(order, false),
        adjustment_id: format!("amzn1:crow:{}", key::hex(&["crow", &id], 20)),
        shipment_id: String::new(),
        marketplace_name: account.name.to_owned(),
        fulfilment: fulfilment(order),
        posted,
        items,
        id,
    })
}

/// What goes back of what an item brought: all that the buyer paid, and Amazon's commission less its fee.
fn given_back(sold: &Item, percent: i64) -> Item {
    let mut back = Item {
        order_item_id: sold.order_item_id.clone(),
        sku: sold.sku.clone(),
        quantity: sold.quantity,
        amounts: vec![],
    };
    let mut commission = 0;
    // Tax is the one part whose groups must come to nothing, so what is withheld follows the taxes that were refunded.
    for amount in &sold.amounts {
        let part = -divided(amount.minor * percent, 100);
        match amount.amount_type.as_str() {
            "ItemPrice" | "Promotion" => back.add(&amount.amount_type, &amount.description, part),
            "ItemFees" if amount.description == "Commission" => commission = part,
            _ => {}
        }
    }
    let taxes = [
        (
            "MarketplaceFacilitatorTax-Principal",
            back.sum("ItemPrice", Some("Tax")) + back.sum("Promotion", Some("TaxDiscount")),
        ),
        ("MarketplaceFacilitatorTax-Shipping", back.sum("ItemPrice", Some("ShippingTax"))),
        ("MarketplaceFacilitatorTax-Giftwrap", back.sum("ItemPrice", Some("GiftWrapTax"))),
    ];
    for (description, tax) in taxes {
        back.add("ItemWithheldTax", description, -tax);
    }
    back.add("ItemFees", "Commission", commission);
    back.add("ItemFees", "RefundCommission", -Account::share(commission, KEPT));
    back
}
