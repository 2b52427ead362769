//! What a settlement holds besides sales: subscriptions, advertising, storage, reimbursements, corrections, and what
//! links it to the settlement before and after. Which of it a settlement has follows from its number, so that every
//! account shows all of it within its first few.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Settlement;
use super::account::{Account, divided};
use super::event::{Event, Kind};
use crate::sandbox::key;

/// What of a settlement's money Amazon holds back, in hundredths of a percent.
const HELD: i64 = 1000;

struct Maker<'a> {
    account: &'static Account,
    seed: u64,
    number: u32,
    period: (Timestamp, Timestamp),
    events: &'a mut Vec<Event>,
}

impl Maker<'_> {
    fn id(&self, what: &str) -> String {
        key::hex(&["activity", &self.seed.to_string(), self.account.marketplace, &self.number.to_string(), what], 24)
    }

    fn dice(&self, what: &str) -> i64 {
        let parts = ["activity dice", &self.seed.to_string(), self.account.marketplace, &self.number.to_string(), what];
        i64::try_from(key::number(&parts) % 1_000_000).unwrap_or(0)
    }

    /// An instant within the period, so many hundredths of it after its start.
    fn at(&self, hundredths: i64) -> Timestamp {
        let (start, end) = (self.period.0.as_second(), self.period.1.as_second());
        Timestamp::from_second(start + (end - start) * hundredths / 100).unwrap_or(self.period.0)
    }

    /// In the currency's minor units, of cents or their like.
    fn money(&self, cents: i64) -> i64 {
        if self.account.digits == 0 { cents * 3 / 2 } else { cents }
    }

    fn push(&mut self, what: &str, transaction: &str, hundredths: i64, amounts: &[(&str, &str, i64)]) -> &mut Event {
        let event = Event::of_account(self.account, self.id(what), transaction, self.at(hundredths));
        let event =
            amounts.iter().fold(event, |event, (kind, description, minor)| event.with(kind, description, *minor));
        self.events.push(event);
        let last = self.events.len() - 1;
        &mut self.events[last]
    }

    /// A fee as the account tells of fees: by base, tax and discount, or in one line.
    fn fee(&mut self, name: &str, older: &str, hundredths: i64, minor: i64, discount: i64, shipment: &str) {
        if self.account.new_fees {
            let tax = Account::share(minor - discount, self.account.fee_tax);
            let mut amounts = vec![(name, "Base fee", -minor), (name, "Tax on fee", -tax)];
            if discount > 0 {
                amounts.push((name, "Discount on Fee", discount));
            }
            // An FBA shipment stands where an order would.
            self.push(name, "FBAFees", hundredths, &amounts).order_id = shipment.to_owned();
        } else {
            self.push(name, "other-transaction", hundredths, &[("other-transaction", older, discount - minor)]);
        }
    }

    fn shipment_id(&self) -> String {
        format!(
            "FBA15{}",
            key::hex(&["fba shipment", self.account.marketplace, &self.number.to_string()], 7).to_uppercase()
        )
    }
}

/// The events of the settlement with that number; `orders` are those that were settled so far.
pub(super) fn of(
    account: &'static Account,
    seed: u64,
    number: u32,
    period: (Timestamp, Timestamp),
    orders: &[String],
) -> Vec<Event> {
    let mut events = Vec::new();
    let mut make = Maker { account, seed, number, period, events: &mut events };
    subscription(&mut make);
    advertising(&mut make);
    amazon_warehouse(&mut make);
    corrections(&mut make, orders);
    if number == 0 {
        make.push("micro deposit", "Transfers", 3, &[("Micro Deposit", "Micro Deposit", -1)]);
    }
    events
}

/// Once a month, on the third.
fn subscription(make: &mut Maker<'_>) {
    let third = |at: Timestamp| {
        let day = TimeZone::UTC.to_datetime(at).date();
        day.first_of_month().at(6, 12, 40, 0).checked_add(jiff::Span::new().days(2)).ok()
    };
    let (start, end) = make.period;
    let candidates = [third(start), third(end)].into_iter().flatten();
    let due = candidates.filter_map(|at| TimeZone::UTC.to_timestamp(at).ok()).find(|at| *at >= start && *at < end);
    // A new account pays at once.
    let at = due.or((make.number == 0).then(|| make.at(1)));
    let Some(at) = at else { return };
    let minor = -make.account.subscription;
    // The spelling of this one drifts.
    let transaction = if make.account.new_fees { "Other-Transaction" } else { "other-transaction" };
    make.push("subscription", transaction, 0, &[("other-transaction", "Subscription Fee", minor)]).posted = at;
}

/// On several days, so that a period across the end of a month has some in both.
fn advertising(make: &mut Maker<'_>) {
    for (place, hundredths) in [18, 47, 76, 97].into_iter().enumerate() {
        let cents = 300 + make.dice(&format!("ads {place}")) % 1500;
        let minor = -make.money(cents);
        let what = format!("ads {place}");
        make.push(&what, "ServiceFee", hundredths, &[("Cost of Advertising", "TransactionTotalAmount", minor)]);
    }
    if make.number % 2 == 1 {
        let (name, minor) = match make.account.currency {
            "EUR" => ("„Tee & mehr“ – Spar-Coupon", -make.money(180)),
            "JPY" => ("お茶クーポン５％ＯＦＦ", -make.money(120)),
            _ => ("Tea & more - \"5% off\"", -make.money(240)),
        };
        make.push("coupon", "CouponRedemptionFee", 33, &[("CouponRedemptionFee", name, minor)]);
    }
}

