//! The columns of a settlement file, found by its header: the 24 of V2, or the 33 or 36 of V1, in any order and with
//! others between them. A row of V1 may hold several amounts, each of which is a row of V2.

/// A column of V2, by its place in [`COLUMNS`].
pub(super) type Column = usize;

/// The columns of V2, in Amazon's order.
pub(super) const COLUMNS: [&str; 24] = [
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

pub(super) const SETTLEMENT_ID: Column = 0;
pub(super) const START: Column = 1;
pub(super) const END: Column = 2;
pub(super) const DEPOSIT: Column = 3;
pub(super) const TOTAL: Column = 4;
pub(super) const CURRENCY: Column = 5;
pub(super) const TRANSACTION: Column = 6;
pub(super) const AMOUNT_TYPE: Column = 12;
pub(super) const DESCRIPTION: Column = 13;
pub(super) const AMOUNT: Column = 14;
pub(super) const POSTED: Column = 16;
pub(super) const POSTED_TIME: Column = 17;
pub(super) const QUANTITY: Column = 22;

/// An amount of V1: the column of its name, that of the amount, and the amount type that V2 has for it.
const V1_AMOUNTS: [(&str, &str, &str); 7] = [
    ("price-type", "price-amount", "ItemPrice"),
    ("item-related-fee-type", "item-related-fee-amount", "ItemFees"),
    ("promotion-type", "promotion-amount", "Promotion"),
    ("shipment-fee-type", "shipment-fee-amount", "Shipment-Fees"),
    ("order-fee-type", "order-fee-amount", "Order-Fees"),
    ("direct-payment-type", "direct-payment-amount", "Direct-Payment"),
    ("other-fee-reason-description", "other-fee-amount", "Other-Fees"),
];

/// What a row of V1 that is no order's has in V2: its transaction type says what it is.
const OTHER: &str = "other-transaction";
/// What V2 calls the amount of a service that Amazon invoices.
const SERVICE_TOTAL: &str = "TransactionTotalAmount";

/// Where each column is.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Of each of [`COLUMNS`] its place in the file.
    places: [Option<usize>; COLUMNS.len()],
    /// The amounts of V1; nothing for V2.
    v1: Option<V1>,
    /// How many columns the file has.
    pub(super) width: usize,
}

#[derive(Debug, Clone)]
struct V1 {
    amounts: Vec<V1Amount>,
    misc: Option<usize>,
    other: Option<usize>,
}

#[derive(Debug, Clone)]
struct V1Amount {
    name: Option<usize>,
    amount: usize,
    amount_type: &'static str,
}

/// One amount of a row: its names, and the place of the cell that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount<'r> {
    pub(super) transaction: &'r str,
    pub(super) amount_type: &'r str,
    pub(super) description: &'r str,
    pub(super) cell: &'r str,
}

impl Layout {
    /// Reads a header. `Err` says what is missing in it.
    pub(super) fn read(header: &str) -> Result<Self, String> {
        let names: Vec<String> = header.split('\t').map(name).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let mut twice = names
            .iter()
            .enumerate()
            .filter(|(at, name)| !name.is_empty() && names.iter().take(*at).any(|other| other == *name));
        if let Some((_, name)) = twice.next() {
            return Err(format!("the header names the column `{name}` twice"));
        }
        let places = COLUMNS.map(place);
        let amounts: Vec<V1Amount> = V1_AMOUNTS
            .iter()
            .filter_map(|(name, amount, amount_type)| {
                Some(V1Amount { name: place(name), amount: place(amount)?, amount_type })
            })
            .collect();
        let (misc, other) = (place("misc-fee-amount"), place("other-amount"));
        let is_v1 = places.get(AMOUNT).is_none_or(Option::is_none) && (!amounts.is_empty() || other.is_some());
        let v1 = is_v1.then_some(V1 { amounts, misc, other });
        let needed: &[Column] = if is_v1 {
            &[SETTLEMENT_ID, TOTAL, TRANSACTION]
        } else {
            &[SETTLEMENT_ID, TOTAL, TRANSACTION, AMOUNT_TYPE, DESCRIPTION, AMOUNT]
        };
        let mut missing: Vec<&str> = needed
            .iter()
            .filter(|column| places.get(**column).is_none_or(Option::is_none))
            .filter_map(|column| COLUMNS.get(*column).copied())
            .collect();
        if places.get(POSTED).is_none_or(Option::is_none) && places.get(POSTED_TIME).is_none_or(Option::is_none) {
            missing.push("posted-date");
        }
        if missing.is_empty() {
            return Ok(Self { places, v1, width: names.len() });
        }
        let seen = if names.len() < 2 { "; columns are parted by tabs" } else { "" };
        Err(format!("the header has no column `{}`: this is no settlement report{seen}", missing.join("`, `")))
    }

