//! Orders that were shipped and are in no settlement yet, by age.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Around, Books, Check, Residue, State, Tally};

/// Days after which an order should have been settled, and after which somebody has to ask.
const SOON: i32 = 14;
const LATE: i32 = 30;

/// An order that waits for its settlement.
#[derive(Debug, Clone)]
pub struct Aged {
    /// The marketplace's number of the order.
    pub order_id: String,
    /// The ERP's.
    pub number: String,
    /// When it was placed.
    pub placed: Option<Date>,
    /// Days since it was shipped.
    pub days: i32,
    /// What is expected for it.
    pub amount: Decimal,
}

impl Aged {
    /// The bucket that it is in.
    #[must_use]
    pub fn bucket(&self) -> &'static str {
        match self.days {
            days if days <= SOON => "up to 14 days",
            days if days <= LATE => "15 to 30 days",
            _ => "more than 30 days",
        }
    }
}

/// The orders that wait, the oldest first.
pub(super) fn of(tally: &Tally, books: &Books, around: &Around) -> Vec<Aged> {
    let settled = |id: &str| {
        around.settled.contains(id) || tally.orders.get(id).is_some_and(|order| order.is_sale || order.is_refund)
    };
    let waiting = books.orders.iter().filter(|order| {
        order.shipped && order.currency == tally.head.currency && !order.grand.is_zero() && !settled(&order.id)
    });
    let mut aged: Vec<Aged> = waiting
        .map(|order| {
            let since = order.changed.or(order.placed).unwrap_or(around.today);
            let days = since.until(around.today).map(|span| span.get_days()).unwrap_or(0).max(0);
            Aged {
                order_id: order.id.clone(),
                number: order.number.clone(),
                placed: order.placed,
                days,
                amount: order.grand,
            }
        })
        .collect();
    aged.sort_by(|a, b| (b.days, &a.order_id).cmp(&(a.days, &b.order_id)));
    aged
}

/// Whether any waits too long.
pub(super) fn check(aged: &[Aged]) -> Check {
    let check = Check::new("unsettled", "Shipped orders are settled");
    let soon = aged.iter().filter(|order| order.days > SOON).count();
    let late = aged.iter().filter(|order| order.days > LATE).count();
    let total: Decimal = aged.iter().map(|order| order.amount).sum();
    let residue = aged.iter().filter(|order| order.days > SOON).map(|order| Residue {
        about: order.order_id.clone(),
        rows: String::new(),
        settlement: None,
        books: Some(order.amount),
        says: format!("{} days since it was shipped, as {}", order.days, order.number),
    });
    let check = check.with(residue.collect());
    match (aged.len(), soon) {
        (0, _) => check.state(State::Ties, "none waits"),
        (all, 0) => check.state(State::Ties, format!("{all} wait, of {total}; none for more than {SOON} days")),
        (all, soon) => {
            let says = format!("{all} wait, of {total}: {soon} for more than {SOON} days, {late} for more than {LATE}");
            check.state(State::Look, says)
        }
    }
}
