//! Price lists. A list has prices of items, each from a quantity on and for a time; what nobody set is worked out of the
//! assortment. Lists of businesses are without tax, and cheaper the more is bought.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::fields::Shape::{Flag, Money, Quantity, Text};
use super::fields::{self, Field, may, must};
use super::items::Item;
use super::listing::Listing;
use super::problem::Problem;
use super::routes::{Route, Serve};
use super::totals::number;
use super::{Outcome, Tims};
use crate::sandbox::call::Call;
use crate::sandbox::journal::{DocKind, Entry};
use crate::sandbox::shop::{Market, markets};

/// Prices, told and set.
pub(super) const ROUTES: &[Route] = &[
    Route { name: "tims.prices.list", method: "GET", path: &["prices"], serve: Serve::Tell(list) },
    Route {
        name: "tims.price_lists.prices",
        method: "GET",
        path: &["price_lists", "{}", "prices"],
        serve: Serve::Tell(list_of_one),
    },
    Route {
        name: "tims.price_lists.set",
        method: "PUT",
        path: &["price_lists", "{}", "prices", "{}"],
        serve: Serve::Change(set),
    },
];

/// The body of a price.
const PRICE: &[Field] = &[
    must("amount", Money),
    must("currency", Text(3)),
    may("tax_inclusive", Flag),
    may("min_qty", Quantity),
    may("valid_from", Text(10)),
    may("valid_to", Text(10)),
];

/// From how many on a business pays how many percent less.
const TIERS: [(u32, i64); 3] = [(1, 5), (10, 10), (50, 15)];

/// A price list.
struct List {
    code: String,
    market: &'static Market,
    business: bool,
}

impl List {
    fn all() -> Vec<Self> {
        let of = |business: bool| {
            markets().into_iter().map(move |market| {
                let country = market.language.rsplit('_').next().unwrap_or_default();
                let kind = if business { "BUSINESS" } else { "RETAIL" };
                Self { code: format!("{kind}-{country}"), market, business }
            })
        };
        of(false).chain(of(true)).collect()
    }

    fn of(code: &str) -> Result<Self, Problem> {
        let found = Self::all().into_iter().find(|list| list.code == code);
        found.ok_or_else(|| Problem::new(404, "price_list_not_found", format!("there is no price list `{code}`")))
    }

    /// Whether its prices include tax: where shoppers see them so, and never for businesses.
    fn tax_inclusive(&self) -> bool {
        self.market.tax_on_top.is_none() && !self.business
    }

    /// The prices that an item began with.
    fn first(&self, item: &Item) -> Vec<Map<String, Value>> {
        let Some(article) = item.article() else { return Vec::new() };
        let shown = article.amount_in(self.market);
        let amount = |percent: i64| {
            let less = shown * Decimal::new(100 - percent, 2);
            // What is shown to shoppers includes a fifth of tax, near enough.
            let net = if self.business && self.market.tax_on_top.is_none() { less / Decimal::new(12, 1) } else { less };
            net.round_dp(self.market.digits)
        };
        let tiers = if self.business { &TIERS[..] } else { &[(1, 0)] };
        tiers.iter().map(|(from, percent)| self.row(item, *from, amount(*percent))).collect()
    }

    fn row(&self, item: &Item, from: u32, amount: Decimal) -> Map<String, Value> {
        let row = json!({
            "price_list": self.code, "sku": item.sku, "min_qty": from.to_string(), "amount": amount.to_string(),
            "currency": self.market.currency, "tax_inclusive": self.tax_inclusive(), "valid_from": null,
            "valid_to": null,
        });
        row.as_object().cloned().unwrap_or_default()
    }
}

fn list(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["sku", "price_list", "id"])?;
    let lists: Vec<List> = match listing.values("price_list") {
        Some(codes) => codes.iter().map(|code| List::of(code)).collect::<Result<_, _>>()?,
        None => List::all(),
    };
    let rows = |item: Item| -> Vec<(String, Value)> {
        let mut rows: Vec<_> = lists.iter().flat_map(|list| tims.prices_of(list, &item, None)).collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    };
    Ok(listing.page_of(tims.asked_items(&listing).flat_map(rows)))
}

