//! One order as Amazon would tell of it, with every block; what a request did not ask for is taken away elsewhere.

use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use serde_json::{Map, Value, json};

use super::super::key;
use super::catalog::{Market, PROMOTIONS, Product, UNKNOWN_PROMOTION, products};
use super::proceeds;
use super::traits::{self, Kind, Plan, Traits};

/// A line before it is written: amounts in minor units.
#[derive(Debug)]
struct Line {
    sku: String,
    title: String,
    quantity: i64,
    /// The line's total; a unit price is only told where it comes out even, or rounded.
    total: i64,
    unit: Option<i64>,
    shipping: i64,
    wrap: i64,
    discount: i64,
    shipping_discount: i64,
    promotions: Vec<String>,
    message: Option<&'static str>,
    cancelled: Option<i64>,
}

/// The order at a place of the plan. `as_status` makes it as if it had that status: a pending order that is confirmed
/// gets the prices it always had.
pub(super) fn json(plan: Plan, index: u32, as_status: Option<&'static str>) -> Value {
    let mut traits = plan.traits(index);
    if let Some(status) = as_status {
        traits.status = status;
    }
    let market = traits.market;
    let lines = lines(&mut traits, index);
    let open = matches!(traits.status, "UNSHIPPED" | "PARTIALLY_SHIPPED" | "SHIPPED");
    let by_merchant = traits.fulfilled_by == "MERCHANT";
    let mut order = Map::new();
    let mut put = |name: &str, value: Value| {
        order.insert(name.to_owned(), value);
    };
    put("orderId", traits.id.as_str().into());
    if index.is_multiple_of(9) {
        put("orderAliases", json!([{"aliasId": format!("WEB-{index:07}"), "aliasType": "SELLER_ORDER_ID"}]));
    }
    put("createdTime", traits.created.to_string().into());
    put("lastUpdatedTime", traits.updated.to_string().into());
    let mut programs = Vec::new();
    if traits.person.business {
        programs.push("AMAZON_BUSINESS");
    }
    if traits.kind == Kind::ByAmazon {
        programs.push("PRIME");
    }
    if !programs.is_empty() {
        put("programs", json!(programs));
    }
    if traits.kind == Kind::Replacement {
        let original = plan.traits(traits::original_of(index)).id;
        put("associatedOrders", json!([{"orderId": original, "associationType": "REPLACEMENT_ORIGINAL_ID"}]));
    }
    put(
        "salesChannel",
        match traits.kind {
            Kind::OtherChannel => json!({"channelName": "NON_AMAZON", "marketplaceId": market.id,
                "marketplaceName": format!("Non-{}", market.name.replace("Amazon.", "Amazon "))}),
            _ => json!({"channelName": "AMAZON", "marketplaceId": market.id, "marketplaceName": market.name}),
        },
    );
    if open && !matches!(traits.kind, Kind::NoBuyer | Kind::NeitherOfBoth | Kind::OtherChannel) {
        let purchase_order =
            (traits.person.business && index.is_multiple_of(2)).then(|| format!("PO-{:06}", index * 37 % 999_983));
        put("buyer", traits.person.buyer(market, plan.seed, by_merchant, purchase_order));
    }
    if open && !matches!(traits.kind, Kind::NoRecipient | Kind::NeitherOfBoth) {
        put("recipient", traits.person.recipient(market));
    }
    if traits.person.business && market.currency == "EUR" && open {
        let number = format!("DE{:09}", 100_000_007 + traits.person.number % 899_999_963);
        put(
            "tax",
            json!({"taxRegistrations": [{"entityType": "BUYER", "legalName": traits.person.company(market),
                "taxRegistrationType": "VAT", "taxRegistrationNumber": number}]}),
        );
    }
    put("fulfillment", fulfillment(&traits));
    let items: Vec<Value> =
        lines.iter().enumerate().map(|(at, line)| item(&traits, index, at, line, lines.len())).collect();
    put("orderItems", Value::Array(items));
    let mut order = Value::Object(order);
    proceeds::settle(&mut order);
    if by_merchant && matches!(traits.status, "SHIPPED" | "PARTIALLY_SHIPPED") {
        order["packages"] = packages(&order, &traits, index);
    }
    if let Some(total) = order["proceeds"].get("grandTotal").cloned().filter(|_| market.currency == "JPY") {
        order["payment"] = json!({"paymentExecutions": [{"paymentMethod": "CreditCard", "paymentAmount": total}]});
    }
    order
}

