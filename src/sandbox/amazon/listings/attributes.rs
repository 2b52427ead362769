//! What the attributes of a listing may look like: a part of what Amazon's product type definitions say, with the
//! issues that Amazon names where something is wrong.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use crate::sandbox::shop::Market;

/// The product types that the definitions know, with what each wants in a full listing besides what all want.
pub(in crate::sandbox::amazon) const PRODUCT_TYPES: [(&str, &str, &[&str]); 5] = [
    ("DRINKING_CUP", "Drinking cup", &["color", "material"]),
    ("KETTLE", "Kettle", &["color", "material"]),
    ("KITCHEN", "Kitchen", &[]),
    ("PRODUCT", "Product", &[]),
    ("TEA", "Tea", &["ingredients"]),
];

/// What every full listing wants.
pub(in crate::sandbox::amazon) const WANTED: [&str; 7] = [
    "brand",
    "bullet_point",
    "condition_type",
    "country_of_origin",
    "externally_assigned_product_identifier",
    "item_name",
    "product_description",
];
/// What an offer wants for a product that is there already.
pub(in crate::sandbox::amazon) const WANTED_OF_OFFERS: [&str; 2] = ["condition_type", "purchasable_offer"];

/// Attributes with a text for each language.
pub(in crate::sandbox::amazon) const TEXTS: [&str; 8] = [
    "brand",
    "bullet_point",
    "color",
    "ingredients",
    "item_name",
    "item_type_keyword",
    "material",
    "product_description",
];
/// Attributes with a value that is no text of a language.
const OTHERS: [&str; 12] = [
    "batteries_required",
    "capacity",
    "condition_type",
    "country_of_origin",
    "externally_assigned_product_identifier",
    "fulfillment_availability",
    "item_weight",
    "main_product_image_locator",
    "merchant_suggested_asin",
    "purchasable_offer",
    "supplier_declared_dg_hz_regulation",
    "list_price",
];

/// The fields that tell apart the values of one attribute.
pub(super) const SELECTORS: [&str; 5] =
    ["marketplace_id", "language_tag", "currency", "audience", "fulfillment_channel_code"];

/// Something that is wrong with a submission.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox::amazon) struct Issue {
    pub(in crate::sandbox::amazon) code: &'static str,
    pub(in crate::sandbox::amazon) message: String,
    pub(in crate::sandbox::amazon) attribute: String,
    category: &'static str,
}

impl Issue {
    /// Something that must be there and is not.
    pub(super) fn required(attribute: &str, what: &str) -> Self {
        let message = format!("'{what}' is required but not supplied.");
        Self { code: "90220", message, attribute: attribute.to_owned(), category: "MISSING_ATTRIBUTE" }
    }

    /// Something that is not as it must be.
    pub(in crate::sandbox::amazon) fn invalid(attribute: &str, message: impl Into<String>) -> Self {
        let (message, attribute) = (message.into(), attribute.to_owned());
        Self { code: "90000900", message, attribute, category: "INVALID_ATTRIBUTE" }
    }

    /// A SKU that is not there.
    pub(super) fn no_such_sku() -> Self {
        let message = "The SKU you specified is not in the Amazon catalog.".to_owned();
        Self { code: "13013", message, attribute: "sku".to_owned(), category: "INVALID_ATTRIBUTE" }
    }

    /// A listing that Amazon takes no changes of until the seller has proved something.
    pub(super) fn held() -> Self {
        let message =
            "You cannot change this listing. It needs an approval that your account does not have.".to_owned();
        Self { code: "5461", message, attribute: "brand".to_owned(), category: "QUALIFICATION_REQUIRED" }
    }

    /// As the Listings Items API tells it.
    pub(super) fn json(&self) -> Value {
        json!({
            "code": self.code, "message": self.message, "severity": "ERROR", "attributeNames": [self.attribute],
            "categories": [self.category],
        })
    }
}

/// A decimal as a JSON number.
pub(in crate::sandbox) fn number(amount: Decimal) -> Value {
    match amount.is_integer().then(|| amount.to_i64()).flatten() {
        Some(whole) => whole.into(),
        None => amount.to_f64().map_or(Value::Null, Value::from),
    }
}