fn list_of_one(tims: &Tims, call: &Call) -> Result<Value, Problem> {
    let list = List::of(call.segment_from_end(1))?;
    let as_of = match call.parameter("as_of") {
        None => None,
        Some(text) => {
            Some(text.parse::<Date>().map_err(|_| Problem::new(400, "bad_parameter", "as_of: a date is wanted"))?)
        }
    };
    let plain =
        Call { query: call.query.iter().filter(|(name, _)| name != "as_of").cloned().collect(), ..call.again() };
    let listing = Listing::read(&plain, &["sku"])?;
    Ok(listing.page_of(tims.asked_items(&listing).flat_map(|item| tims.prices_of(&list, &item, as_of))))
}

fn set(tims: &Tims, call: &Call, body: &Value) -> Result<Outcome, Problem> {
    let given = fields::read(body, PRICE, tims.style, false)?;
    tims.set_price(call.segment_from_end(2), call.segment_from_end(0), &given)
}

impl Tims {
    fn set_price(&self, code: &str, sku: &str, given: &Map<String, Value>) -> Result<Outcome, Problem> {
        let list = List::of(code)?;
        let Some(item) = self.items.find(sku) else {
            return Err(Problem::new(404, "item_not_found", format!("there is no item `{sku}`")));
        };
        let amount = number(&given["amount"]);
        if amount <= Decimal::ZERO || amount.normalize().scale() > list.market.digits {
            return Err(Problem::field("amount", "not_rounded", "a price is more than nothing, in whole minor units"));
        }
        if given["currency"] != list.market.currency {
            let message = format!("the list is in {}", list.market.currency);
            return Err(Problem::field("currency", "wrong_currency", message));
        }
        let from = given.get("min_qty").map_or(Decimal::ONE, number);
        let mut fields = list.row(&item, 1, amount);
        fields.insert("min_qty".to_owned(), from.normalize().to_string().into());
        for name in ["tax_inclusive", "valid_from", "valid_to"] {
            if let Some(value) = given.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let day = |name: &str| fields[name].as_str().map(|text| text.parse::<Date>());
        let (begins, ends) = (day("valid_from").transpose(), day("valid_to").transpose());
        match (begins, ends) {
            (Ok(Some(begins)), Ok(Some(ends))) if ends < begins => {
                return Err(Problem::field("valid_to", "bad_period", "it ends before it begins"));
            }
            (Ok(_), Ok(_)) => {}
            _ => return Err(Problem::field("valid_from", "bad_date", "dates are wanted, such as 2026-03-01")),
        }
        let id = id_of(&fields);
        let current = self.document(DocKind::Price, &id);
        Ok(self.save(DocKind::Price, &id, current.as_ref(), fields, 200))
    }

    /// An item's prices in a list, each with its name; those that are good on a day, where one is given.
    fn prices_of(&self, list: &List, item: &Item, as_of: Option<Date>) -> Vec<(String, Value)> {
        let mut rows: std::collections::BTreeMap<String, Value> = list
            .first(item)
            .into_iter()
            .map(|mut row| {
                let id = id_of(&row);
                row.shift_insert(0, "id".to_owned(), id.clone().into());
                row.insert("version".to_owned(), 1.into());
                (id, Value::Object(row))
            })
            .collect();
        // Names of rows begin with the SKU and the list, so those of one item stand together.
        let prefix = format!("{}/{}/", item.sku, list.code);
        let set = self.documents(DocKind::Price).range(prefix.clone()..).take_while(|(id, _)| id.starts_with(&prefix));
        rows.extend(set.filter_map(|(id, text)| Some((id.clone(), serde_json::from_str::<Value>(text).ok()?))));
        let good = |row: &Value| {
            as_of.is_none_or(|day| {
                let on = |name: &str| row[name].as_str().and_then(|text| text.parse::<Date>().ok());
                on("valid_from").is_none_or(|from| from <= day) && on("valid_to").is_none_or(|to| day <= to)
            })
        };
        rows.into_iter().filter(|(_, row)| good(row)).collect()
    }

    /// The entries by which a list has this price.
    pub(in crate::sandbox) fn priced(&self, code: &str, sku: &str, given: &Value) -> Result<Vec<Entry>, String> {
        let given = fields::read(given, PRICE, crate::sandbox::FieldStyle::Snake, false).map_err(|bad| bad.detail)?;
        Ok(self.set_price(code, sku, &given).map_err(|bad| bad.detail)?.entries)
    }
}

/// What a price is called: item, list, from which quantity and from when on.
fn id_of(row: &Map<String, Value>) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    format!("{}/{}/{:0>6}/{}", text("sku"), text("price_list"), text("min_qty"), text("valid_from"))
}
