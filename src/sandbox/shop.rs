//! The seller's shop on the simulated Amazon. An order is a function of seed, size and starting instant, and is made
//! when somebody looks at it; only orders that were changed or brought in from outside are held whole.

mod assortment;
mod catalog;
mod change;
mod order;
mod people;
mod proceeds;
mod traits;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

pub(super) use assortment::{Article, Assortment, Offer, markets};
pub(super) use catalog::{Market, PROMOTIONS};
pub(super) use change::{Change, later_than};

use super::journal::Entry;
use traits::Plan;

/// What a search looks at without seeing the order itself.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Arc<str>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) marketplace: Cow<'static, str>,
    pub(super) status: Cow<'static, str>,
    pub(super) fulfilled_by: Cow<'static, str>,
    /// Its place in the plan; none for an order that was brought in.
    index: Option<u32>,
}

/// A product of which there is less than its one order wants.
#[derive(Debug)]
pub(super) struct Scarce {
    pub(super) sku: String,
    pub(super) on_hand: u32,
}

/// All orders, in the order in which Amazon tells of them.
#[derive(Debug)]
pub(super) struct Shop {
    plan: Plan,
    rows: BTreeMap<(Timestamp, Arc<str>), Row>,
    ids: HashMap<Arc<str>, Timestamp>,
    changed: HashMap<Arc<str>, Arc<str>>,
    batches: u64,
}