/// Whether two values of an attribute are told apart by nothing.
pub(super) fn same_selector(one: &Value, other: &Value) -> bool {
    SELECTORS.iter().all(|name| {
        // Where nobody says whom an offer is for, it is for all.
        let of = |value: &'_ Value| match (value[*name].as_str(), *name) {
            (None, "audience") => Some("ALL".to_owned()),
            (text, _) => text.map(str::to_owned),
        };
        of(one) == of(other)
    })
}

/// What is wrong with the attributes of a listing in a marketplace.
pub(super) fn check(attributes: &Map<String, Value>, market: &Market) -> Vec<Issue> {
    let mut issues = Vec::new();
    for (name, values) in attributes {
        if !TEXTS.contains(&name.as_str()) && !OTHERS.contains(&name.as_str()) {
            issues.push(Issue::invalid(name, "The attributes are invalid."));
            continue;
        }
        let Some(values) = values.as_array().filter(|values| !values.is_empty()) else {
            issues.push(Issue::invalid(name, format!("'{name}' is not a list of values.")));
            continue;
        };
        for value in values {
            match name.as_str() {
                "fulfillment_availability" => availability(value, &mut issues),
                "purchasable_offer" => offer(value, market, &mut issues),
                _ => plain(name, value, market, &mut issues),
            }
        }
    }
    issues
}

fn plain(name: &str, value: &Value, market: &Market, issues: &mut Vec<Issue>) {
    if value["marketplace_id"] != market.id && name != "externally_assigned_product_identifier" {
        issues.push(Issue::invalid(name, format!("'{name}' does not name the marketplace that it is for.")));
    }
    if value["value"].is_null() && value["media_location"].is_null() {
        issues.push(Issue::required(name, name));
    }
    if TEXTS.contains(&name) && value["value"].as_str().is_none_or(|text| text.trim().is_empty() || text.len() > 2000) {
        issues.push(Issue::invalid(name, format!("'{name}' is not a text of 1 to 2000 characters.")));
    }
    if name == "item_name" && value["value"].as_str().is_some_and(|text| text.chars().count() > 200) {
        issues.push(Issue::invalid(name, "'item_name' has more than 200 characters."));
    }
}

fn availability(value: &Value, issues: &mut Vec<Issue>) {
    const NAME: &str = "fulfillment_availability";
    let known =
        ["fulfillment_channel_code", "quantity", "lead_time_to_ship_max_days", "restock_date", "marketplace_id"];
    let channel = value["fulfillment_channel_code"].as_str().unwrap_or_default();
    if channel.is_empty() {
        issues.push(Issue::required(NAME, "fulfillment_channel_code"));
    } else if !["DEFAULT", "AMAZON_NA", "AMAZON_EU", "AMAZON_JP"].contains(&channel) {
        issues.push(Issue::invalid(NAME, format!("'{channel}' is not a fulfillment channel.")));
    }
    let quantity = &value["quantity"];
    if !quantity.is_null() && quantity.as_u64().is_none_or(|quantity| quantity > 99_999_999) {
        issues.push(Issue::invalid(NAME, format!("'{quantity}' is not a quantity.")));
    }
    unknown_fields(NAME, value, &known, issues);
}

