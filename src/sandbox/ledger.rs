//! What Amazon owes the seller and why: shipments, refunds and fees as events, and the settlements that sum them up. The
//! settlement reports and the finances operations both tell of these events, and therefore agree.
//!
//! A settlement is made when somebody first looks after its period has ended, and is then fixed: it goes into the
//! journal, and the same bytes are given out for ever. Its rows sum to its total, its period begins where the last one
//! ended, and what it keeps in reserve the next one gives back.

mod account;
mod activity;
mod event;
mod refund;
mod report;
mod shipment;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use account::{ACCOUNTS, Account, Charset};
pub(super) use event::{Event, Item, Kind};

use super::journal::Entry;
use super::key;
use super::shop::Shop;
use super::world::{World, locked};

/// How long after the end of its period the report of a settlement is there.
const MADE_AFTER: SignedDuration = SignedDuration::from_hours(4);
/// When the money is paid out.
const PAID_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// A settlement as it was closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settlement {
    /// Amazon's number of it.
    pub(super) id: String,
    pub(super) report_id: String,
    pub(super) document_id: String,
    /// The marketplace's id.
    pub(super) marketplace: String,
    /// Which one it is of its account, from 0.
    pub(super) number: u32,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) deposit: Timestamp,
    /// When the report was made.
    pub(super) created: Timestamp,
    /// What is paid out, in minor units; less than zero where the seller owes it.
    pub(super) total: i64,
    /// What is held back, in minor units.
    pub(super) reserve: i64,
    /// Rows of the report, without the first that holds the totals.
    pub(super) rows: usize,
    /// The report's bytes, in the marketplace's charset, base64.
    text: String,
    /// What of which order item it settled: order, item, pieces so far.
    pieces: Vec<(String, String, i64)>,
    /// The orders that were settled in it for the first time.
    orders: Vec<String>,
    /// The refunds in it.
    refunds: Vec<String>,
}

/// A refund that somebody asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RefundOrder {
    pub(super) id: String,
    pub(super) order_id: String,
    pub(super) at: Timestamp,
    /// Items and pieces; all of the order where there are none.
    pub(super) items: Vec<(String, i64)>,
}

/// What was settled so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    settlements: Vec<Settlement>,
    pieces: HashMap<(String, String), i64>,
    orders: BTreeSet<String>,
    refunded: BTreeSet<String>,
    asked: BTreeMap<String, RefundOrder>,
    brought: Vec<Value>,
}

impl Settlement {
    /// The report's bytes.
    pub(super) fn text(&self) -> Vec<u8> {
        STANDARD.decode(&self.text).unwrap_or_default()
    }

    /// The account that it is of.
    pub(super) fn account(&self) -> &'static Account {
        ACCOUNTS.iter().find(|account| account.marketplace == self.marketplace).unwrap_or(&ACCOUNTS[0])
    }
}

impl Ledger {
    /// The settlements there are, as they were closed.
    pub(super) fn settlements(&self) -> &[Settlement] {
        &self.settlements
    }

    /// Reports that were brought in as somebody wrote them, without documents.
    pub(super) fn brought(&self) -> &[Value] {
        &self.brought
    }

    /// What getReportDocument answers for one of them, as it was brought in.
    pub(super) fn brought_document(&self, id: &str) -> Option<Value> {
        self.brought.iter().find(|one| one["reportDocumentId"] == id && one["url"].is_string()).cloned()
    }