impl Shop {
    /// The shop as it is at `start`.
    pub(super) fn new(seed: u64, count: usize, start: Timestamp) -> Self {
        let plan = Plan { seed, start };
        let mut shop = Self { plan, rows: BTreeMap::new(), ids: HashMap::new(), changed: HashMap::new(), batches: 0 };
        for index in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let traits = plan.traits(index);
            shop.place(Row {
                id: traits.id.as_str().into(),
                created: traits.created,
                updated: traits.updated,
                marketplace: traits.market.id.into(),
                status: traits.status.into(),
                fulfilled_by: traits.fulfilled_by.into(),
                index: Some(index),
            });
        }
        shop
    }

    /// What it is made from.
    pub(super) fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// When it began.
    pub(super) fn start(&self) -> Timestamp {
        self.plan.start
    }

    /// The rows from that place on; `past` leaves out the place itself.
    pub(super) fn rows_from(&self, updated: Timestamp, id: &str, past: bool) -> impl Iterator<Item = &Row> {
        let place = (updated, Arc::from(id));
        let from = if past { Bound::Excluded(place) } else { Bound::Included(place) };
        self.rows.range((from, Bound::Unbounded)).map(|(_, row)| row)
    }

    /// The whole order, with every block.
    pub(super) fn order(&self, id: &str) -> Option<Value> {
        if let Some(text) = self.changed.get(id) {
            return serde_json::from_str(text).ok();
        }
        let index = self.row(id)?.index?;
        Some(order::json(self.plan, index, None))
    }

    /// The products that are short, each wanted by exactly one order.
    pub(super) fn scarce(&self) -> impl Iterator<Item = Scarce> {
        self.rows.values().filter_map(|row| traits::scarce(row.index?))
    }

    /// The entries that bring in an order, or replace one, as somebody wrote it.
    pub(super) fn bring_in(&self, id: &str, order: &Value) -> Result<Vec<Entry>, String> {
        let entry = Entry::Order { text: order.to_string().into() };
        let row = row_of(order).ok_or("orderId, createdTime, lastUpdatedTime and orderItems are wanted")?;
        if &*row.id != id {
            return Err(format!("the orderId is {}, and the address says {id}", row.id));
        }
        Ok(vec![entry])
    }

    /// The entries of one change, and the order as it is then.
    pub(super) fn change(&self, id: &str, change: &Change, now: Timestamp) -> Result<(Vec<Entry>, Value), String> {
        let order = self.order(id).ok_or_else(|| format!("the shop has no order {id}"))?;
        let index = self.row(id).and_then(|row| row.index);
        let fresh = index.map(|index| order::json(self.plan, index, Some("UNSHIPPED")));
        let changed = change.apply(order, fresh, now)?;
        Ok((vec![Entry::Order { text: changed.to_string().into() }], changed))
    }

    /// The entries of a batch that changes about `percent` of the orders that can still change: most pending ones are
    /// confirmed, some orders are cancelled in whole or in part, some are shipped.
    pub(super) fn evolve(&self, percent: u8, now: Timestamp) -> (Vec<Entry>, BTreeMap<&'static str, usize>) {
        let batch = self.batches + 1;
        let mut entries = vec![Entry::Evolved { batches: batch }];
        let mut tally = BTreeMap::new();
        for row in self.rows.values() {
            let dice = super::key::number(&["evolve", &self.plan.seed.to_string(), &batch.to_string(), &row.id]);
            if dice % 100 >= u64::from(percent) {
                continue;
            }
            let Some((kind, change)) = self.fate(row, dice / 100) else { continue };
            if let Ok((changed, _)) = self.change(&row.id, &change, now) {
                entries.extend(changed);
                *tally.entry(kind).or_default() += 1;
            }
        }
        (entries, tally)
    }

    fn fate(&self, row: &Row, dice: u64) -> Option<(&'static str, Change)> {
        let status = |status: &str| Change::Status(status.to_owned());
        match (&*row.status, dice % 10) {
            ("PENDING", 0) | ("UNSHIPPED", 0..=2) => Some(("cancelled", status("CANCELLED"))),
            ("PENDING", _) => Some(("confirmed", status("UNSHIPPED"))),
            ("UNSHIPPED", 3..=6) => {
                let order = self.order(&row.id)?;
                let item =
                    order["orderItems"].as_array()?.iter().find(|item| item["quantityOrdered"].as_u64() > Some(0))?;
                let id = item["orderItemId"].as_str()?.to_owned();
                // The last piece of the only line would be the whole order.
                let pieces: u64 =
                    order["orderItems"].as_array()?.iter().filter_map(|i| i["quantityOrdered"].as_u64()).sum();
                match pieces {
                    0 | 1 => Some(("cancelled", status("CANCELLED"))),
                    _ => Some(("cancelled_in_part", Change::CancelItem { order_item_id: id, quantity: 1 })),
                }
            }
            ("UNSHIPPED", _) => Some(("shipped", status("SHIPPED"))),
            _ => None,
        }
    }

    /// Every parcel that was confirmed, with its order: what Amazon was told, without the time at which it was.
    pub(super) fn confirmed(&self) -> Vec<Value> {
        let mut ids: Vec<&Arc<str>> = self.changed.keys().collect();
        ids.sort_unstable();
        let orders = ids.into_iter().filter_map(|id| self.order(id));
        let parcels = orders.flat_map(|order| {
            let packages = order["packages"].as_array().cloned().unwrap_or_default();
            packages.into_iter().map(move |mut package| {
                if let Some(fields) = package.as_object_mut() {
                    fields.shift_remove("createdTime");
                    fields.insert("orderId".to_owned(), order["orderId"].clone());
                }
                package
            })
        });
        parcels.collect()
    }

    /// Puts an entry into effect.
    pub(super) fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Evolved { batches } => self.batches = *batches,
            Entry::Order { text } => {
                let Some(mut row) = serde_json::from_str(text).ok().and_then(|order| row_of(&order)) else { return };
                row.index = self.row(&row.id).and_then(|row| row.index);
                self.changed.insert(Arc::clone(&row.id), Arc::clone(text));
                self.place(row);
            }
            _ => {}
        }
    }

    fn row(&self, id: &str) -> Option<&Row> {
        let (id, updated) = self.ids.get_key_value(id)?;
        self.rows.get(&(*updated, Arc::clone(id)))
    }

    fn place(&mut self, row: Row) {
        if let Some(before) = self.ids.insert(Arc::clone(&row.id), row.updated) {
            self.rows.remove(&(before, Arc::clone(&row.id)));
        }
        self.rows.insert((row.updated, Arc::clone(&row.id)), row);
    }
}

fn row_of(order: &Value) -> Option<Row> {
    let text = |value: &Value| Cow::Owned(value.as_str().unwrap_or_default().to_owned());
    let instant = |name: &str| order[name].as_str()?.parse().ok();
    order["orderItems"].as_array()?;
    Some(Row {
        id: order["orderId"].as_str()?.into(),
        created: instant("createdTime")?,
        updated: instant("lastUpdatedTime")?,
        marketplace: text(&order["salesChannel"]["marketplaceId"]),
        status: text(&order["fulfillment"]["fulfillmentStatus"]),
        fulfilled_by: text(&order["fulfillment"]["fulfilledBy"]),
        index: None,
    })
}