fn offer(value: &Value, market: &Market, issues: &mut Vec<Issue>) {
    const NAME: &str = "purchasable_offer";
    let known = [
        "marketplace_id",
        "currency",
        "audience",
        "our_price",
        "discounted_price",
        "minimum_seller_allowed_price",
        "maximum_seller_allowed_price",
        "quantity_discount_plan",
        "start_at",
        "end_at",
    ];
    unknown_fields(NAME, value, &known, issues);
    match value["currency"].as_str() {
        None => issues.push(Issue::required(NAME, "currency")),
        Some(currency) if currency != market.currency => {
            issues.push(Issue::invalid(NAME, format!("'{currency}' is not the currency of this store.")));
        }
        Some(_) => {}
    }
    if value["marketplace_id"] != market.id {
        issues.push(Issue::required(NAME, "marketplace_id"));
    }
    let audience = value["audience"].as_str().unwrap_or("ALL");
    if !["ALL", "B2B"].contains(&audience) {
        issues.push(Issue::invalid(NAME, format!("'{audience}' is not an audience.")));
    }
    let ours = schedule(value, "our_price", market, true, issues);
    let sale = schedule(value, "discounted_price", market, false, issues);
    let least = schedule(value, "minimum_seller_allowed_price", market, false, issues);
    let most = schedule(value, "maximum_seller_allowed_price", market, false, issues);
    for price in [ours, sale].into_iter().flatten() {
        if least.is_some_and(|least| price < least) || most.is_some_and(|most| price > most) {
            issues.push(Issue::invalid(NAME, "The price is outside of the minimum and maximum seller allowed price."));
        }
    }
    for step in value["discounted_price"][0]["schedule"].as_array().into_iter().flatten() {
        if step["start_at"].is_null() || step["end_at"].is_null() {
            issues.push(Issue::required(NAME, "discounted_price.schedule.start_at and end_at"));
        }
    }
    tiers(value, audience, ours, issues);
}

/// The first price of a schedule.
fn schedule(value: &Value, name: &str, market: &Market, wanted: bool, issues: &mut Vec<Issue>) -> Option<f64> {
    const NAME: &str = "purchasable_offer";
    let given = &value[name];
    if given.is_null() {
        if wanted {
            issues.push(Issue::required(NAME, name));
        }
        return None;
    }
    let steps = given[0]["schedule"].as_array();
    let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
        let message = format!(
            "The field '\"schedule\"' for the attribute 'purchasable_offer.{name}' does not have enough values. The \
             required minimum is '1' value(s)."
        );
        issues.push(Issue { code: "99022", ..Issue::invalid(NAME, message) });
        return None;
    };
    for step in steps {
        // A price is a JSON number with no more digits than the currency has.
        let price = step["value_with_tax"].as_number().and_then(|number| number.to_string().parse::<Decimal>().ok());
        if price.is_none_or(|price| price <= Decimal::ZERO || price.normalize().scale() > market.digits) {
            let message = format!("'{}' is not a price for {name} in this store.", step["value_with_tax"]);
            issues.push(Issue::invalid(NAME, message));
        }
    }
    steps[0]["value_with_tax"].as_f64()
}

/// Prices by quantity are for businesses, and fall as the quantity grows.
fn tiers(value: &Value, audience: &str, ours: Option<f64>, issues: &mut Vec<Issue>) {
    const NAME: &str = "purchasable_offer";
    let plan = &value["quantity_discount_plan"];
    if plan.is_null() {
        return;
    }
    if audience != "B2B" {
        issues.push(Issue::invalid(NAME, "A quantity discount plan needs the audience B2B."));
    }
    let levels = plan[0]["schedule"][0]["levels"].as_array();
    let kind = plan[0]["schedule"][0]["discount_type"].as_str();
    let Some(levels) = levels.filter(|levels| (1..=5).contains(&levels.len()) && kind == Some("fixed")) else {
        issues.push(Issue::invalid(NAME, "A quantity discount plan has 1 to 5 levels and the discount type fixed."));
        return;
    };
    let mut before = (1, ours.unwrap_or(f64::MAX));
    for level in levels {
        match (level["lower_bound"].as_u64(), level["value"].as_f64()) {
            (Some(bound), Some(price)) if bound > before.0 && price < before.1 && price > 0.0 => {
                before = (bound, price)
            }
            _ => issues
                .push(Issue::invalid(NAME, "The levels of a quantity discount plan must rise, their prices fall.")),
        }
    }
}

fn unknown_fields(name: &str, value: &Value, known: &[&str], issues: &mut Vec<Issue>) {
    for field in value.as_object().into_iter().flatten().map(|(field, _)| field) {
        if !known.contains(&field.as_str()) {
            issues.push(Issue::invalid(name, format!("'{name}' has no '{field}'.")));
        }
    }
}
