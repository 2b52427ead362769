//! The rows of a settlement, summed up as they come: by code and month for the journals, by order for the ERP. Of each
//! code the first rows are kept to be shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Rows of a code that are kept to be shown.
const SAMPLES: usize = 25;

/// The settlement itself.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The marketplace's number of it.
    pub id: String,
    /// When its period begins.
    pub start: Option<Timestamp>,
    /// When it ends.
    pub end: Option<Timestamp>,
    /// When the money is paid out.
    pub deposit: Option<Date>,
    /// What is paid out.
    pub total: Decimal,
    /// Its one currency.
    pub currency: String,
    /// The file.
    pub file: String,
    /// The digest of its bytes.
    pub sha256: String,
    /// Why the file cannot be used, where it cannot.
    pub problem: Option<String>,
}

/// A row with an amount, as it is read.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its place in the file: 1 is the row of totals.
    pub number: u64,
    /// `Order`, `Refund`, `other-transaction`, …
    pub transaction_type: &'a str,
    /// `ItemPrice`, `ItemFees`, …
    pub amount_type: &'a str,
    /// `Principal`, `Commission`, …
    pub description: &'a str,
    /// The marketplace that the row names.
    pub marketplace: &'a str,
    /// The order, or what stands in its place.
    pub order_id: &'a str,
    /// The order's line.
    pub item: &'a str,
    /// What was sold.
    pub sku: &'a str,
    /// Pieces, where the row tells them.
    pub quantity: Decimal,
    /// What the seller gets; less than zero where the seller pays.
    pub amount: Decimal,
    /// The day it counts for.
    pub posted: Option<Date>,
}

/// What rows are summed up under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// The first day of the month.
    pub month: Option<Date>,
    /// The transaction type.
    pub transaction_type: String,
    /// The amount type.
    pub amount_type: String,
    /// The description.
    pub description: String,
    /// The marketplace that the rows name.
    pub marketplace: String,
}

/// A row that is shown.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its place in the file.
    pub number: u64,
    /// The day.
    pub posted: Option<Date>,
    /// The order, or what stands in its place.
    pub order_id: String,
    /// What was sold.
    pub sku: String,
    /// The amount.
    pub amount: Decimal,
}

/// The rows of a code.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    /// What they come to.
    pub amount: Decimal,
    /// How many there are.
    pub rows: u64,
    /// The first and the last of them.
    pub span: (u64, u64),
    /// The first of them, to be shown.
    pub samples: Vec<Sample>,
}

/// The rows of an order.
#[derive(Debug, Clone, Default)]
pub(super) struct OrderSum {
    /// By line of the order: what the buyer paid the seller, and pieces.
    pub(super) items: BTreeMap<String, (Decimal, Decimal)>,
    /// What buyers paid the seller.
    pub(super) sold: Decimal,
    /// What they got back; less than zero.
    pub(super) refunded: Decimal,
    /// Pieces sold.
    pub(super) units: Decimal,
    /// Whether anything was sold, if only for nothing.
    pub(super) is_sale: bool,
    /// Whether anything was refunded.
    pub(super) is_refund: bool,
    /// What the marketplace kept of tax and what it had collected, by line; nothing where it kept none.
    pub(super) tax: BTreeMap<String, (Decimal, bool)>,
    /// The first and the last row.
    pub(super) span: (u64, u64),
}

/// A settlement, summed up.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// The settlement itself.
    pub head: Head,
    /// Rows with an amount.
    pub rows: u64,
    /// What they come to.
    pub total: Decimal,
    /// By code and month.
    pub codes: BTreeMap<Code, Sum>,
    pub(super) orders: BTreeMap<String, OrderSum>,
    /// What is held back from now on.
    pub current_reserve: Decimal,
    /// What was held back before.
    pub previous_reserve: Decimal,
    /// What the settlement before left the seller owing; less than zero.
    pub payable: Decimal,
    /// What a card was charged for that.
    pub charged: Decimal,
}

