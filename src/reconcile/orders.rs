//! The settlement against the ERP's orders, invoices and payments.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::tally::{OrderSum, many, rows as rows_of};
use super::{Around, Books, Check, Order, Residue, State, Tally, money};

/// What a part of an order may be off by, because both sides round it on their own.
const ROUNDING: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// Orders, refunds, pieces, payments, invoices.
pub(super) fn checks(tally: &Tally, books: &Books, around: &Around) -> Vec<Check> {
    let known: BTreeMap<&str, &Order> = books.orders.iter().map(|order| (order.id.as_str(), order)).collect();
    vec![
        sales(tally, &known),
        refunds(tally, &known, around),
        units(tally, &known),
        payments(tally, books),
        invoices(tally, books),
    ]
}

fn sold(tally: &Tally) -> impl Iterator<Item = (&String, &OrderSum)> {
    tally.orders.iter().filter(|(_, order)| order.is_sale)
}

fn residue(about: &str, order: &OrderSum, settlement: Decimal, books: Option<Decimal>, says: String) -> Residue {
    Residue { about: about.to_owned(), rows: rows_of(order.span), settlement: Some(settlement), books, says }
}

/// What was paid for an order is what the ERP has it for.
fn sales(tally: &Tally, known: &BTreeMap<&str, &Order>) -> Check {
    let check = Check::new("orders", "Orders come to what the ERP has them for");
    let (mut settled, mut expected, mut part) = (Decimal::ZERO, Decimal::ZERO, 0);
    let mut off = Vec::new();
    for (id, order) in sold(tally) {
        settled += order.sold;
        let Some(erp) = known.get(id.as_str()) else {
            let says = "the ERP has no such order".to_owned();
            off.push(residue(id, order, order.sold, None, says));
            continue;
        };
        let ordered: Decimal = erp.lines.iter().map(|line| line.quantity).sum();
        let whole = order.units >= ordered;
        let wanted = if whole { erp.grand } else { part_of(order, erp) };
        part += u64::from(!whole);
        expected += wanted;
        let allowed = if whole { Decimal::ZERO } else { ROUNDING };
        if (order.sold - wanted).abs() > allowed {
            let says = match whole {
                true => format!("{} is {}", erp.number, erp.status),
                false => format!("{} of {} pieces of {}", order.units.normalize(), ordered.normalize(), erp.number),
            };
            off.push(residue(id, order, order.sold, Some(wanted), says));
        }
    }
    let all = sold(tally).count();
    let parts = if part == 0 { String::new() } else { format!(", {part} of them in part") };
    let check = check.amounts(settled, expected);
    match (all, off.len()) {
        (0, _) => check.state(State::Ties, "no order was settled"),
        (all, 0) => check.state(State::Ties, format!("{}{parts}", many(all, "order"))),
        (all, wrong) => check.state(State::Differs, format!("{wrong} of {}", many(all, "order"))).with(off),
    }
}

/// What the ERP expects for the pieces of an order that were settled.
fn part_of(order: &OrderSum, erp: &Order) -> Decimal {
    let part = order.items.iter().map(|(item, (_, pieces))| {
        let line = erp.lines.iter().find(|line| line.reference == *item && !line.quantity.is_zero());
        line.map_or(Decimal::ZERO, |line| line.net * *pieces / line.quantity)
    });
    part.sum::<Decimal>().round_dp(2)
}

/// Every refund is of an order that is known, and that was settled before.
fn refunds(tally: &Tally, known: &BTreeMap<&str, &Order>, around: &Around) -> Check {
    let check = Check::new("refunds", "Refunds are of orders that were sold");
    let (mut all, mut early, mut total) = (0, 0, Decimal::ZERO);
    let (mut off, mut notes) = (Vec::new(), Vec::new());
    for (id, order) in tally.orders.iter().filter(|(_, order)| order.is_refund) {
        all += 1;
        total += order.refunded;
        let Some(erp) = known.get(id.as_str()) else {
            off.push(residue(id, order, order.refunded, None, "the ERP has no such order".to_owned()));
            continue;
        };
        if order.refunded < -erp.grand {
            let says = format!("more is refunded than {} comes to", erp.number);
            off.push(residue(id, order, order.refunded, Some(-erp.grand), says));
        } else if !order.is_sale && !around.settled.contains(id) {
            early += 1;
            let says = format!("refunded before {} was settled; its sale is still to come", erp.number);
            notes.push(residue(id, order, order.refunded, None, says));
        }
    }
    let check = Check { settlement: Some(total), ..check };
    match (all, off.len(), early) {
        (0, ..) => check.state(State::Ties, "there are none"),
        (all, 0, 0) => check.state(State::Ties, format!("{} of {}", many(all, "refund"), money(-total))),
        (all, 0, early) => {
            check.state(State::Look, format!("{early} of {} before the order", many(all, "refund"))).with(notes)
        }
        (all, wrong, _) => {
            off.extend(notes);
            check.state(State::Differs, format!("{wrong} of {} without an order", many(all, "refund"))).with(off)
        }
    }
}

