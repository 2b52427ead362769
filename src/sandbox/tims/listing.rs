//! Lists: filters, pages, and the shape `{data, page}` they come in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Tims;
use super::customers::{code_key, match_key};
use super::finance::id_by_ref;
use super::orders;
use super::problem::Problem;
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;

/// A filter: `filter[name]=a,b`, or with `[gte]` or `[lt]` for times.
#[derive(Debug)]
struct Filter {
    name: String,
    compare: Option<String>,
    values: Vec<String>,
}

/// What a list request asks for.
#[derive(Debug)]
pub(super) struct Listing {
    filters: Vec<Filter>,
    limit: usize,
    after: Option<String>,
    by_time: bool,
}

impl Listing {
    /// Reads the query; `names` are the filters that the list knows.
    pub(super) fn read(call: &Call, names: &[&str]) -> Result<Self, Problem> {
        let mut listing = Self { filters: Vec::new(), limit: 100, after: None, by_time: false };
        let bad = |name: &str, message: &str| Problem::new(400, "bad_parameter", format!("{name}: {message}"));
        for (name, value) in &call.query {
            let mut parts = name.split('[').map(|part| part.trim_end_matches(']'));
            match (parts.next(), parts.next(), parts.next()) {
                (Some("limit"), None, _) => {
                    let limit = value.parse().ok().filter(|limit| (1..=500).contains(limit));
                    listing.limit = limit.ok_or_else(|| bad(name, "between 1 and 500"))?;
                }
                (Some("sort"), None, _) => {
                    listing.by_time = match value.as_str() {
                        "updated_at,id" => true,
                        "id" => false,
                        _ => return Err(bad(name, "id, or updated_at,id")),
                    };
                }
                (Some("cursor"), None, _) => {
                    let bytes = URL_SAFE_NO_PAD.decode(value).map_err(|_| bad(name, "not given out here"))?;
                    listing.after = Some(String::from_utf8(bytes).map_err(|_| bad(name, "not given out here"))?);
                }
                (Some(plain @ ("source" | "external_ref")), None, _) if names.contains(&plain) => {
                    let values = vec![value.clone()];
                    listing.filters.push(Filter { name: plain.to_owned(), compare: None, values });
                }
                (Some("filter"), Some(field), compare) => {
                    // Both spellings are understood, since a filter is not a field of a body.
                    let field = snake(field);
                    if !names.contains(&field.as_str()) {
                        return Err(bad(name, &format!("there are filters for {}", names.join(", "))));
                    }
                    if compare.is_some_and(|compare| !matches!(compare, "gte" | "lt"))
                        || (compare.is_some() && !matches!(field.as_str(), "updated_at" | "date"))
                    {
                        return Err(bad(name, "only updated_at and date compare, with gte and lt"));
                    }
                    if compare.is_some() && field == "date" {
                        if value.parse::<jiff::civil::Date>().is_err() {
                            return Err(bad(name, "a day like 2026-02-28 is wanted"));
                        }
                    } else if compare.is_some() && value.parse::<Timestamp>().is_err() {
                        return Err(bad(name, "an RFC 3339 instant is wanted"));
                    }
                    let values = value.split(',').map(str::to_owned).collect();
                    listing.filters.push(Filter { name: field, compare: compare.map(str::to_owned), values });
                }
                _ => return Err(bad(name, "there is no such parameter")),
            }
        }
        Ok(listing)
    }

    /// The values of a filter for equality.
    pub(super) fn values(&self, name: &str) -> Option<&[String]> {
        let filter = self.filters.iter().find(|filter| filter.name == name && filter.compare.is_none())?;
        Some(&filter.values)
    }

