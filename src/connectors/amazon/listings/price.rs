//! Prices in Amazon's form, `purchasable_offer`: what a flow tells is put into what Amazon has, because whatever is not
//! sent again is gone there.

use rust_decimal::Decimal;

use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::value::{Object, Value};

/// The price lists for a time that a flow tells or leaves away; everything else of an offer is kept.
const OWN: [&str; 3] = ["our_price", "discounted_price", "quantity_discount_plan"];

/// Whether an offer is one of a marketplace.
pub(super) fn is_of(offer: &Value, market: &str) -> bool {
    offer.get("marketplace_id").and_then(Value::as_text).is_none_or(|id| id == market)
}

fn audience(offer: &Value) -> &str {
    offer.get("audience").and_then(Value::as_text).unwrap_or("ALL")
}

/// An offer in the form that flows see; none where it has no price.
pub(super) fn shown(offer: &Value) -> Option<Value> {
    let mut shown = Object::new();
    shown.push("audience", Value::text(audience(offer)));
    shown.push("currency", offer.get("currency").cloned().unwrap_or_default());
    shown.push(
        "price",
        step(offer, "our_price")?.get("value_with_tax").filter(|price| price.as_decimal().is_some())?.clone(),
    );
    if let Some(sale) = step(offer, "discounted_price") {
        let mut part = Object::new();
        for (name, from) in [("price", "value_with_tax"), ("startAt", "start_at"), ("endAt", "end_at")] {
            part.push(name, sale.get(from).cloned().unwrap_or_default());
        }
        if part.values().iter().all(|value| !value.is_null()) {
            shown.push("sale", Value::object(part));
        }
    }
    if let Some(levels) = step(offer, "quantity_discount_plan").and_then(|plan| plan.get("levels")) {
        let tier = |level: &Value| {
            let mut tier = Object::new();
            tier.push("from", level.get("lower_bound").cloned().unwrap_or_default());
            tier.push("price", level.get("value").cloned().unwrap_or_default());
            Value::object(tier)
        };
        shown.push("tiers", Value::list(levels.as_list().unwrap_or_default().iter().map(tier).collect()));
    }
    Some(Value::object(shown))
}

/// The first step of a schedule.
fn step<'v>(offer: &'v Value, name: &str) -> Option<&'v Value> {
    let schedule = offer.get(name)?.as_list()?.first()?.get("schedule")?;
    schedule.as_list()?.first()
}

/// The offers of a marketplace as they are to be, from what Amazon has and what a flow tells of some audiences.
pub(super) fn merged(market: &str, there: &[Value], told: &[Value]) -> Result<Vec<Value>, ConnectorError> {
    let mut offers: Vec<Value> = there.iter().filter(|offer| is_of(offer, market)).cloned().collect();
    for new in told {
        let old = offers.iter().position(|old| audience(old) == audience(new));
        let mut offer = match old.and_then(|at| offers.get(at)).and_then(Value::as_object) {
            Some(old) => old.clone(),
            None => Object::new(),
        };
        offer.set("marketplace_id", Value::text(market));
        offer.set("currency", new.get("currency").cloned().unwrap_or_default());
        offer.set("audience", Value::text(audience(new)));
        for name in OWN {
            match part(new, name)? {
                Some(value) => offer.set(name, value),
                None => {
                    offer.remove(name);
                }
            }
        }
        match old {
            Some(at) => {
                if let Some(place) = offers.get_mut(at) {
                    *place = Value::object(offer);
                }
            }
            None => offers.push(Value::object(offer)),
        }
    }
    Ok(offers)
}

