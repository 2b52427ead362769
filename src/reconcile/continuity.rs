//! The settlement in its row: periods without gap or overlap, a reserve that is given back as it was held, and what was
//! owed taken over and charged.

use rust_decimal::Decimal;

use super::{Around, Check, State, Tally, money};

/// Periods, reserve and what was owed.
pub(super) fn checks(tally: &Tally, around: &Around) -> Vec<Check> {
    vec![periods(tally, around), reserve(tally, around), owed(tally, around)]
}

fn periods(tally: &Tally, around: &Around) -> Check {
    let check = Check::new("periods", "The period joins those before and after");
    let mut said = Vec::new();
    let mut wrong = Vec::new();
    let pairs = [
        around.before.as_ref().map(|one| ("before", one.id.as_str(), one.end, tally.head.start)),
        around.after.as_ref().map(|one| ("after", one.id.as_str(), tally.head.end, one.start)),
    ];
    for (place, id, end, start) in pairs.into_iter().flatten() {
        match (end, start) {
            (Some(end), Some(start)) if end == start => said.push(format!("it joins {id}")),
            (Some(end), Some(start)) if end < start => {
                wrong.push(format!("nothing covers {end} to {start}: a settlement {place} this one is missing"));
            }
            (Some(end), Some(start)) => wrong.push(format!("{id} and this one both cover {start} to {end}")),
            _ => wrong.push(format!("{id} or this one does not tell its period")),
        }
    }
    if !wrong.is_empty() {
        return check.state(State::Look, wrong.join("; "));
    }
    match (&around.before, &around.after) {
        (None, None) => check.state(State::Open, "no other settlement of this currency is known"),
        (Some(_), Some(_)) => check.state(State::Ties, said.join(", ")),
        (Some(_), None) => check.state(State::Ties, format!("{}; the next one is not there yet", said.join(""))),
        (None, Some(_)) => check.state(State::Ties, format!("{}; none before it is known", said.join(""))),
    }
}

fn reserve(tally: &Tally, around: &Around) -> Check {
    let check = Check::new("reserve", "What was held back is given back");
    let mut wrong = Vec::new();
    let mut held = Decimal::ZERO;
    if let Some(before) = &around.before {
        held = -before.current_reserve;
        if before.current_reserve + tally.previous_reserve != Decimal::ZERO {
            let (held, back) = (money(held), money(tally.previous_reserve));
            wrong.push(format!("{} held back {held}, this one gives back {back}", before.id));
        }
    }
    if let Some(after) = &around.after
        && tally.current_reserve + after.previous_reserve != Decimal::ZERO
    {
        let (held, back) = (money(-tally.current_reserve), money(after.previous_reserve));
        wrong.push(format!("this one holds back {held}, {} gives back {back}", after.id));
    }
    let check = if around.before.is_some() { check.amounts(tally.previous_reserve, held) } else { check };
    match (wrong.is_empty(), around.before.is_some() || around.after.is_some()) {
        (false, _) => check.state(State::Differs, wrong.join("; ")),
        (true, false) => check.state(State::Open, "no other settlement of this currency is known"),
        (true, true) => {
            let (back, held) = (money(tally.previous_reserve), money(-tally.current_reserve));
            check.state(State::Ties, format!("{back} given back, {held} held back"))
        }
    }
}

fn owed(tally: &Tally, around: &Around) -> Check {
    let check = Check::new("owed", "What the seller owed was taken over and charged");
    let charged = tally.payable + tally.charged;
    let left = match &around.before {
        Some(before) => before.total.min(Decimal::ZERO),
        None => tally.payable,
    };
    let check = if left.is_zero() && tally.payable.is_zero() { check } else { check.amounts(tally.payable, left) };
    if tally.payable != left {
        let says = format!("the settlement before left {}, this one takes over {}", money(left), money(tally.payable));
        return check.state(State::Differs, says);
    }
    let after = around.after.as_ref().map(|after| after.payable);
    if let Some(payable) = after.filter(|payable| *payable != tally.head.total.min(Decimal::ZERO)) {
        let total = money(tally.head.total);
        let says = format!("this settlement comes to {total}, the next one takes over {}", money(payable));
        return check.state(State::Differs, says);
    }
    match (tally.payable.is_zero(), charged.is_zero()) {
        (true, _) => check.state(State::Ties, "nothing was owed"),
        (false, true) => check.state(State::Ties, format!("{} was owed and charged", money(-tally.payable))),
        (false, false) => check.state(State::Look, format!("{} of what was owed is not charged yet", money(-charged))),
    }
}
