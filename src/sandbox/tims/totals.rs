//! The arithmetic of a sales order. The rule is stated in the sandbox's own documentation.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value, json};

use super::fields::decimal;
use super::problem::Problem;

/// The digits after the point of a currency's amounts; none for a currency TIMS does not know.
pub(super) fn minor_digits(currency: &str) -> Option<u32> {
    match currency {
        "JPY" | "KRW" => Some(0),
        "USD" | "EUR" | "GBP" | "CAD" | "AUD" | "MXN" | "BRL" | "SEK" | "PLN" | "TRY" | "SGD" | "INR" | "AED"
        | "SAR" | "EGP" | "ZAR" | "CHF" | "NOK" | "DKK" => Some(2),
        _ => None,
    }
}

/// An amount with exactly the currency's digits.
pub(super) fn money(amount: Decimal, digits: u32) -> String {
    let mut amount = round(amount, digits);
    amount.rescale(digits);
    if amount.is_zero() { Decimal::new(0, digits).to_string() } else { amount.to_string() }
}

pub(super) fn round(amount: Decimal, digits: u32) -> Decimal {
    amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// A decimal field, zero where it is absent.
pub(super) fn number(value: &Value) -> Decimal {
    value.as_str().and_then(decimal).unwrap_or_default()
}

/// A line's amount before discounts.
pub(super) fn line_amount(line: &Value, digits: u32) -> Decimal {
    match line.get("line_amount") {
        Some(amount) => number(amount),
        None => round(number(&line["quantity"]) * number(&line["unit_price"]), digits),
    }
}

/// Checks that every amount is rounded, writes it with the currency's digits, and puts the totals in.
///
/// `claimed` are the totals that the client sent.
pub(super) fn settle(order: &mut Value, claimed: Option<&Map<String, Value>>) -> Result<(), Problem> {
    let currency = order["currency"].as_str().unwrap_or_default().to_owned();
    let digits = minor_digits(&currency)
        .ok_or_else(|| Problem::field("currency", "unknown_currency", format!("TIMS does not know `{currency}`")))?;
    let mut sums = Sums::default();
    for (at, line) in order["lines"].as_array_mut().into_iter().flatten().enumerate() {
        let path = format!("lines[{at}]");
        for name in ["unit_price", "line_amount"] {
            rounded(line.get_mut(name), digits, &format!("{path}.{name}"))?;
        }
        let quantity = number(&line["quantity"]);
        if quantity.is_sign_negative() || quantity.scale() > 3 {
            return Err(Problem::field(
                &format!("{path}.quantity"),
                "bad_quantity",
                "zero or more, with at most 3 digits",
            ));
        }
        line["quantity"] = quantity.normalize().to_string().into();
        sums.goods += line_amount(line, digits);
        sums.add_parts(line, digits, &path)?;
    }
    for (at, charge) in order.get_mut("charges").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        let path = format!("charges[{at}]");
        rounded(charge.get_mut("amount"), digits, &format!("{path}.amount"))?;
        sums.charges += number(&charge["amount"]);
        sums.add_parts(charge, digits, &path)?;
    }
    let tax_on_top = if order["prices_include_tax"] == true { Decimal::ZERO } else { sums.tax };
    let grand = sums.goods + sums.charges - sums.discounts + tax_on_top;
    let totals = [
        ("goods", sums.goods),
        ("discounts", sums.discounts),
        ("charges", sums.charges),
        ("tax", sums.tax),
        ("tax_marketplace", sums.tax_marketplace),
        ("grand", grand),
    ];
    let lines = order["lines"].as_array().map_or(0, Vec::len);
    let allowed = Decimal::new(1, 2) * Decimal::from(lines);
    let expected: Map<String, Value> =
        totals.iter().map(|(name, amount)| ((*name).to_owned(), money(*amount, digits).into())).collect();
    if let Some(claimed) = claimed {
        let off = totals
            .iter()
            .find(|(name, amount)| claimed.get(*name).is_some_and(|claim| (number(claim) - amount).abs() > allowed));
        if let Some((name, _)) = off {
            let problem = Problem::field(&format!("totals.{name}"), "total_mismatch", "TIMS comes to another total");
            return Err(problem.with("expected", Value::Object(expected)).with("got", json!(claimed)));
        }
    }
    order["totals"] = Value::Object(expected);
    Ok(())
}

#[derive(Default)]
struct Sums {
    goods: Decimal,
    discounts: Decimal,
    charges: Decimal,
    tax: Decimal,
    tax_marketplace: Decimal,
}

impl Sums {
    fn add_parts(&mut self, owner: &mut Value, digits: u32, path: &str) -> Result<(), Problem> {
        if let Some(discounts) = owner.get_mut("discounts").and_then(Value::as_array_mut) {
            for (at, discount) in discounts.iter_mut().enumerate() {
                let path = format!("{path}.discounts[{at}].amount");
                rounded(discount.get_mut("amount"), digits, &path)?;
                let amount = number(&discount["amount"]);
                if amount.is_sign_negative() && !amount.is_zero() {
                    return Err(Problem::field(&path, "negative_discount", "a discount is a positive amount"));
                }
                self.discounts += amount;
            }
        }
        if let Some(taxes) = owner.get_mut("tax").and_then(Value::as_array_mut) {
            for (at, tax) in taxes.iter_mut().enumerate() {
                rounded(tax.get_mut("amount"), digits, &format!("{path}.tax[{at}].amount"))?;
                if tax["collected_by"] == "marketplace" {
                    self.tax_marketplace += number(&tax["amount"]);
                } else {
                    self.tax += number(&tax["amount"]);
                }
            }
        }
        Ok(())
    }
}

fn rounded(field: Option<&mut Value>, digits: u32, path: &str) -> Result<(), Problem> {
    let Some(field) = field else { return Ok(()) };
    let amount = number(field);
    if amount.normalize().scale() > digits {
        let message = format!("the currency has {digits} digits after the point, and the amount is {amount}");
        return Err(Problem::field(path, "not_rounded", message));
    }
    *field = money(amount, digits).into();
    Ok(())
}
