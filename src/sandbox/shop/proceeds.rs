//! The sums of an order. Every amount above an item's breakdowns is made here, from those breakdowns, so that totals
//! agree whatever an order went through.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value, json};

/// Sums up the items into their totals, and those into the order's `proceeds`. Items without proceeds stay so.
pub(super) fn settle(order: &mut Value) {
    let Some(items) = order.get_mut("orderItems").and_then(Value::as_array_mut) else { return };
    let mut types: Vec<(String, Decimal)> = Vec::new();
    let mut grand: Option<(Decimal, String)> = None;
    for item in items {
        let Some(breakdowns) = item["proceeds"]["breakdowns"].as_array() else { continue };
        // An item of nothing still has a total, with the currency's digits.
        let mut total = Decimal::new(0, amount(&item["proceeds"]["proceedsTotal"]).scale());
        for breakdown in breakdowns {
            let amount = amount(&breakdown["subtotal"]);
            let name = breakdown["type"].as_str().unwrap_or("OTHER");
            total += amount;
            match types.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += amount,
                None => types.push((name.to_owned(), amount)),
            }
        }
        let code = item["proceeds"]["proceedsTotal"]["currencyCode"].as_str().unwrap_or_default().to_owned();
        item["proceeds"]["proceedsTotal"]["amount"] = total.to_string().into();
        let sum = grand.map_or(total, |(sum, _)| sum + total);
        grand = Some((sum, code));
    }
    if let Some((sum, code)) = grand {
        let breakdowns: Vec<Value> = types
            .iter()
            .map(|(name, sum)| json!({"type": name, "subtotal": {"amount": sum.to_string(), "currencyCode": code}}))
            .collect();
        let mut proceeds = Map::new();
        proceeds.insert("grandTotal".to_owned(), json!({"amount": sum.to_string(), "currencyCode": code}));
        if !breakdowns.is_empty() {
            proceeds.insert("breakdowns".to_owned(), Value::Array(breakdowns));
        }
        order["proceeds"] = Value::Object(proceeds);
    }
}

/// Cuts an item's proceeds down to `left` of `before` pieces, each amount on its own, rounded half-up.
pub(super) fn cut(item: &mut Value, left: u64, before: u64) {
    let part = |money: &mut Value| {
        let whole = amount(money);
        let kept = if before == 0 { Decimal::ZERO } else { whole * Decimal::from(left) / Decimal::from(before) };
        let kept = kept.round_dp_with_strategy(whole.scale(), RoundingStrategy::MidpointAwayFromZero);
        let mut kept = if kept.is_zero() { Decimal::ZERO } else { kept };
        kept.rescale(whole.scale());
        money["amount"] = kept.to_string().into();
        kept
    };
    let Some(breakdowns) = item.pointer_mut("/proceeds/breakdowns").and_then(Value::as_array_mut) else { return };
    for breakdown in breakdowns.iter_mut() {
        // Shipping is paid once for the line, however many pieces are left of it.
        let once = matches!(breakdown["type"].as_str(), Some("SHIPPING")) && left > 0;
        if once {
            continue;
        }
        match breakdown.get_mut("detailedBreakdowns").and_then(Value::as_array_mut) {
            None => {
                part(&mut breakdown["subtotal"]);
            }
            Some(details) => {
                let sum: Decimal = details.iter_mut().map(|detail| part(&mut detail["value"])).sum();
                breakdown["subtotal"]["amount"] = sum.to_string().into();
            }
        }
    }
    if left == 0 {
        let scale = breakdowns.first().map_or(0, |first| amount(&first["subtotal"]).scale());
        breakdowns.clear();
        item["proceeds"]["proceedsTotal"]["amount"] = Decimal::new(0, scale).to_string().into();
    }
}

fn amount(money: &Value) -> Decimal {
    money["amount"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}
