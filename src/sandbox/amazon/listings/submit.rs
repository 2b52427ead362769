//! What the seller sends: whole listings and patches. Amazon answers 200 and says in the body whether it takes them; with
//! `VALIDATION_PREVIEW` it only says so.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::attributes::{self, Issue, PRODUCT_TYPES, WANTED, WANTED_OF_OFFERS};
use super::change::Patch;
use super::{Listing, Listings, bad, marketplaces, missing, only, seller, values};
use crate::sandbox::amazon::{Done, Refusal};
use crate::sandbox::call::Call;
use crate::sandbox::journal::Entry;
use crate::sandbox::key;
use crate::sandbox::shop::{Market, markets};
use crate::sandbox::world::{World, locked};

/// What is to become of a listing.
#[derive(Debug, Clone)]
pub(in crate::sandbox::amazon) enum Submission {
    /// It is this from now on.
    Whole { product_type: String, requirements: String, attributes: Map<String, Value> },
    /// It changes in part.
    Patches { product_type: String, patches: Vec<Patch> },
    /// It goes.
    Gone,
}

/// What a submission comes to: the listing as it would be (none where it goes), and what is wrong.
pub(in crate::sandbox::amazon) fn judge(
    listings: &Listings,
    market: &Market,
    sku: &str,
    submission: &Submission,
    now: Timestamp,
    // What became of it since; where nothing did, it is as the listings have it.
    there: Option<Option<Listing>>,
) -> (Option<Listing>, Vec<Issue>) {
    let there = there.unwrap_or_else(|| listings.get(market.id, sku));
    let mut issues: Vec<Issue> = listings.is_held(market.id, sku).then(Issue::held).into_iter().collect();
    match submission {
        Submission::Gone if there.is_none() => (None, vec![Issue::no_such_sku()]),
        Submission::Gone => (None, issues),
        Submission::Whole { product_type, requirements, attributes } => {
            let special = PRODUCT_TYPES.iter().find(|(name, ..)| name == product_type).map(|(.., wanted)| *wanted);
            let Some(special) = special else {
                return (None, vec![Issue::invalid("product_type", format!("'{product_type}' is no product type."))]);
            };
            let wanted: Vec<&str> = match requirements.as_str() {
                "LISTING_OFFER_ONLY" => WANTED_OF_OFFERS.to_vec(),
                _ => WANTED.iter().chain(special).copied().collect(),
            };
            issues.extend(
                wanted.iter().filter(|name| !attributes.contains_key(**name)).map(|name| Issue::required(name, name)),
            );
            issues.extend(attributes::check(attributes, market));
            let created = there.map_or(now, |there| there.created);
            let (product_type, attributes) = (product_type.clone(), attributes.clone());
            (Some(Listing { product_type, attributes, created, updated: now }), issues)
        }
        Submission::Patches { product_type, patches } => {
            let Some(mut listing) = there else { return (None, vec![Issue::no_such_sku()]) };
            if *product_type != listing.product_type && product_type != "PRODUCT" {
                let message = format!("'{product_type}' is not the product type of this listing.");
                return (None, vec![Issue::invalid("product_type", message)]);
            }
            let before = listing.clone();
            for patch in patches {
                patch.apply(&mut listing.attributes, &mut issues);
            }
            // What was there before and is not touched is not judged again.
            let mut touched = listing.attributes.clone();
            touched.retain(|name, _| patches.iter().any(|patch| patch.attribute == *name));
            issues.extend(attributes::check(&touched, market));
            if listing.attributes != before.attributes {
                listing.updated = now;
            }
            (Some(listing), issues)
        }
    }
}

/// `PUT …/items/{sellerId}/{sku}`
pub(super) fn put(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let body = body(call)?;
    let fields = ["productType", "requirements", "attributes"];
    known(&body, &fields)?;
    let requirements = body["requirements"].as_str().unwrap_or("LISTING");
    if !["LISTING", "LISTING_PRODUCT_ONLY", "LISTING_OFFER_ONLY"].contains(&requirements) {
        return Err(bad(format!("requirements does not take {requirements}")));
    }
    let attributes = body["attributes"].as_object().ok_or_else(|| bad("attributes is missing"))?;
    let submission = Submission::Whole {
        product_type: product_type(&body)?,
        requirements: requirements.to_owned(),
        attributes: attributes.clone(),
    };
    submit(world, call, now, &submission)
}

