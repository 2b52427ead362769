//! The seller's accounts: one for each marketplace, with its own rhythm of settlements, its own fees, and its own way of
//! writing numbers, dates and letters.

use jiff::{SignedDuration, Timestamp};

/// How a report is encoded, as its `Content-Type` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Charset {
    Utf8,
    /// What Amazon calls Cp1252.
    Windows1252,
    /// What Amazon calls Shift_JIS, with Microsoft's additions.
    ShiftJis,
}

/// How a report writes its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// `2026-02-28 23:59:59 UTC`
    YearFirst,
    /// `28.02.2026 23:59:59 UTC`
    DayFirst,
}

/// One account.
#[derive(Debug)]
pub(in crate::sandbox) struct Account {
    pub(in crate::sandbox) marketplace: &'static str,
    /// As the rows name it.
    pub(in crate::sandbox) name: &'static str,
    pub(in crate::sandbox) currency: &'static str,
    /// Digits after the decimal point.
    pub(in crate::sandbox) digits: u32,
    pub(in crate::sandbox) charset: Charset,
    pub(super) dates: Dates,
    pub(super) decimal_comma: bool,
    /// Whether the document is compressed.
    pub(in crate::sandbox) gzip: bool,
    /// Whether fees are told in the newer way, by base fee, tax and discount.
    pub(super) new_fees: bool,
    /// Tax on top of the prices, in hundredths of a percent, which Amazon collects and keeps.
    pub(super) tax_on_top: Option<i64>,
    /// Tax on fees, in hundredths of a percent.
    pub(super) fee_tax: i64,
    /// Minor units: a piece sent by Amazon, a month's subscription, an order of another channel.
    pub(super) piece_fee: i64,
    pub(super) subscription: i64,
    pub(super) channel_fee: i64,
    /// Days from one settlement to the next.
    days: i64,
    /// Days from the end of the last settlement before the shop's beginning to the beginning.
    ended: i64,
    /// Settlements before the shop's beginning.
    before: u32,
}

/// The accounts, in the order of their marketplaces' ids.
pub(in crate::sandbox) const ACCOUNTS: [Account; 3] = [
    Account {
        marketplace: "A1PA6795UKMFR9",
        name: "Amazon.de",
        currency: "EUR",
        digits: 2,
        charset: Charset::Windows1252,
        dates: Dates::DayFirst,
        decimal_comma: true,
        gzip: false,
        new_fees: true,
        tax_on_top: None,
        fee_tax: 1900,
        piece_fee: 305,
        subscription: 3900,
        channel_fee: 495,
        days: 14,
        ended: 2,
        before: 3,
    },
    Account {
        marketplace: "A1VC38T7YXB528",
        name: "Amazon.co.jp",
        currency: "JPY",
        digits: 0,
        charset: Charset::ShiftJis,
        dates: Dates::YearFirst,
        decimal_comma: false,
        gzip: true,
        new_fees: false,
        tax_on_top: None,
        fee_tax: 0,
        piece_fee: 434,
        subscription: 4900,
        channel_fee: 610,
        days: 14,
        ended: 3,
        before: 3,
    },
    Account {
        marketplace: "ATVPDKIKX0DER",
        name: "Amazon.com",
        currency: "USD",
        digits: 2,
        charset: Charset::Utf8,
        dates: Dates::YearFirst,
        decimal_comma: false,
        gzip: true,
        new_fees: false,
        tax_on_top: Some(825),
        fee_tax: 0,
        piece_fee: 322,
        subscription: 3999,
        channel_fee: 585,
        days: 7,
        ended: 1,
        before: 4,
    },
];

impl Account {
    /// Beginning and end of a settlement's period, by its number from 0. The shop began at `began`.
    pub(super) fn period(&self, began: Timestamp, number: u32) -> (Timestamp, Timestamp) {
        // Periods end at 23 minutes and 18 seconds past an hour, as Amazon's end at odd times too.
        let hour = began.as_second().div_euclid(3600) * 3600 + 1398;
        let day = 86_400;
        let last = hour - self.ended * day;
        let first = last - i64::from(self.before) * self.days * day;
        let start = first + i64::from(number) * self.days * day;
        let at = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        (at(start), at(start + self.days * day))
    }

    /// `Non-Amazon US` and the like, for orders of other channels.
    pub(super) fn other_channel(&self) -> String {
        let country = match self.marketplace {
            "A1PA6795UKMFR9" => "DE",
            "A1VC38T7YXB528" => "JP",
            _ => "US",
        };
        format!("Non-Amazon {country}")
    }

    /// An amount as a share of another: `hundredths` of a percent of `minor`, rounded half away from zero.
    pub(super) fn share(minor: i64, hundredths: i64) -> i64 {
        divided(minor * hundredths, 10_000)
    }
}

/// `amount / by`, rounded half away from zero.
pub(super) fn divided(amount: i64, by: i64) -> i64 {
    let half = by / 2;
    if amount < 0 { -((-amount + half) / by) } else { (amount + half) / by }
}

/// Whole days after an instant.
pub(super) fn days_after(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}