    /// The key after which the page begins.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// One page of what the rows hold; they come sorted by key.
    pub(super) fn page<'a>(&self, rows: impl Iterator<Item = (&'a str, Value)>) -> Value {
        self.page_of(rows)
    }

    /// The same where the keys are made on the way.
    pub(super) fn page_of<K: AsRef<str>>(&self, rows: impl Iterator<Item = (K, Value)>) -> Value {
        let mut data = Vec::new();
        let mut last = None;
        let mut more = false;
        for (key, row) in rows.filter(|(key, _)| self.after.as_deref().is_none_or(|after| key.as_ref() > after)) {
            if data.len() == self.limit {
                more = true;
                break;
            }
            data.push(row);
            last = Some(key);
        }
        let next = last.filter(|_| more).map(|key| URL_SAFE_NO_PAD.encode(key.as_ref()));
        json!({"data": data, "page": {"next_cursor": next, "has_more": more}})
    }

    /// One page of the rows that are asked for, those that changed first before the others.
    fn page_by_time(&self, rows: Vec<Value>) -> Value {
        let place = |row: &Value| {
            let at = row["updated_at"].as_str().and_then(|text| text.parse::<Timestamp>().ok()).unwrap_or_default();
            // Of one length, so that the order of the texts is that of the instants.
            format!("{:025} {}", at.as_nanosecond(), row["id"].as_str().unwrap_or_default())
        };
        let mut rows: Vec<(String, Value)> =
            rows.into_iter().filter(|row| self.takes(row)).map(|row| (place(&row), row)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        self.page(rows.iter().map(|(place, row)| (place.as_str(), row.clone())))
    }

    /// Whether a document is asked for.
    pub(super) fn takes(&self, document: &Value) -> bool {
        self.filters.iter().all(|filter| {
            let wanted = |value: &str| filter.values.iter().any(|wanted| wanted == value);
            let refs = || document["external_refs"].as_array().into_iter().flatten();
            let text = document[&filter.name].as_str();
            match (filter.name.as_str(), &filter.compare) {
                ("updated_at", Some(compare)) => {
                    let instant = |text: &str| text.parse::<Timestamp>().ok();
                    let (at, limit) = (text.and_then(instant), filter.values.first().and_then(|text| instant(text)));
                    if compare == "gte" { at >= limit } else { at < limit }
                }
                ("date", Some(compare)) => {
                    let limit = filter.values.first().map(String::as_str);
                    if compare == "gte" { text >= limit } else { text < limit }
                }
                ("email", _) => document["contact"]["email"].as_str().is_some_and(wanted),
                ("match_key", _) => match_key(document).is_some_and(|key| wanted(&key)),
                ("source", _) if text.is_none() => refs().any(|one| one["source"].as_str().is_some_and(wanted)),
                ("external_ref", _) if text.is_none() => refs().any(|one| one["ref"].as_str().is_some_and(wanted)),
                _ => text.is_some_and(wanted),
            }
        })
    }
}

impl Tims {
    /// The documents of a kind that a listing asks for. Names and match keys are looked up, not searched for.
    pub(super) fn list(&self, kind: DocKind, listing: &Listing) -> Value {
        let documents = self.documents(kind);
        let found = |ids: Vec<String>| -> Vec<(&str, Value)> {
            let mut ids = ids;
            ids.sort_unstable();
            ids.dedup();
            let found = ids.iter().filter_map(|id| documents.get_key_value(id.as_str()));
            found.filter_map(|(id, text)| Some((id.as_str(), serde_json::from_str(text).ok()?))).collect()
        };
        let names = listing.values("source").zip(listing.values("external_ref"));
        let looked_up = match (kind, names) {
            (DocKind::SalesOrder, Some((sources, references))) => {
                Some(found(sources.iter().flat_map(|s| references.iter().map(move |r| orders::id_of(s, r))).collect()))
            }
            (DocKind::Customer, Some((sources, references))) => {
                let names = sources.iter().flat_map(|s| references.iter().map(move |r| (s.clone(), r.clone())));
                Some(found(names.filter_map(|name| self.customer_refs.get(&name).cloned()).collect()))
            }
            (DocKind::Customer, None) => {
                let fold = |key: &String| key.to_lowercase();
                let keys =
                    listing.values("match_key").or(listing.values("email")).map(|keys| keys.iter().map(fold).collect());
                let codes = || listing.values("code").map(|codes| codes.iter().map(|code| code_key(code)).collect());
                keys.or_else(codes).map(|keys: Vec<String>| {
                    found(keys.iter().filter_map(|key| self.customer_keys.get(key)).flatten().cloned().collect())
                })
            }
            (_, Some((sources, references))) => {
                let names = sources.iter().flat_map(|s| references.iter().map(move |r| (s, r)));
                let ids: Option<Vec<String>> = names.map(|(s, r)| id_by_ref(kind, s, r)).collect();
                ids.map(found)
            }
            (DocKind::Allocation, None) => listing
                .values("sales_order_id")
                .map(|orders| found(orders.iter().map(|order| super::allocations::id_of(order)).collect())),
            _ => None,
        };
        let by_id = || listing.values("id").map(|ids| found(ids.to_vec()));
        let looked_up = looked_up.or_else(by_id);
        if listing.by_time {
            let all = || documents.values().filter_map(|text| serde_json::from_str(text).ok()).collect();
            let rows = looked_up.map_or_else(all, |rows| rows.into_iter().map(|(_, row)| row).collect());
            return listing.page_by_time(rows);
        }
        match looked_up {
            Some(rows) => listing.page(rows.into_iter().filter(|(_, row)| listing.takes(row))),
            None => listing.page(
                documents
                    .iter()
                    .filter_map(|(id, text)| Some((id.as_str(), serde_json::from_str::<Value>(text).ok()?)))
                    .filter(|(_, row)| listing.takes(row)),
            ),
        }
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