/// `PATCH …/items/{sellerId}/{sku}`
pub(super) fn patch(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let body = body(call)?;
    known(&body, &["productType", "patches"])?;
    let patches = Patch::read_all(&body["patches"]).map_err(bad)?;
    submit(world, call, now, &Submission::Patches { product_type: product_type(&body)?, patches })
}

/// `DELETE …/items/{sellerId}/{sku}`
pub(super) fn delete(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    submit(world, call, now, &Submission::Gone)
}

fn submit(world: &World, call: &Call, now: Timestamp, submission: &Submission) -> Result<Done, Refusal> {
    let gone = matches!(submission, Submission::Gone);
    let known: &[&str] = if gone {
        &["marketplaceIds", "issueLocale"]
    } else {
        &["marketplaceIds", "includedData", "mode", "issueLocale"]
    };
    only(call, known)?;
    seller(world, call)?;
    let ids = marketplaces(call, 1)?;
    let market =
        markets().into_iter().find(|market| Some(&market.id) == ids.first()).ok_or_else(|| missing("market"))?;
    let preview = match call.parameter("mode") {
        None => false,
        Some("VALIDATION_PREVIEW") => true,
        Some(other) => return Err(bad(format!("there is no mode {other}"))),
    };
    let included = values(call, "includedData", Some(&["identifiers", "issues"]))?;
    let sku = call.path.get(4).map_or("", String::as_str);
    super::super::feeds::settle(world, now);
    let mut listings = locked(&world.listings);
    let (listing, issues) = judge(&listings, market, sku, submission, now, None);
    let status = match (issues.is_empty(), preview) {
        (false, _) => "INVALID",
        (true, true) => "VALID",
        (true, false) => "ACCEPTED",
    };
    let mut wrote = false;
    if status == "ACCEPTED" && listing != listings.get(market.id, sku) {
        let entry = entry(market.id, sku, listing.as_ref());
        world.journal.write(std::slice::from_ref(&entry)).map_err(|cause| failed(&cause))?;
        listings.apply(&entry);
        wrote = true;
    }
    let mut answer = json!({
        "sku": sku, "status": status,
        "submissionId": key::hex(&["submission", &world.next_request().to_string()], 32),
        "issues": issues.iter().map(Issue::json).collect::<Vec<_>>(),
    });
    if included.contains(&"identifiers") {
        let asin = listing.as_ref().and_then(|listing| super::show::asin(&listing.attributes, sku));
        answer["identifiers"] =
            if issues.is_empty() { json!([{"marketplaceId": market.id, "asin": asin}]) } else { json!([]) };
    }
    Ok(Done { status: 200, body: Some(answer), wrote })
}

/// The entry that makes a listing what it is now.
pub(in crate::sandbox::amazon) fn entry(market: &str, sku: &str, listing: Option<&Listing>) -> Entry {
    let text = listing.and_then(|listing| serde_json::to_string(listing).ok()).map(Into::into);
    Entry::Listing { market: market.to_owned(), sku: sku.to_owned(), text }
}

/// What is answered where the journal takes nothing more.
fn failed(cause: &str) -> Refusal {
    Refusal {
        status: 500,
        code: "InternalFailure",
        message: "We encountered an internal error. Please try again.",
        details: Some(""),
        reason: cause.to_owned(),
    }
}

fn body(call: &Call) -> Result<Value, Refusal> {
    if !call.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Refusal { status: 415, code: "UNSUPPORTED_MEDIA_TYPE", ..bad("application/json is wanted") });
    }
    serde_json::from_slice(&call.body).map_err(|cause| bad(cause.to_string()))
}

fn known(body: &Value, fields: &[&str]) -> Result<(), Refusal> {
    let object = body.as_object().ok_or_else(|| bad("the body is no object"))?;
    match object.keys().find(|name| !fields.contains(&name.as_str())) {
        Some(name) => Err(bad(format!("the body has no field {name}"))),
        None => Ok(()),
    }
}

fn product_type(body: &Value) -> Result<String, Refusal> {
    let text = body["productType"].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| bad("productType is missing"))
}