fn fulfillment(traits: &Traits) -> Value {
    let express = traits.id.ends_with(['3', '7']);
    let mut block = json!({
        "fulfillmentStatus": traits.status,
        "fulfilledBy": traits.fulfilled_by,
        "fulfillmentServiceLevel": if express { "EXPEDITED" } else { "STANDARD" },
    });
    let window = |from: i64, to: i64| {
        let day = |days: i64| {
            let second = traits.created.as_second().div_euclid(86_400) * 86_400 + days * 86_400;
            Timestamp::from_second(second).unwrap_or(traits.created)
        };
        let end = day(to) - SignedDuration::from_secs(1);
        json!({"earliestDateTime": day(from).to_string(), "latestDateTime": end.to_string()})
    };
    if traits.status != "PENDING" && traits.fulfilled_by == "MERCHANT" {
        block["shipByWindow"] = if express { window(0, 1) } else { window(1, 3) };
    }
    if traits.status != "PENDING" && traits.status != "CANCELLED" {
        block["deliverByWindow"] = if express { window(1, 3) } else { window(3, 7) };
    }
    block
}

fn chance(dice: &mut ChaCha8Rng, of: u32) -> i64 {
    i64::from(dice.next_u32() % of)
}

fn simple(product: &Product, market: &Market, quantity: i64) -> Line {
    let unit = product.price_in(market);
    Line {
        sku: product.sku.to_owned(),
        title: product.title.to_owned(),
        quantity,
        total: unit * quantity,
        unit: Some(unit),
        shipping: 0,
        wrap: 0,
        discount: 0,
        shipping_discount: 0,
        promotions: Vec::new(),
        message: None,
        cancelled: None,
    }
}