    /// The place of a column.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(column).copied().flatten()
    }

    /// Which version of the report it is, as Amazon counts them.
    pub(super) fn version(&self) -> &'static str {
        if self.v1.is_some() { "V1" } else { "V2" }
    }

    /// How many amounts a row can hold.
    pub(super) fn amounts(&self) -> usize {
        self.v1.as_ref().map_or(1, |v1| v1.amounts.len() + 2)
    }

    /// An amount of a row, by its number; nothing where its cell is blank.
    pub(super) fn amount<'r>(&self, cells: Cells<'r, '_>, number: usize) -> Option<Amount<'r>> {
        let at = |column| cells.get(self.place(column));
        let Some(v1) = &self.v1 else {
            let cell = at(AMOUNT);
            let amount = Amount {
                transaction: at(TRANSACTION),
                amount_type: at(AMOUNT_TYPE),
                description: at(DESCRIPTION),
                cell,
            };
            return (!cell.is_empty()).then_some(amount);
        };
        let transaction = at(TRANSACTION);
        let Some(one) = v1.amounts.get(number) else {
            let other = number > v1.amounts.len();
            let cell = cells.get(if other { v1.other } else { v1.misc });
            let amount = match other {
                true => Amount { transaction: OTHER, amount_type: OTHER, description: transaction, cell },
                false => Amount { transaction, amount_type: "Misc-Fees", description: "Misc-Fees", cell },
            };
            return (!cell.is_empty()).then_some(amount);
        };
        let cell = cells.get(Some(one.amount));
        if cell.is_empty() {
            return None;
        }
        let own = cells.get(one.name);
        if !same(transaction, "ServiceFee") {
            return Some(Amount { transaction, amount_type: one.amount_type, description: own, cell });
        }
        // A service's row names the service once; its fee and the tax on it stand beside each other.
        let service = v1.amounts.iter().filter(|other| other.amount_type != "Other-Fees");
        let service = service.map(|other| cells.get(other.name)).find(|name| !name.is_empty()).unwrap_or("ServiceFee");
        let description = if one.amount_type == "Other-Fees" { own } else { SERVICE_TOTAL };
        Some(Amount { transaction, amount_type: service, description, cell })
    }
}

/// The cells of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'r, 'c> {
    pub(super) line: &'r str,
    pub(super) places: &'c [(usize, usize)],
}

impl<'r> Cells<'r, '_> {
    /// A cell without the space around it; blank where it is not there.
    pub(super) fn get(self, place: Option<usize>) -> &'r str {
        let range = place.and_then(|place| self.places.get(place));
        range.and_then(|(from, to)| self.line.get(*from..*to)).unwrap_or_default().trim_ascii()
    }
}

/// Finds the cells of a line; false where it has more than there are columns and they are not blank.
pub(super) fn split(line: &str, width: usize, places: &mut Vec<(usize, usize)>) -> bool {
    places.clear();
    let mut from = 0;
    for tab in memchr::memchr_iter(b'\t', line.as_bytes()) {
        places.push((from, tab));
        from = tab + 1;
    }
    places.push((from, line.len()));
    let more = places.get(width..).unwrap_or_default();
    more.iter().all(|(from, to)| line.get(*from..*to).unwrap_or_default().trim_ascii().is_empty())
}

/// The name of a column: small letters with dashes between words.
fn name(written: &str) -> String {
    let written = written.trim().trim_matches('"').trim();
    written.chars().map(|c| if c == ' ' || c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