impl Tally {
    /// An empty one.
    #[must_use]
    pub fn new(head: Head) -> Self {
        Self { head, ..Self::default() }
    }

    /// The orders that the settlement names as sold or refunded.
    pub fn order_ids(&self) -> impl Iterator<Item = &str> {
        self.orders.iter().filter(|(_, order)| order.is_sale || order.is_refund).map(|(id, _)| id.as_str())
    }

    /// The orders that the settlement has sold.
    pub fn sold_ids(&self) -> impl Iterator<Item = &str> {
        self.orders.iter().filter(|(_, order)| order.is_sale).map(|(id, _)| id.as_str())
    }

    /// Takes a row in.
    pub fn add(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.total += row.amount;
        let code = Code {
            month: row.posted.map(|day| day.first_of_month()),
            transaction_type: row.transaction_type.to_owned(),
            amount_type: row.amount_type.to_owned(),
            description: row.description.to_owned(),
            marketplace: row.marketplace.to_owned(),
        };
        let sum = self.codes.entry(code).or_default();
        sum.amount += row.amount;
        sum.rows += 1;
        widen(&mut sum.span, row.number);
        if sum.samples.len() < SAMPLES {
            sum.samples.push(Sample {
                number: row.number,
                posted: row.posted,
                order_id: row.order_id.to_owned(),
                sku: row.sku.to_owned(),
                amount: row.amount,
            });
        }
        self.add_to_balance(row);
        self.add_to_order(row);
    }

    fn add_to_balance(&mut self, row: &Row<'_>) {
        match folded(row.description).as_str() {
            "currentreserveamount" => self.current_reserve += row.amount,
            "previousreserveamountbalance" => self.previous_reserve += row.amount,
            name if name.starts_with("payableto") => self.payable += row.amount,
            "successfulcharge" => self.charged += row.amount,
            _ => {}
        }
    }

    fn add_to_order(&mut self, row: &Row<'_>) {
        if row.order_id.is_empty() {
            return;
        }
        let transaction = folded(row.transaction_type);
        let of_buyer = matches!(row.amount_type, "ItemPrice" | "Promotion" | "ItemWithheldTax");
        let sale = transaction == "order";
        let refund = matches!(transaction.as_str(), "refund" | "chargebackrefund" | "atozguaranteerefund");
        if !of_buyer || !(sale || refund || transaction.ends_with("retrocharge")) {
            return;
        }
        let order = self.orders.entry(row.order_id.to_owned()).or_default();
        widen(&mut order.span, row.number);
        let withheld = row.amount_type == "ItemWithheldTax";
        if withheld || row.description.contains("Tax") {
            let key = format!("{} {}", row.transaction_type, row.item);
            let tax = order.tax.entry(key).or_default();
            tax.0 += row.amount;
            tax.1 |= withheld;
        }
        if sale {
            order.is_sale = true;
            order.sold += row.amount;
            let item = order.items.entry(row.item.to_owned()).or_default();
            item.0 += row.amount;
            // The other rows of the item tell the same pieces again.
            if row.amount_type == "ItemPrice" && row.description == "Principal" {
                item.1 += row.quantity;
                order.units += row.quantity;
            }
        } else if refund {
            order.is_refund = true;
            order.refunded += row.amount;
        }
    }
}

fn widen(span: &mut (u64, u64), number: u64) {
    if span.0 == 0 {
        span.0 = number;
    }
    span.1 = number;
}

/// A name without what drifts in it: capital letters, blanks, punctuation.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `12–40`, or `12` alone.
pub(super) fn rows(span: (u64, u64)) -> String {
    match span {
        (0, _) => String::new(),
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}–{last}"),
    }
}

/// `1 row`, `12 rows`.
pub(super) fn counted(rows: u64) -> String {
    many(usize::try_from(rows).unwrap_or(usize::MAX), "row")
}

/// `1 order`, `12 orders`.
pub(super) fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
