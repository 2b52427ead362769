//! What an order brings when it is shipped, and what Amazon takes of it.

use jiff::Timestamp;
use serde_json::Value;

use super::account::{Account, days_after, divided};
use super::event::{Amount, Event, Item, Kind, minor, text};
use crate::sandbox::key;

/// Amazon's share of a price, in hundredths of a percent.
const REFERRAL: i64 = 1500;

/// When a shipment counts. A business buyer pays by invoice: the amount is deferred for two weeks; and one order in
/// twenty-three is held back for ten days, which is how a refund comes to be settled before its order.
pub(super) fn posted(order: &Value, shipped: Timestamp) -> Timestamp {
    let business = order["programs"].as_array().into_iter().flatten().any(|program| program == "AMAZON_BUSINESS");
    if business && order["proceeds"]["grandTotal"]["currencyCode"] == "EUR" {
        return days_after(shipped, 14);
    }
    if is_held_back(order) { days_after(shipped, 10) } else { shipped }
}

/// Whether the order's amounts are released late.
pub(super) fn is_held_back(order: &Value) -> bool {
    key::number(&["held back", text(&order["orderId"])]).is_multiple_of(23)
}

/// The event of what was shipped since `done` pieces of each item were; none where that is nothing.
pub(super) fn event(
    account: &'static Account,
    order: &Value,
    posted: Timestamp,
    done: impl Fn(&str) -> i64,
) -> Option<Event> {
    let order_id = text(&order["orderId"]);
    let items: Vec<Item> = order["orderItems"]
        .as_array()?
        .iter()
        .filter_map(|item| {
            let before = done(text(&item["orderItemId"]));
            let after = item["fulfillment"]["quantityFulfilled"].as_i64().unwrap_or(0);
            (after > before).then(|| item_of(account, order, item, before, after))
        })
        .collect();
    let first = items.first()?;
    let pieces = format!("{}:{}", first.order_item_id, done(&first.order_item_id));
    let other_channel = order["salesChannel"]["channelName"] == "NON_AMAZON";
    let shipment = key::hex(&["shipment", order_id, &pieces], 8).to_uppercase();
    Some(Event {
        id: key::hex(&["shipment event", order_id, &pieces], 24),
        kind: Kind::Shipment,
        account,
        transaction_type: "Order".to_owned(),
        order_id: order_id.to_owned(),
        merchant_order_id: merchant_order(order, other_channel),
        adjustment_id: String::new(),
        shipment_id: format!("D{shipment}"),
        marketplace_name: if other_channel { account.other_channel() } else { account.name.to_owned() },
        fulfilment: fulfilment(order),
        posted,
        items,
    })
}

/// `AFN` where Amazon ships, `MFN` where the seller does.
pub(super) fn fulfilment(order: &Value) -> &'static str {
    if order["fulfillment"]["fulfilledBy"] == "AMAZON" { "AFN" } else { "MFN" }
}

/// What the seller calls the order.
pub(super) fn merchant_order(order: &Value, other_channel: bool) -> String {
    let id = text(&order["orderId"]);
    if other_channel {
        return format!("CONSUMER-{}", key::hex(&["consumer", id], 10).to_uppercase());
    }
    text(&order["orderAliases"][0]["aliasId"]).to_owned()
}

/// The parts of an item's proceeds, in minor units and for all its pieces.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) principal: i64,
    pub(super) shipping: i64,
    pub(super) wrap: i64,
    /// Less than zero.
    pub(super) discount: i64,
    /// Less than zero.
    pub(super) shipping_discount: i64,
    pub(super) tax: i64,
    pub(super) shipping_tax: i64,
    pub(super) wrap_tax: i64,
}

impl Parts {
    /// Reads them from an item.
    pub(super) fn of(account: &Account, item: &Value) -> Self {
        let mut parts = Self::default();
        for breakdown in item["proceeds"]["breakdowns"].as_array().into_iter().flatten() {
            let whole = minor(&breakdown["subtotal"], account.digits);
            let details = || breakdown["detailedBreakdowns"].as_array().into_iter().flatten();
            let of = |name: &str| -> i64 {
                let fitting = details().filter(|detail| detail["subtype"] == name);
                fitting.map(|detail| minor(&detail["value"], account.digits)).sum()
            };
            match text(&breakdown["type"]) {
                "SHIPPING" => parts.shipping += whole,
                "GIFT_WRAP" => parts.wrap += whole,
                "DISCOUNT" => {
                    parts.shipping_discount += of("SHIPPING");
                    parts.discount += whole - of("SHIPPING");
                }
                "TAX" => {
                    parts.shipping_tax += of("SHIPPING");
                    parts.wrap_tax += of("GIFT_WRAP");
                    parts.tax += whole - of("SHIPPING") - of("GIFT_WRAP");
                }
                _ => parts.principal += whole,
            }
        }
        parts
    }

