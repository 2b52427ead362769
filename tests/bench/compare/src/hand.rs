//! The mapping as a careful programmer writes it for this one job: structs with just the fields that are needed,
//! borrowed where serde can, exact decimals, the same lookups, the same checks and the same output.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    #[serde(borrow)]
    order_id: Cow<'a, str>,
    created_time: Timestamp,
    #[serde(borrow)]
    sales_channel: Channel<'a>,
    #[serde(borrow)]
    buyer: Option<Buyer<'a>>,
    #[serde(borrow)]
    proceeds: Proceeds<'a>,
    #[serde(borrow)]
    fulfillment: Fulfillment<'a>,
    #[serde(borrow)]
    order_items: Vec<Item<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel<'a> {
    #[serde(borrow)]
    marketplace_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Buyer<'a> {
    #[serde(borrow)]
    buyer_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    buyer_email: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proceeds<'a> {
    #[serde(borrow)]
    grand_total: Money<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Money<'a> {
    amount: Decimal,
    #[serde(borrow)]
    currency_code: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fulfillment<'a> {
    #[serde(borrow)]
    fulfillment_status: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(borrow)]
    order_item_id: Cow<'a, str>,
    quantity_ordered: i64,
    #[serde(borrow)]
    product: Product<'a>,
    proceeds: ItemProceeds,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    #[serde(borrow)]
    seller_sku: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemProceeds {
    proceeds_total: Amount,
}

#[derive(Deserialize)]
struct Amount {
    amount: Decimal,
}

#[derive(Serialize)]
struct Written<'a> {
    key: &'a str,
    target: &'static str,
    step: &'static str,
    operation: &'static str,
    payload: Sale<'a>,
}

#[derive(Serialize)]
struct Sale<'a> {
    external_ref: String,
    status: &'a str,
    order_date: Timestamp,
    customer_id: &'static str,
    currency: &'a str,
    prices_include_tax: bool,
    channel: &'a str,
    price_list: &'a str,
    lines: Vec<Line<'a>>,
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_reason: Option<&'static str>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Line<'a> {
    line_ref: &'a str,
    sku: &'a str,
    item_id: &'a str,
    #[serde(serialize_with = "as_text")]
    quantity: i64,
    unit_price: Decimal,
    line_amount: Decimal,
}

#[derive(Serialize)]
struct Totals {
    goods: Decimal,
    grand: Decimal,
}

#[derive(Serialize)]
struct Metadata {
    first_name: Option<String>,
    last_name: String,
    email: String,
    ordered_on: jiff::civil::Date,
}

fn as_text<S: serde::Serializer>(quantity: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(quantity)
}

struct Article {
    id: String,
    #[allow(dead_code)]
    weight: String,
}

struct Sold {
    channel: String,
    price_list: String,
}

/// From standard input to standard output, with the tables of a folder.
pub fn run(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut articles: HashMap<String, Article> = HashMap::new();
    for row in csv::Reader::from_path(folder.join("items.csv"))?.into_deserialize() {
        let (sku, id, weight): (String, String, String) = row?;
        articles.insert(sku, Article { id, weight });
    }
    let mut channels: HashMap<String, Sold> = HashMap::new();
    for row in csv::Reader::from_path(folder.join("channels.csv"))?.into_deserialize() {
        let (marketplace, channel, price_list): (String, String, String) = row?;
        channels.insert(marketplace, Sold { channel, price_list });
    }
    let mut input = std::io::stdin().lock();
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let order: Order<'_> = serde_json::from_slice(&line)?;
        let written = map(&order, &articles, &channels)?;
        serde_json::to_writer(&mut out, &written)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

fn map<'a>(
    order: &'a Order<'a>,
    articles: &'a HashMap<String, Article>,
    channels: &'a HashMap<String, Sold>,
) -> Result<Written<'a>, String> {
    let sold = channels
        .get(order.sales_channel.marketplace_id.as_deref().unwrap_or(""))
        .ok_or_else(|| format!("{}: unknown marketplace", order.order_id))?;
    let status = match &*order.fulfillment.fulfillment_status {
        "PENDING_AVAILABILITY" | "PENDING" => "draft",
        "UNSHIPPED" | "PARTIALLY_SHIPPED" | "SHIPPED" => "confirmed",
        "CANCELLED" | "UNFULFILLABLE" => "on_hold",
        other => return Err(format!("{}: unknown status {other}", order.order_id)),
    };
    let mut lines = Vec::with_capacity(order.order_items.len());
    let mut goods = Decimal::ZERO;
    for item in &order.order_items {
        let amount = item.proceeds.proceeds_total.amount;
        goods = goods.checked_add(amount).ok_or("too large")?;
        if item.quantity_ordered <= 0 {
            continue;
        }
        let sku = item.product.seller_sku.as_deref().unwrap_or("");
        let article = articles.get(sku).ok_or_else(|| format!("{}: unknown SKU {sku}", order.order_id))?;
        let unit = amount.checked_div(Decimal::from(item.quantity_ordered)).ok_or("division")?;
        let mut unit = unit.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        unit.rescale(2);
        lines.push(Line {
            line_ref: &item.order_item_id,
            sku,
            item_id: &article.id,
            quantity: item.quantity_ordered,
            unit_price: unit,
            line_amount: amount,
        });
    }
    let name = order.buyer.as_ref().and_then(|buyer| buyer.buyer_name.as_deref()).unwrap_or("Retail buyer");
    let (first_name, last_name) = split_name(name);
    let email = order.buyer.as_ref().and_then(|buyer| buyer.buyer_email.as_deref()).unwrap_or("unknown@example.com");
    let total = order.proceeds.grand_total.amount;
    Ok(Written {
        key: &order.order_id,
        target: "tims.sales_orders",
        step: "sale",
        operation: "upsert",
        payload: Sale {
            external_ref: format!("amazon:{}", order.order_id),
            status,
            order_date: order.created_time,
            customer_id: "retail",
            currency: &order.proceeds.grand_total.currency_code,
            prices_include_tax: true,
            channel: &sold.channel,
            price_list: &sold.price_list,
            lines,
            totals: Totals { goods, grand: total },
            hold_reason: (total > Decimal::from(500)).then_some("review"),
            metadata: Metadata {
                first_name,
                last_name,
                email: mask_email(email),
                ordered_on: jiff::tz::TimeZone::UTC.to_datetime(order.created_time).date(),
            },
        },
    })
}

/// First and last name; particles such as `van der` belong to the last name.
fn split_name(name: &str) -> (Option<String>, String) {
    const PARTICLES: [&str; 12] =
        ["van", "von", "der", "den", "de", "del", "della", "di", "da", "du", "la", "le"];
    let words: Vec<&str> = name.split_whitespace().collect();
    let Some((_, front)) = words.split_last() else { return (None, String::new()) };
    let mut at = front.len();
    while at > 1 && PARTICLES.contains(&words[at - 1].to_lowercase().as_str()) {
        at -= 1;
    }
    let first = (at > 0).then(|| words[0].to_owned());
    (first, words[at..].join(" "))
}

/// The first letter of the name and of the domain, and the domain's ending.
fn mask_email(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let ending = domain.rfind('.').map_or("", |at| &domain[at..]);
    let (name, domain) = (name.chars().next().unwrap_or('*'), domain.chars().next().unwrap_or('*'));
    format!("{name}***@{domain}***{ending}")
}