    /// Puts an entry into effect.
    pub(super) fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Settled(settlement) => {
                for (order, item, pieces) in &settlement.pieces {
                    self.pieces.insert((order.clone(), item.clone()), *pieces);
                }
                self.orders.extend(settlement.orders.iter().cloned());
                self.refunded.extend(settlement.refunds.iter().cloned());
                self.settlements.push((**settlement).clone());
            }
            Entry::Refund(refund) => {
                self.asked.insert(refund.id.clone(), refund.clone());
            }
            Entry::Report { text } => {
                let Ok(report) = serde_json::from_str::<Value>(text) else { return };
                // The later word about a report is the one that counts.
                let same = |one: &Value| one["reportId"].is_string() && one["reportId"] == report["reportId"];
                self.brought.retain(|one| !same(one));
                self.brought.push(report);
            }
            _ => {}
        }
    }

    /// The entry of a refund that is asked for now.
    pub(super) fn refund(
        &self,
        order: &Value,
        items: Vec<(String, i64)>,
        now: Timestamp,
    ) -> Result<(Entry, Event), String> {
        let order_id = order["orderId"].as_str().unwrap_or_default();
        let place = self.asked.values().filter(|refund| refund.order_id == order_id).count();
        let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let id = key::hex(&["refund asked", order_id, &place.to_string()], 16);
        let asked = RefundOrder { id, order_id: order_id.to_owned(), at, items };
        let event =
            refund::asked(order, &asked).ok_or("nothing of these items was shipped, or the order is unknown")?;
        Ok((Entry::Refund(asked), event))
    }

    /// Closes what has ended by `now`, one settlement after the other.
    fn close_next(&self, shop: &Shop, seed: u64, now: Timestamp) -> Option<Settlement> {
        let due = ACCOUNTS.iter().filter_map(|account| {
            let number = self.of(account).count();
            let period = account.period(shop.start(), u32::try_from(number).ok()?);
            (period.1 + MADE_AFTER <= now).then_some((period.1, account, number, period))
        });
        let (_, account, number, (start, end)) = due.min_by_key(|(end, account, ..)| (*end, account.marketplace))?;
        let last = self.of(account).last();
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let mut settled = Settling::default();
        let mut events = self.sales(shop, account, (start, end), &mut settled);
        let seen: Vec<String> = self.orders.iter().chain(&settled.orders).cloned().collect();
        events.extend(activity::of(account, seed, number, (start, end), &seen));
        events.sort_by(|a, b| (a.posted, &a.id).cmp(&(b.posted, &b.id)));
        let net = activity::carried(account, last, start, &mut events);
        let reserve = activity::reserve(account, number, net, end, &mut events);
        let total = net - reserve;
        let id = 10_000_000_000
            + key::number(&["settlement", &seed.to_string(), account.marketplace, &number.to_string()])
                % 80_000_000_000;
        let report_id = (50_000_000_000 + id / 7).to_string();
        let uuid = key::hex(&["document", &id.to_string()], 32);
        let document_id = format!(
            "amzn1.spdoc.1.4.na.{}-{}-{}-{}-{}.T{}.2650",
            &uuid[..8],
            &uuid[8..12],
            &uuid[12..16],
            &uuid[16..20],
            &uuid[20..32],
            key::hex(&["part", &uuid], 13).to_uppercase()
        );
        let head = report::Head { id: id.to_string(), start, end, deposit: end + PAID_AFTER, total };
        let (text, rows) = report::write(account, &head, &events);
        Some(Settlement {
            id: id.to_string(),
            report_id,
            document_id,
            marketplace: account.marketplace.to_owned(),
            number,
            start,
            end,
            deposit: head.deposit,
            created: end + MADE_AFTER,
            total,
            reserve,
            rows,
            text: STANDARD.encode(text),
            pieces: settled.pieces,
            orders: settled.orders,
            refunds: settled.refunds,
        })
    }

    fn of(&self, account: &Account) -> impl Iterator<Item = &Settlement> {
        self.settlements.iter().filter(|one| one.marketplace == account.marketplace)
    }

    /// The shipments and refunds of an account that were not settled yet and belong into a period.
    fn sales(
        &self,
        shop: &Shop,
        account: &'static Account,
        (start, end): (Timestamp, Timestamp),
        settled: &mut Settling,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let fitting = |row: &&super::shop::Row| {
            row.marketplace == account.marketplace && matches!(&*row.status, "SHIPPED" | "PARTIALLY_SHIPPED")
        };
        for row in shop.rows_from(Timestamp::MIN, "", false).filter(fitting) {
            if row.updated >= end {
                continue;
            }
            let Some(order) = shop.order(&row.id) else { continue };
            let done = |item: &str| self.pieces.get(&(row.id.to_string(), item.to_owned())).copied().unwrap_or(0);
            let posted = shipment::posted(&order, row.updated);
            if posted < end
                && let Some(mut event) = shipment::event(account, &order, posted, done)
            {
                event.posted = posted.max(start);
                for item in &event.items {
                    settled.pieces.push((
                        event.order_id.clone(),
                        item.order_item_id.clone(),
                        done(&item.order_item_id) + item.quantity,
                    ));
                }
                if !self.orders.contains(&event.order_id) {
                    settled.orders.push(event.order_id.clone());
                }
                events.push(event);
            }
            let natural = refund::natural(account, &order, row.updated);
            let asked = self.asked.values().filter(|asked| asked.order_id == *row.id);
            let asked = asked.filter_map(|asked| refund::asked(&order, asked));
            for mut event in natural.into_iter().chain(asked) {
                if event.posted < end && !self.refunded.contains(&event.id) {
                    event.posted = event.posted.max(start);
                    settled.refunds.push(event.id.clone());
                    events.push(event);
                }
            }
        }
        events
    }
}

#[derive(Debug, Default)]
struct Settling {
    pieces: Vec<(String, String, i64)>,
    orders: Vec<String>,
    refunds: Vec<String>,
}

/// Closes every settlement whose time has come. What cannot be written down is tried again by the next request.
pub(super) fn close(world: &World) -> Result<(), String> {
    let now = world.clock.now();
    loop {
        let shop = locked(&world.shop);
        let mut ledger = locked(&world.ledger);
        let Some(settlement) = ledger.close_next(&shop, shop.seed(), now) else { return Ok(()) };
        let entry = Entry::Settled(Box::new(settlement));
        world.journal.write(std::slice::from_ref(&entry))?;
        ledger.apply(&entry);
    }
}

/// The shipments and refunds that were posted from `from` on and before `to`, in the order of their time; what is
/// deferred is told with the instant of its release. For the finances operations, which tell of them within minutes.
pub(super) fn events(world: &World, from: Timestamp, to: Timestamp) -> Vec<Event> {
    let shop = locked(&world.shop);
    let ledger = locked(&world.ledger);
    let mut events = Vec::new();
    for row in shop.rows_from(Timestamp::MIN, "", false) {
        let Some(account) = ACCOUNTS.iter().find(|account| row.marketplace == account.marketplace) else { continue };
        if !matches!(&*row.status, "SHIPPED" | "PARTIALLY_SHIPPED") {
            continue;
        }
        let Some(order) = shop.order(&row.id) else { continue };
        let posted = shipment::posted(&order, row.updated);
        events.extend(shipment::event(account, &order, posted, |_| 0));
        events.extend(refund::natural(account, &order, row.updated));
        let asked = ledger.asked.values().filter(|asked| asked.order_id == *row.id);
        events.extend(asked.filter_map(|asked| refund::asked(&order, asked)));
    }
    events.retain(|event| event.posted >= from && event.posted < to);
    events.sort_by(|a, b| (a.posted, &a.id).cmp(&(b.posted, &b.id)));
    events
}
