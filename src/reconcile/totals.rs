//! The file within itself, and against the money.

use rust_decimal::Decimal;

use super::tally::{counted, many, rows as rows_of};
use super::{Around, Books, Check, Residue, State, Tally, money};

/// The rows come to the total.
pub(super) fn rows(tally: &Tally) -> Check {
    let check = Check::new("rows", "The rows come to the settlement's total").amounts(tally.head.total, tally.total);
    let currency = &tally.head.currency;
    if let Some(problem) = &tally.head.problem {
        return check.state(State::Differs, problem.clone());
    }
    let off = tally.total - tally.head.total;
    match off.is_zero() {
        true => check.state(State::Ties, format!("{} of {} {currency}", counted(tally.rows), money(tally.total))),
        false => check.state(State::Differs, format!("the rows are {} {currency} away from the total", money(off))),
    }
}

/// Tax that the marketplace collects and keeps comes to nothing, for every line of an order.
pub(super) fn tax(tally: &Tally) -> Check {
    let check = Check::new("tax", "Tax that the marketplace remits comes to nothing");
    let mut lines = 0;
    let mut residue = Vec::new();
    for (id, order) in &tally.orders {
        for (line, (left, withheld)) in &order.tax {
            if !withheld {
                continue;
            }
            lines += 1;
            if !left.is_zero() {
                residue.push(Residue {
                    about: format!("{id} {line}"),
                    rows: rows_of(order.span),
                    settlement: Some(*left),
                    books: Some(Decimal::ZERO),
                    says: "is left over: the seller's to remit, or the marketplace's mistake".to_owned(),
                });
            }
        }
    }
    let says = match (lines, residue.len()) {
        (0, _) => "no tax was withheld".to_owned(),
        (lines, 0) => format!("it does so on {}", many(lines, "line")),
        (_, off) => format!("on {} something is left", many(off, "line")),
    };
    let state = if residue.is_empty() { State::Ties } else { State::Look };
    check.state(state, says).with(residue)
}

/// What is paid out is what the journals expect at the bank, and what arrived where somebody looked.
pub(super) fn deposit(tally: &Tally, books: &Books, around: &Around) -> Check {
    let check = Check::new("deposit", "The deposit is the settlement's total");
    let total = tally.head.total;
    let currency = &tally.head.currency;
    let lines = books.journals.iter().flat_map(|journal| &journal.lines);
    let deposits = lines.filter(|line| line.dimensions.get("kind").is_some_and(|kind| kind == "deposit"));
    let booked: Decimal = deposits.map(|line| line.debit - line.credit).sum();
    let day = tally.head.deposit.map(|day| format!(", due on {day}")).unwrap_or_default();
    let wrong_books = !books.journals.is_empty() && booked != total;
    let check = check.amounts(total, around.deposit.filter(|_| !wrong_books).unwrap_or(booked));
    match (books.journals.is_empty(), around.deposit) {
        (true, None) => check.state(State::Open, "no journal tells of it".to_owned()),
        (false, _) if wrong_books => {
            let says =
                format!("the journals expect {} {currency}, the settlement pays {}", money(booked), money(total));
            check.state(State::Differs, says)
        }
        (_, Some(arrived)) if arrived != total => {
            let says =
                format!("{} {currency} arrived at the bank, the settlement pays {}", money(arrived), money(total));
            check.state(State::Differs, says)
        }
        (_, Some(_)) => check.state(State::Ties, format!("{} {currency} arrived at the bank", money(total))),
        (false, None) => check.state(State::Ties, format!("{} {currency}{day}", money(total))),
    }
}
