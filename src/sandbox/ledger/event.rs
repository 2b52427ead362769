//! One thing that moved the seller's balance, with every amount of it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use super::Account;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Kind {
    Shipment,
    Refund,
    /// Tax that was put right later, in groups that come to nothing.
    Retrocharge,
    /// What belongs to the account and not to an order.
    Account,
}

/// An amount of an event, in minor units; what the seller pays is less than zero.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Amount {
    pub(in crate::sandbox) amount_type: String,
    pub(in crate::sandbox) description: String,
    pub(in crate::sandbox) minor: i64,
    pub(in crate::sandbox) promotion: Option<String>,
}

/// The amounts of one item, or those of no item.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Item {
    pub(in crate::sandbox) order_item_id: String,
    pub(in crate::sandbox) sku: String,
    /// Pieces that this event is about; a refund's rows do not tell them.
    pub(in crate::sandbox) quantity: i64,
    pub(in crate::sandbox) amounts: Vec<Amount>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Event {
    /// The same thing has the same id whenever it is told of.
    pub(in crate::sandbox) id: String,
    pub(in crate::sandbox) kind: Kind,
    pub(in crate::sandbox) account: &'static Account,
    /// As settlement rows name it: `Order`, `Refund`, `other-transaction`, …
    pub(in crate::sandbox) transaction_type: String,
    pub(in crate::sandbox) order_id: String,
    pub(super) merchant_order_id: String,
    pub(super) adjustment_id: String,
    pub(in crate::sandbox) shipment_id: String,
    pub(in crate::sandbox) marketplace_name: String,
    /// `AFN`, `MFN` or nothing.
    pub(in crate::sandbox) fulfilment: &'static str,
    pub(in crate::sandbox) posted: Timestamp,
    pub(in crate::sandbox) items: Vec<Item>,
}

impl Amount {
    pub(super) fn new(amount_type: &str, description: &str, minor: i64) -> Self {
        Self { amount_type: amount_type.to_owned(), description: description.to_owned(), minor, promotion: None }
    }
}

impl Item {
    /// Adds an amount, if it is one.
    pub(super) fn add(&mut self, amount_type: &str, description: &str, minor: i64) {
        if minor != 0 {
            self.amounts.push(Amount::new(amount_type, description, minor));
        }
    }

    /// The sum of the amounts of a type, or of one description of it.
    pub(super) fn sum(&self, amount_type: &str, description: Option<&str>) -> i64 {
        let fits = |amount: &&Amount| {
            amount.amount_type == amount_type && description.is_none_or(|wanted| amount.description == wanted)
        };
        self.amounts.iter().filter(fits).map(|amount| amount.minor).sum()
    }
}

impl Event {
    /// An event of the account, with one amount.
    pub(super) fn of_account(account: &'static Account, id: String, transaction_type: &str, posted: Timestamp) -> Self {
        Self {
            id,
            kind: Kind::Account,
            account,
            transaction_type: transaction_type.to_owned(),
            order_id: String::new(),
            merchant_order_id: String::new(),
            adjustment_id: String::new(),
            shipment_id: String::new(),
            marketplace_name: String::new(),
            fulfilment: "",
            posted,
            items: Vec::new(),
        }
    }

    /// The same with one more amount.
    pub(super) fn with(mut self, amount_type: &str, description: &str, minor: i64) -> Self {
        let amount = Amount::new(amount_type, description, minor);
        match self.items.first_mut() {
            Some(item) => item.amounts.push(amount),
            None => self.items.push(Item { amounts: vec![amount], ..Item::default() }),
        }
        self
    }

    /// What it comes to, in minor units.
    pub(in crate::sandbox) fn total(&self) -> i64 {
        self.items.iter().flat_map(|item| &item.amounts).map(|amount| amount.minor).sum()
    }
}

/// An amount of money in an order, in minor units.
pub(super) fn minor(money: &Value, digits: u32) -> i64 {
    let amount = money["amount"].as_str().and_then(|text| text.parse::<Decimal>().ok()).unwrap_or_default();
    (amount * Decimal::from(10_i64.pow(digits))).round().to_i64().unwrap_or(0)
}

/// The text of a field.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