fn lines(traits: &mut Traits, index: u32) -> Vec<Line> {
    let market = traits.market;
    let dice = &mut traits.dice;
    let any = |dice: &mut ChaCha8Rng| {
        let catalogue = products();
        &catalogue[usize::try_from(dice.next_u32()).unwrap_or(0) % catalogue.len()]
    };
    let count = match chance(dice, 10) {
        0..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    let mut lines: Vec<Line> = Vec::new();
    while lines.len() < count {
        let product = any(dice);
        let quantity = if chance(dice, 4) == 0 { 2 + chance(dice, 3) } else { 1 };
        if lines.iter().all(|line| line.sku != product.sku) {
            lines.push(simple(product, market, quantity));
        }
    }
    let hundred = if market.digits == 0 { 1 } else { 100 };
    if chance(dice, 3) == 0 {
        lines[0].shipping = if market.digits == 0 { 410 } else { 499 };
    }
    if chance(dice, 12) == 0 && matches!(traits.kind, Kind::Plain | Kind::ByAmazon) {
        discount(&mut lines[0], usize::try_from(chance(dice, 5)).unwrap_or(0));
    }
    match traits.kind {
        Kind::PartlyShipped => lines[0] = simple(any(dice), market, 3),
        Kind::CancelledPieces => {
            lines[0] = simple(any(dice), market, 2);
            lines[0].cancelled = Some(1);
        }
        Kind::CancelledLine => {
            lines.truncate(1);
            let gone = products().iter().find(|product| product.sku != lines[0].sku).unwrap_or(&products()[0]);
            lines.push(Line { cancelled: Some(1), ..simple(gone, market, 0) });
        }
        Kind::Cancelled => {
            for line in &mut lines {
                let (pieces, unit) = (line.quantity, line.unit);
                *line = Line { cancelled: Some(pieces), quantity: 0, total: 0, unit, ..blank(line) };
            }
        }
        Kind::Replacement | Kind::OtherChannel => {
            for line in &mut lines {
                *line = Line { quantity: line.quantity, unit: Some(0), ..blank(line) };
            }
        }
        Kind::Promotion => discount(&mut lines[0], usize::try_from(index / 50 % 5).unwrap_or(0)),
        Kind::UnknownPromotion => {
            discount(&mut lines[0], 0);
            lines[0].promotions = vec![UNKNOWN_PROMOTION.to_owned()];
        }
        Kind::FreeShipping => {
            lines[0].shipping = if market.digits == 0 { 410 } else { 499 };
            lines[0].shipping_discount = lines[0].shipping;
            lines[0].promotions = vec![PROMOTIONS[5].0.to_owned()];
        }
        Kind::GiftWrap => {
            lines[0].wrap = if market.digits == 0 { 330 } else { 399 };
            lines[0].message = Some("Alles Liebe zum Geburtstag! お誕生日おめでとう – see you soon.\nYour aunt");
        }
        Kind::Uneven => {
            let product = any(dice);
            let total = 10 * hundred * if market.digits == 0 { 100 } else { 1 };
            // Told rounded in one half of the cases, and not at all in the other.
            let unit = (index / 50).is_multiple_of(2).then_some((total + 1) / 3);
            let rest = lines.split_off(1).into_iter().filter(|line| line.sku != product.sku);
            lines = vec![Line { total, unit, ..simple(product, market, 3) }];
            lines.extend(rest);
        }
        Kind::SameSkuTwice => {
            let again = products().iter().find(|product| product.sku == lines[0].sku).unwrap_or(&products()[0]);
            lines.insert(1, simple(again, market, 1));
        }
        Kind::UnknownSku => lines[0].sku = format!("OLD-STOCK-{index:05}"),
        Kind::ShortOfSome | Kind::ShortOfAll => {
            let sku = traits::scarce(index).map(|scarce| scarce.sku).unwrap_or_default();
            let quantity = if traits.kind == Kind::ShortOfSome { 3 } else { 2 };
            let title = "Limited edition teapot, numbered".to_owned();
            lines[0] = Line { sku, title, ..simple(any(dice), market, quantity) };
        }
        _ => {}
    }
    lines
}

/// The same product with nothing paid for it.
fn blank(line: &Line) -> Line {
    Line {
        sku: line.sku.clone(),
        title: line.title.clone(),
        quantity: 0,
        total: 0,
        unit: None,
        shipping: 0,
        wrap: 0,
        discount: 0,
        shipping_discount: 0,
        promotions: Vec::new(),
        message: None,
        cancelled: None,
    }
}

fn discount(line: &mut Line, promotion: usize) {
    line.discount = (line.total / 10).max(1);
    line.promotions = vec![PROMOTIONS[promotion.min(4)].0.to_owned()];
}

fn item(traits: &Traits, index: u32, at: usize, line: &Line, of: usize) -> Value {
    let market = traits.market;
    let pending = traits.status == "PENDING";
    let money = |minor: i64| json!({"amount": market.amount(minor), "currencyCode": market.currency});
    let number = key::number(&["item", &traits.id, &at.to_string()]) % 100_000_000_000_000;
    let id = if traits.kind == Kind::LeadingZeros {
        format!("00{:012}", number % 1_000_000_000_000)
    } else {
        format!("{number:014}")
    };
    let mut product = json!({
        "asin": Product::asin(&line.sku),
        "title": line.title,
        "sellerSku": line.sku,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    });
    if let Some(unit) = line.unit.filter(|_| !pending) {
        product["price"] = json!({"unitPrice": money(unit)});
        if traits.person.business {
            product["price"]["priceDesignation"] = "BUSINESS_PRICE".into();
        }
    }
    let mut item = json!({"orderItemId": id, "quantityOrdered": line.quantity, "product": product});
    if !pending {
        item["proceeds"] = item_proceeds(traits, line);
    }
    if market.currency == "JPY" && !pending && line.total > 0 && index.is_multiple_of(3) {
        let points = line.total / 100;
        item["expense"] =
            json!({"pointsCost": {"pointsGranted": {"pointsNumber": points, "pointsMonetaryValue": money(points)}}});
    }
    if !line.promotions.is_empty() && !pending {
        let promotions: Vec<Value> = line.promotions.iter().map(|id| json!({"promotionId": id})).collect();
        item["promotion"] = json!({"breakdowns": promotions});
    }
    if line.cancelled.is_some() {
        item["cancellation"] = json!({
            "cancellationRequest": {"requester": "BUYER", "cancelReason": "ORDERED_BY_MISTAKE"},
            "cancellationExecution": {"cancelledBy": "BUYER", "cancelReason": "BUYER_CANCELED"},
        });
    }
    let done = match traits.status {
        "SHIPPED" => line.quantity,
        // One piece of the first line, and all of any other but the last.
        "PARTIALLY_SHIPPED" if at == 0 => line.quantity - 2,
        "PARTIALLY_SHIPPED" if at + 1 < of => line.quantity,
        _ => 0,
    };
    item["fulfillment"] = json!({"quantityFulfilled": done, "quantityUnfulfilled": line.quantity - done});
    if let Some(message) = line.message {
        item["fulfillment"]["packing"] = json!({"giftOption": {"giftMessage": message, "giftWrapLevel": "Classic"}});
    }
    if market.tax_on_top.is_some() && !pending && line.total > 0 {
        item["tax"] = json!({"taxCollections":
            [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc."}]});
    }
    item
}

fn item_proceeds(traits: &Traits, line: &Line) -> Value {
    let market = traits.market;
    let money = |minor: i64| json!({"amount": market.amount(minor), "currencyCode": market.currency});
    let mut breakdowns = Vec::new();
    if line.quantity > 0 {
        breakdowns.push(json!({"type": "ITEM", "subtotal": money(line.total)}));
    }
    for (name, minor) in [("SHIPPING", line.shipping), ("GIFT_WRAP", line.wrap)] {
        if minor > 0 {
            breakdowns.push(json!({"type": name, "subtotal": money(minor)}));
        }
    }
    let discounts = [("ITEM", -line.discount), ("SHIPPING", -line.shipping_discount)];
    let detailed = |parts: &[(&str, i64)]| -> Vec<Value> {
        let parts = parts.iter().filter(|(_, minor)| *minor != 0);
        parts.map(|(name, minor)| json!({"subtype": name, "value": money(*minor)})).collect()
    };
    if line.discount + line.shipping_discount > 0 {
        let total = -line.discount - line.shipping_discount;
        breakdowns
            .push(json!({"type": "DISCOUNT", "subtotal": money(total), "detailedBreakdowns": detailed(&discounts)}));
    }
    if let Some(rate) = market.tax_on_top {
        let tax = |minor: i64| (minor * rate + 5_000) / 10_000;
        let parts = [
            ("ITEM", tax(line.total - line.discount)),
            ("SHIPPING", tax(line.shipping - line.shipping_discount)),
            ("GIFT_WRAP", tax(line.wrap)),
        ];
        let total: i64 = parts.iter().map(|(_, minor)| minor).sum();
        if total > 0 {
            breakdowns.push(json!({"type": "TAX", "subtotal": money(total), "detailedBreakdowns": detailed(&parts)}));
        }
    }
    let zero = Value::from(market.amount(0));
    json!({"proceedsTotal": {"amount": zero, "currencyCode": market.currency}, "breakdowns": breakdowns})
}

fn packages(order: &Value, traits: &Traits, index: u32) -> Value {
    let items: Vec<Value> = order["orderItems"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| item["fulfillment"]["quantityFulfilled"].as_u64() > Some(0))
        .map(|item| json!({"orderItemId": item["orderItemId"], "quantity": item["fulfillment"]["quantityFulfilled"]}))
        .collect();
    json!([{
        "packageReferenceId": "1",
        "createdTime": traits.updated.to_string(),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": "DHL",
        "shipTime": traits.updated.to_string(),
        "shippingService": "DHL Paket",
        "trackingNumber": format!("JD0146{:011}", u64::from(index) * 1_234_577 % 100_000_000_000),
        "packageItems": items,
    }])
}