/// One of the prices of an offer in Amazon's form.
fn part(offer: &Value, name: &str) -> Result<Option<Value>, ConnectorError> {
    let price = |of: &Value| -> Result<Value, ConnectorError> {
        let price = of.get("price").and_then(Value::as_decimal).filter(|price| *price > Decimal::ZERO);
        let price =
            price.ok_or_else(|| ConnectorError::new(ErrorKind::Rejected, "a price is not more than nothing"))?;
        Ok(Value::Decimal(price.normalize()))
    };
    Ok(match name {
        "our_price" => Some(scheduled([("value_with_tax", price(offer)?)])),
        "discounted_price" => match offer.get("sale").filter(|sale| !sale.is_null()) {
            None => None,
            Some(sale) => {
                let at = |name: &str| sale.get(name).cloned().unwrap_or_default();
                Some(scheduled([
                    ("start_at", at("startAt")),
                    ("end_at", at("endAt")),
                    ("value_with_tax", price(sale)?),
                ]))
            }
        },
        _ => match offer.get("tiers").and_then(Value::as_list).filter(|tiers| !tiers.is_empty()) {
            None => None,
            Some(tiers) => {
                let mut levels = Vec::new();
                for tier in tiers {
                    let from = tier.get("from").cloned().unwrap_or_default();
                    levels.push(object([("lower_bound", from), ("value", price(tier)?)]));
                }
                Some(scheduled([("discount_type", Value::text("fixed")), ("levels", Value::list(levels))]))
            }
        },
    })
}

/// A schedule of one step.
fn scheduled<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::list(vec![object([("schedule", Value::list(vec![object(fields)]))])])
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut object = Object::new();
    for (name, value) in fields {
        object.push(name, value);
    }
    Value::object(object)
}

/// Whether two values say the same, however their numbers are written and their fields are ordered.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => match (one.as_decimal(), other.as_decimal()) {
            (Some(one), Some(other)) => one == other,
            _ => one.display() == other.display(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn value(text: &str) -> Value {
        json::parse(text.as_bytes()).unwrap()
    }

    const THERE: &str = r#"[{"marketplace_id":"M","currency":"EUR","audience":"ALL","start_at":{"value":"2026-01-01"},
        "our_price":[{"schedule":[{"value_with_tax":9.99}]}],
        "discounted_price":[{"schedule":[{"start_at":"2026-02-01T00:00:00Z","end_at":"2026-02-09T00:00:00Z","value_with_tax":7.99}]}],
        "minimum_seller_allowed_price":[{"schedule":[{"value_with_tax":5}]}]}]"#;

    #[test]
    fn what_a_flow_does_not_know_is_kept_and_an_ended_sale_goes() {
        let there = value(THERE);
        let told = value(r#"[{"audience":"ALL","currency":"EUR","price":10.50}]"#);
        let merged = merged("M", there.as_list().unwrap(), told.as_list().unwrap()).unwrap();
        let wanted = value(
            r#"[{"marketplace_id":"M","currency":"EUR","audience":"ALL","start_at":{"value":"2026-01-01"},
            "our_price":[{"schedule":[{"value_with_tax":10.5}]}],
            "minimum_seller_allowed_price":[{"schedule":[{"value_with_tax":5}]}]}]"#,
        );
        assert!(same(&Value::list(merged.clone()), &wanted), "{merged:?}");
    }

    #[test]
    fn businesses_get_an_offer_of_their_own_beside_the_one_for_all() {
        let there = value(THERE);
        let told = value(r#"[{"audience":"B2B","currency":"EUR","price":9,"tiers":[{"from":10,"price":8.5}]}]"#);
        let merged = merged("M", there.as_list().unwrap(), told.as_list().unwrap()).unwrap();
        assert!(same(&merged[0], &there.as_list().unwrap()[0]));
        let business = shown(&merged[1]).unwrap();
        assert!(same(&business, &told.as_list().unwrap()[0]), "{business:?}");
    }

    #[test]
    fn what_is_there_already_is_the_same_however_it_is_written() {
        let there = value(THERE);
        let told = value(
            r#"[{"audience":"ALL","currency":"EUR","price":9.990,"sale":{"price":7.99,"startAt":"2026-02-01T00:00:00Z","endAt":"2026-02-09T00:00:00Z"}}]"#,
        );
        let merged = merged("M", there.as_list().unwrap(), told.as_list().unwrap()).unwrap();
        assert!(same(&Value::list(merged), &there));
        assert!(merged_price_of_nothing().is_err());
    }

    fn merged_price_of_nothing() -> Result<Vec<Value>, ConnectorError> {
        merged("M", &[], value(r#"[{"audience":"ALL","currency":"EUR","price":0}]"#).as_list().unwrap())
    }
}