/// No more pieces were sold than the ERP has in the orders, or has shipped of those that it ships itself.
fn units(tally: &Tally, known: &BTreeMap<&str, &Order>) -> Check {
    let check = Check::new("units", "No more pieces were sold than ordered and shipped");
    let mut settled = Decimal::ZERO;
    let (mut off, mut early) = (Vec::new(), 0);
    for (id, order) in sold(tally) {
        let Some(erp) = known.get(id.as_str()) else { continue };
        let ordered: Decimal = erp.lines.iter().map(|line| line.quantity).sum();
        let shipped: Decimal = erp.lines.iter().map(|line| line.shipped).sum();
        settled += order.units;
        if order.units > ordered {
            let says = format!("pieces; {} has fewer", erp.number);
            off.push(residue(id, order, order.units, Some(ordered), says));
        } else if !shipped.is_zero() && order.units > shipped {
            early += 1;
            let says = format!("pieces; {} is {}, and fewer were shipped", erp.number, erp.status);
            off.push(residue(id, order, order.units, Some(shipped), says));
        }
    }
    match off.len() {
        0 => check.state(State::Ties, format!("{} pieces", settled.normalize())),
        all if all == early => {
            check.state(State::Look, format!("{} with more than was shipped", many(early, "order"))).with(off)
        }
        all => check.state(State::Differs, format!("{} with too many", many(all, "order"))).with(off),
    }
}

/// What was booked as paid for an order is what the settlement says of it.
fn payments(tally: &Tally, books: &Books) -> Check {
    let check = Check::new("payments", "Payments are what the settlement says");
    if books.payments.is_empty() {
        return check.state(State::Open, "no payments were booked for this settlement");
    }
    let mut paid: BTreeMap<&str, Decimal> = BTreeMap::new();
    for payment in &books.payments {
        *paid.entry(payment.order_id.as_str()).or_default() += payment.amount;
    }
    let invoiced = |id: &str| books.invoices.iter().any(|invoice| invoice.order_id == id);
    let (mut settled, mut booked) = (Decimal::ZERO, Decimal::ZERO);
    let mut off = Vec::new();
    for (id, order) in &tally.orders {
        let net = order.sold + order.refunded;
        let payment = paid.remove(id.as_str());
        settled += if payment.is_some() { net } else { Decimal::ZERO };
        booked += payment.unwrap_or_default();
        match payment {
            Some(amount) if amount == net => {}
            Some(amount) => off.push(residue(id, order, net, Some(amount), "another amount was booked".to_owned())),
            None if order.is_sale && !order.sold.is_zero() && invoiced(id) => {
                off.push(residue(id, order, net, Some(Decimal::ZERO), "its invoice got no payment".to_owned()));
            }
            None => {}
        }
    }
    for (id, amount) in paid {
        off.push(Residue {
            about: id.to_owned(),
            rows: String::new(),
            settlement: Some(Decimal::ZERO),
            books: Some(amount),
            says: "was booked, and the settlement does not name the order".to_owned(),
        });
    }
    let check = check.amounts(settled, booked);
    match off.len() {
        0 => check.state(State::Ties, many(books.payments.len(), "payment")),
        wrong => check.state(State::Differs, many(wrong, "order")).with(off),
    }
}

/// What the settlement sold is paid in the ERP.
fn invoices(tally: &Tally, books: &Books) -> Check {
    let check = Check::new("invoices", "Invoices of settled orders are paid");
    let mine: Vec<_> = books
        .invoices
        .iter()
        .filter(|invoice| tally.orders.get(&invoice.order_id).is_some_and(|order| order.is_sale))
        .collect();
    if mine.is_empty() {
        return check.state(State::Open, "the ERP has no invoices for these orders");
    }
    let open: Vec<Residue> = mine
        .iter()
        .filter(|invoice| !invoice.balance.is_zero())
        .map(|invoice| Residue {
            about: format!("{} {}", invoice.order_id, invoice.number),
            rows: tally.orders.get(&invoice.order_id).map(|order| rows_of(order.span)).unwrap_or_default(),
            settlement: tally.orders.get(&invoice.order_id).map(|order| order.sold),
            books: Some(invoice.total - invoice.balance),
            says: match invoice.balance.is_sign_negative() {
                true => format!("{} are owed to the buyer", money(-invoice.balance)),
                false => format!("{} of {} are open", money(invoice.balance), money(invoice.total)),
            },
        })
        .collect();
    let balance: Decimal = mine.iter().map(|invoice| invoice.balance).sum();
    let total: Decimal = mine.iter().map(|invoice| invoice.total).sum();
    let check = check.amounts(total, total - balance);
    match open.len() {
        0 => check.state(State::Ties, many(mine.len(), "invoice")),
        some => check.state(State::Look, format!("{some} of {} not even", many(mine.len(), "invoice"))).with(open),
    }
}
