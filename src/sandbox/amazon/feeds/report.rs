//! Working a feed off, message by message, and the report of it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::listings::attributes::Issue;
use super::super::listings::change::Patch;
use super::super::listings::submit::{Submission, entry, judge};
use super::super::listings::{Listing, Listings};
use crate::sandbox::journal::Entry;
use crate::sandbox::shop::Market;

/// More messages than this are not taken in one feed.
const MOST: usize = 25_000;

/// What a feed comes to.
pub(super) struct Work {
    /// What changes.
    pub(super) entries: Vec<Entry>,
    /// The report; none where the feed was given up.
    pub(super) report: Option<Value>,
}

/// Works off a feed. `fatal` gives it up half way: some of its messages have been worked off then.
pub(super) fn work(
    listings: &Listings,
    markets: &[&Market],
    seller: &str,
    feed: &str,
    text: &str,
    fatal: bool,
    now: Timestamp,
) -> Work {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let header = &document["header"];
    let messages = document["messages"].as_array().filter(|messages| (1..=MOST).contains(&messages.len()));
    let (Some(messages), true) = (messages, header["sellerId"] == seller && header["version"] == "2.0") else {
        return Work { entries: Vec::new(), report: None };
    };
    let mut entries = Vec::new();
    let mut issues = Vec::new();
    let mut seen = BTreeSet::new();
    let mut invalid = 0;
    // Two messages for one SKU come one after the other.
    let mut changed: HashMap<(String, String), Option<Listing>> = HashMap::new();
    let half = if fatal { messages.len() / 2 } else { messages.len() };
    for message in messages.iter().take(half) {
        let id = message["messageId"].as_u64().filter(|id| (1..=u64::from(u32::MAX >> 1)).contains(id));
        let sku = message["sku"].as_str().unwrap_or_default();
        let mut found = Vec::new();
        match (id, submission(message)) {
            (Some(id), Ok(submission)) if seen.insert(id) && !sku.is_empty() => {
                let mut made = Vec::new();
                for market in markets {
                    let place = (market.id.to_owned(), sku.to_owned());
                    let there = changed.get(&place).cloned();
                    let (listing, wrong) = judge(listings, market, sku, &submission, now, there);
                    found.extend(wrong);
                    made.push((place, listing));
                }
                if found.is_empty() {
                    for (place, listing) in made {
                        entries.push(entry(&place.0, &place.1, listing.as_ref()));
                        changed.insert(place, listing);
                    }
                }
            }
            (Some(_), Err(reason)) => found.push(Issue::invalid("patches", reason)),
            _ => found.push(Issue::invalid("messageId", "The message has no SKU or no messageId of its own.")),
        }
        invalid += usize::from(!found.is_empty());
        issues.extend(found.iter().map(|issue| {
            json!({
                "messageId": id, "sku": sku, "code": issue.code, "severity": "ERROR", "message": issue.message,
                "attributeName": issue.attribute,
            })
        }));
    }
    let report = json!({
        "header": {"sellerId": seller, "version": "2.0", "feedId": feed},
        "issues": issues,
        "summary": {
            "errors": issues.len(), "warnings": 0, "messagesProcessed": messages.len(),
            "messagesAccepted": messages.len() - invalid, "messagesInvalid": invalid,
        },
    });
    Work { entries, report: (!fatal).then_some(report) }
}

fn submission(message: &Value) -> Result<Submission, String> {
    let product_type = message["productType"].as_str().unwrap_or_default().to_owned();
    let attributes = || message["attributes"].as_object().cloned().ok_or("attributes is missing");
    match message["operationType"].as_str() {
        Some("DELETE") => Ok(Submission::Gone),
        _ if product_type.is_empty() => Err("productType is missing".to_owned()),
        Some("UPDATE") => Ok(Submission::Whole {
            product_type,
            requirements: message["requirements"].as_str().unwrap_or("LISTING").to_owned(),
            attributes: attributes()?,
        }),
        // The same as replacing each of the attributes.
        Some("PARTIAL_UPDATE") => {
            let patches: Vec<Value> = attributes()?
                .into_iter()
                .map(|(name, value)| json!({"op": "replace", "path": format!("/attributes/{name}"), "value": value}))
                .collect();
            Ok(Submission::Patches { product_type, patches: Patch::read_all(&Value::Array(patches))? })
        }
        Some("PATCH") => Ok(Submission::Patches { product_type, patches: Patch::read_all(&message["patches"])? }),
        _ => Err(format!("there is no operation type {}", message["operationType"])),
    }
}
