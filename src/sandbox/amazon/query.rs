//! The parameters of searchOrders, checked as published: unknown names, dates, enumerations, the two families of
//! times and the two-minute rule.

use jiff::{SignedDuration, Timestamp};

use super::Refusal;
use super::blocks::DATA_SETS;
use crate::sandbox::call::Call;
use crate::sandbox::key;

const STATUSES: [&str; 7] =
    ["PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED", "UNFULFILLABLE"];
const PARAMETERS: [&str; 10] = [
    "createdAfter",
    "createdBefore",
    "lastUpdatedAfter",
    "lastUpdatedBefore",
    "fulfillmentStatuses",
    "marketplaceIds",
    "fulfilledBy",
    "maxResultsPerPage",
    "paginationToken",
    "includedData",
];
/// A `Before` must lie at least this long in the past.
const TWO_MINUTES: SignedDuration = SignedDuration::from_mins(2);

/// Which of an order's times a search goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Created,
    Updated,
}

/// A search whose parameters are in order.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) by: By,
    pub(super) after: Timestamp,
    /// As asked for, or two minutes before the request. A page's token brings that of its first page.
    pub(super) before: Timestamp,
    pub(super) statuses: Vec<String>,
    pub(super) marketplaces: Vec<String>,
    pub(super) fulfilled_by: Vec<String>,
    pub(super) page_size: usize,
    pub(super) token: Option<String>,
    pub(super) included: Vec<String>,
    /// The same for every page of one search; a token knows it.
    pub(super) fingerprint: String,
}

impl Search {
    /// Reads the query of a request that came at `now`.
    pub(super) fn read(call: &Call, now: Timestamp) -> Result<Self, Refusal> {
        for (place, (name, value)) in call.query.iter().enumerate() {
            if !PARAMETERS.contains(&name.as_str()) {
                return Err(Refusal::invalid(format!("searchOrders has no parameter {name}")));
            }
            if call.query.iter().take(place).any(|(earlier, _)| earlier == name) {
                return Err(Refusal::invalid(format!("{name} is given twice; lists are joined by commas")));
            }
            if value.is_empty() {
                return Err(Refusal::invalid(format!("{name} is empty")));
            }
        }
        let created = (instant(call, "createdAfter")?, instant(call, "createdBefore")?);
        let updated = (instant(call, "lastUpdatedAfter")?, instant(call, "lastUpdatedBefore")?);
        let (by, after, asked_before) = match (created, updated) {
            ((Some(after), before), (None, None)) => (By::Created, after, before),
            ((None, None), (Some(after), before)) => (By::Updated, after, before),
            ((None, _), (None, _)) => {
                return Err(Refusal::invalid("one of createdAfter and lastUpdatedAfter must be given"));
            }
            _ => return Err(Refusal::invalid("created… and lastUpdated… must not be mixed")),
        };
        let newest = now - TWO_MINUTES;
        if let Some(before) = asked_before {
            if before > newest {
                return Err(Refusal::invalid("…Before must be at least two minutes before the request"));
            }
            if before < after {
                return Err(Refusal::invalid("…Before must not be earlier than …After"));
            }
        }
        let statuses = list(call, "fulfillmentStatuses", Some(&STATUSES))?;
        let marketplaces = list(call, "marketplaceIds", None)?;
        if marketplaces.len() > 50 {
            return Err(Refusal::invalid("marketplaceIds takes at most 50"));
        }
        let fulfilled_by = list(call, "fulfilledBy", Some(&["MERCHANT", "AMAZON"]))?;
        let page_size = match call.parameter("maxResultsPerPage") {
            None => 100,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=100).contains(size))
                .ok_or_else(|| Refusal::invalid("maxResultsPerPage must be between 1 and 100"))?,
        };
        let fingerprint = key::hex(
            &[
                &format!("{by:?} {after} {asked_before:?}"),
                &sorted(&statuses),
                &sorted(&marketplaces),
                &sorted(&fulfilled_by),
            ],
            16,
        );
        Ok(Self {
            by,
            after,
            before: asked_before.unwrap_or_else(|| whole_millis(newest)),
            statuses,
            marketplaces,
            fulfilled_by,
            page_size,
            token: call.parameter("paginationToken").map(str::to_owned),
            included: included_data(call)?,
            fingerprint,
        })
    }
}

/// The data sets that were asked for.
pub(super) fn included_data(call: &Call) -> Result<Vec<String>, Refusal> {
    list(call, "includedData", Some(&DATA_SETS.map(|(name, _, _)| name)))
}

fn list(call: &Call, name: &str, allowed: Option<&[&str]>) -> Result<Vec<String>, Refusal> {
    let Some(text) = call.parameter(name) else { return Ok(Vec::new()) };
    let values: Vec<String> = text.split(',').map(str::to_owned).collect();
    let odd =
        values.iter().find(|value| value.is_empty() || allowed.is_some_and(|known| !known.contains(&value.as_str())));
    match odd {
        Some(value) => Err(Refusal::invalid(format!("{name} does not take `{value}`"))),
        None => Ok(values),
    }
}

fn instant(call: &Call, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = call.parameter(name) else { return Ok(None) };
    // A date-time with its offset; a date alone or a local time says nothing about the instant.
    match text.parse::<Timestamp>() {
        Ok(at) if text.len() >= 17 && text.as_bytes().get(10).is_some_and(|&byte| byte == b'T') => Ok(Some(at)),
        _ => Err(Refusal::invalid(format!("{name} is not an ISO 8601 date-time: `{text}`"))),
    }
}

fn sorted(values: &[String]) -> String {
    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.sort_unstable();
    values.join(",")
}

fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