    /// The parts of the pieces from `before` to `after` of `ordered`; the parts of all ranges come to the whole.
    fn of_pieces(&self, before: i64, after: i64, ordered: i64) -> Self {
        let part = |whole: i64| divided(whole * after, ordered.max(1)) - divided(whole * before, ordered.max(1));
        Self {
            principal: part(self.principal),
            shipping: part(self.shipping),
            wrap: part(self.wrap),
            discount: part(self.discount),
            shipping_discount: part(self.shipping_discount),
            tax: part(self.tax),
            shipping_tax: part(self.shipping_tax),
            wrap_tax: part(self.wrap_tax),
        }
    }
}

/// The amounts of some pieces of an item.
pub(super) fn item_of(account: &Account, order: &Value, item: &Value, before: i64, after: i64) -> Item {
    let ordered = item["quantityOrdered"].as_i64().unwrap_or(0);
    let parts = Parts::of(account, item).of_pieces(before, after, ordered);
    let pieces = after - before;
    let by_amazon = fulfilment(order) == "AFN";
    let mut told = Item {
        order_item_id: text(&item["orderItemId"]).to_owned(),
        sku: text(&item["product"]["sellerSku"]).to_owned(),
        quantity: pieces,
        amounts: Vec::new(),
    };
    if order["salesChannel"]["channelName"] == "NON_AMAZON" {
        // Not a sale of Amazon's: only what sending it costs.
        told.add("Shipment-Fees", "FBAPerOrderFulfillmentFee", -account.channel_fee);
        told.add("Shipment-Fees", "FBATransportationFee", -divided(account.channel_fee * pieces, 4));
        return told;
    }
    // A replacement costs the buyer nothing, and that nothing is told.
    told.amounts.push(Amount::new("ItemPrice", "Principal", parts.principal));
    told.add("ItemPrice", "Shipping", parts.shipping);
    told.add("ItemPrice", "GiftWrap", parts.wrap);
    add_tax(account, &mut told, &parts);
    let promotion = item["promotion"]["breakdowns"][0]["promotionId"].as_str().map(str::to_owned);
    for (description, minor) in [("Principal", parts.discount), ("Shipping", parts.shipping_discount)] {
        if minor != 0 {
            let amount = Amount::new("Promotion", description, minor);
            told.amounts.push(Amount { promotion: promotion.clone(), ..amount });
        }
    }
    told.add("ItemFees", "Commission", -Account::share(parts.principal + parts.discount, REFERRAL));
    let freight = parts.shipping + parts.shipping_discount;
    if by_amazon {
        told.add("ItemFees", "FBAPerUnitFulfillmentFee", -account.piece_fee * pieces);
        told.add("ItemFees", "ShippingChargeback", -freight);
        told.add("ItemFees", "GiftwrapChargeback", -parts.wrap);
    } else {
        told.add("ItemFees", "ShippingHB", -Account::share(freight, REFERRAL));
    }
    let points = &item["expense"]["pointsCost"]["pointsGranted"]["pointsMonetaryValue"];
    let granted = minor(points, account.digits);
    told.add(
        "Points",
        "PointsGranted",
        -(divided(granted * after, ordered.max(1)) - divided(granted * before, ordered.max(1))),
    );
    told
}

/// Tax that Amazon collects and keeps: what it adds it takes away again, and what a discount saves of it is told apart.
fn add_tax(account: &Account, told: &mut Item, parts: &Parts) {
    let Some(rate) = account.tax_on_top else { return };
    let saved = if parts.discount == 0 { 0 } else { Account::share(parts.principal, rate) - parts.tax };
    told.add("ItemPrice", "Tax", parts.tax + saved);
    told.add("ItemPrice", "ShippingTax", parts.shipping_tax);
    told.add("ItemPrice", "GiftWrapTax", parts.wrap_tax);
    told.add("Promotion", "TaxDiscount", -saved);
    told.add("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -parts.tax);
    told.add("ItemWithheldTax", "MarketplaceFacilitatorTax-Shipping", -parts.shipping_tax);
    told.add("ItemWithheldTax", "MarketplaceFacilitatorTax-Giftwrap", -parts.wrap_tax);
}
