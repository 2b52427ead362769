//! The text of a settlement report (V2 flat file): tab-separated, nothing quoted, the first row the totals and nothing
//! else, numbers and dates as the marketplace writes them.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::account::{Account, Charset, Dates};
use super::event::{Amount, Event, Item, Kind};

/// The columns, in their order.
const COLUMNS: [&str; 24] = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "fulfillment-id",
    "posted-date",
    "posted-date-time",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
    "quantity-purchased",
    "promotion-id",
];

/// What the first row tells.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) deposit: Timestamp,
    /// Minor units.
    pub(super) total: i64,
}

/// The bytes of a report, and how many rows it has after the first.
pub(super) fn write(account: &Account, head: &Head, events: &[Event]) -> (Vec<u8>, usize) {
    let mut text = COLUMNS.join("\t");
    text.push('\n');
    let first = [
        head.id.clone(),
        instant(account, head.start),
        instant(account, head.end),
        instant(account, head.deposit),
        number(account, head.total, false),
        account.currency.to_owned(),
    ];
    let _ = writeln!(text, "{}{}", first.join("\t"), "\t".repeat(COLUMNS.len() - first.len()));
    let mut rows = 0;
    for event in events {
        for item in &event.items {
            for amount in &item.amounts {
                text.push_str(&row(account, &head.id, event, item, amount));
                text.push('\n');
                rows += 1;
            }
        }
    }
    (encoded(account.charset, &text), rows)
}

fn row(account: &Account, id: &str, event: &Event, item: &Item, amount: &Amount) -> String {
    let of_order = event.kind != Kind::Account;
    // A refund's rows do not tell how many, and an account's are not about things.
    let quantity = if event.kind == Kind::Shipment { item.quantity.to_string() } else { String::new() };
    let adjusted = if event.kind == Kind::Refund { format!("{}-r", item.order_item_id) } else { String::new() };
    // Reports in which most numbers have a comma still have some with a point.
    let plain = amount.amount_type == "Cost of Advertising";
    let cells = [
        id,
        "",
        "",
        "",
        "",
        "",
        &event.transaction_type,
        &event.order_id,
        &event.merchant_order_id,
        &event.adjustment_id,
        &event.shipment_id,
        &event.marketplace_name,
        &amount.amount_type,
        &amount.description,
        &number(account, amount.minor, plain),
        event.fulfilment,
        &day(account, event.posted),
        &instant(account, event.posted),
        &item.order_item_id,
        "",
        &adjusted,
        &item.sku,
        &quantity,
        amount.promotion.as_deref().unwrap_or_default(),
    ];
    let line = cells.join("\t");
    // Some rows lose the empty cells at their end.
    if of_order { line } else { line.trim_end_matches('\t').to_owned() }
}

/// An amount as the marketplace writes it.
fn number(account: &Account, minor: i64, plain: bool) -> String {
    let text = Decimal::new(minor, account.digits).to_string();
    if account.decimal_comma && !plain { text.replace('.', ",") } else { text }
}

fn day(account: &Account, at: Timestamp) -> String {
    let date = TimeZone::UTC.to_datetime(at).date();
    match account.dates {
        Dates::YearFirst => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        Dates::DayFirst => format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year()),
    }
}

fn instant(account: &Account, at: Timestamp) -> String {
    let time = TimeZone::UTC.to_datetime(at).time();
    format!("{} {:02}:{:02}:{:02} UTC", day(account, at), time.hour(), time.minute(), time.second())
}

/// What a charset does not have becomes a question mark, as it does at Amazon.
pub(super) fn encoded(charset: Charset, text: &str) -> Vec<u8> {
    let encoding = match charset {
        Charset::Utf8 => return text.as_bytes().to_vec(),
        Charset::Windows1252 => encoding_rs::WINDOWS_1252,
        Charset::ShiftJis => encoding_rs::SHIFT_JIS,
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut letter = [0; 4];
    for part in text.chars() {
        if part.is_ascii() {
            bytes.push(u8::try_from(u32::from(part)).unwrap_or(b'?'));
            continue;
        }
        match encoding.encode(part.encode_utf8(&mut letter)) {
            (coded, _, false) => bytes.extend_from_slice(&coded),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}