/// What lies with Amazon and goes there.
fn amazon_warehouse(make: &mut Maker<'_>) {
    let shipment = make.shipment_id();
    if make.number == 0 {
        let minor = make.money(2450);
        make.fee("FBA Inbound Placement Service Fee", "FBAInboundTransportationFee", 12, minor, 0, &shipment);
    }
    let storage = make.money(1100 + make.dice("storage") % 700);
    let discount = if make.number % 3 == 2 { make.money(150) } else { 0 };
    make.fee("FBA Inventory Storage Fee", "Storage Fee", 40, storage, discount, "");
    if make.number % 3 == 1 {
        let minor = make.money(310);
        // Amazon renames what it charges.
        make.fee("FBA Long Term Storage Fee", "StorageRenewalBilling", 41, minor, 0, "");
        let lost = make.money(9000 + make.dice("lost") % 4000);
        let kind = "FBA Inventory Reimbursement";
        make.push("lost", "other-transaction", 55, &[(kind, "WAREHOUSE_LOST", lost)]);
    }
    if make.number % 3 == 2 {
        let minor = make.money(475);
        make.push("defect", "other-transaction", 61, &[("Inbound Defect Fee", "Base fee", -minor)]);
        // Taken back, and without anything that says of what.
        make.push("defect back", "other-transaction", 64, &[("Inbound Defect Fee", "Base fee - Reversal", minor)]);
        let removal = make.money(160);
        make.fee("FBA Removal Order: Disposal Fee", "DisposalComplete", 66, removal, 0, "");
    }
    if make.account.currency == "EUR" && make.number >= 1 {
        let year = TimeZone::UTC.to_datetime(make.period.0).year();
        let name = format!("Eco-contribution for EPR Pay on Behalf - DE - Packaging - (Period {year})");
        let minor = make.money(215);
        let tax = Account::share(minor, make.account.fee_tax);
        make.push("epr", "AmazonFees", 70, &[(&name, "Base fee", -minor), (&name, "Tax on fee", -tax)]);
    }
}

/// What is put right of orders that were settled before.
fn corrections(make: &mut Maker<'_>, orders: &[String]) {
    let own: Vec<&String> = orders.iter().filter(|id| !id.starts_with("S01-")).collect();
    let Some(order) = own.get(usize::try_from(make.dice("order")).unwrap_or(0) % own.len().max(1)) else { return };
    if make.number.is_multiple_of(2) {
        let minor = make.money(799);
        let kind = "FBA Inventory Reimbursement";
        let event = make.push("reversal", "other-transaction", 72, &[(kind, "REVERSAL_REIMBURSEMENT", minor)]);
        event.order_id = (*order).clone();
    }
    if make.account.tax_on_top.is_some() {
        let tax = make.money(37);
        let amounts = [("ItemPrice", "Tax", tax), ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal", -tax)];
        let event = make.push("retrocharge", "Order_Retrocharge", 84, &amounts);
        event.kind = Kind::Retrocharge;
        event.order_id = (*order).clone();
        event.marketplace_name = event.account.name.to_owned();
    }
}

/// Brings in what the last settlement left: its reserve, or what the seller owed and a card paid. Gives the sum of all
/// events, with these.
pub(super) fn carried(
    account: &'static Account,
    last: Option<&Settlement>,
    start: Timestamp,
    events: &mut Vec<Event>,
) -> i64 {
    let mut first = Vec::new();
    if let Some(last) = last {
        let kind = "other-transaction";
        let event = |what: &str| Event::of_account(account, key::hex(&[what, &last.id], 24), kind, start);
        if last.reserve != 0 {
            first.push(event("previous reserve").with(kind, "Previous Reserve Amount Balance", last.reserve));
        }
        if last.total < 0 {
            first.push(event("payable").with(kind, "Payable to Amazon", last.total));
            first.push(event("charge").with(kind, "Successful charge", -last.total));
        }
    }
    events.splice(0..0, first);
    events.iter().map(Event::total).sum()
}

/// Holds back a share of what would be paid out; all of it in an account's second settlement, which then pays nothing.
pub(super) fn reserve(
    account: &'static Account,
    number: u32,
    net: i64,
    end: Timestamp,
    events: &mut Vec<Event>,
) -> i64 {
    let held = match (net, number) {
        (..=0, _) => 0,
        (net, 1) => net,
        (net, _) => divided(net * HELD, 10_000),
    };
    if held != 0 {
        let at = Timestamp::from_second(end.as_second() - 1).unwrap_or(end);
        let id = key::hex(&["reserve", account.marketplace, &number.to_string()], 24);
        let kind = "other-transaction";
        events.push(Event::of_account(account, id, kind, at).with(kind, "Current Reserve Amount", -held));
    }
    held
}
