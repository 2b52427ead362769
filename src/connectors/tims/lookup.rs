//! Finding documents by their keys, many at a time, answered in the order of the keys.

use std::collections::HashMap;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::{Task, Tims, goods};
use crate::connectors::contract::{ConnectorError, ErrorKind, Fetch};
use crate::value::Value;

/// Values that one call asks for.
const BATCH: usize = 100;
/// Pages that one lookup follows; more means that the filter does not filter.
const PAGES: usize = 20;
/// Batches that are asked for at once; the slots limit them further.
const AT_ONCE: usize = 5;

impl Tims {
    pub(super) async fn look_up(&self, request: &Fetch) -> Result<Vec<Value>, ConnectorError> {
        if request.entity == "gl_periods" {
            return self.periods(request).await;
        }
        let keys: Vec<Option<&str>> = request.values.iter().map(key).collect();
        let mut distinct: Vec<&str> = keys.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let entity = request.entity.as_str();
        let by = request.key.as_str();
        let lookup = super::descriptor::entity(entity).and_then(|entity| entity.lookup.as_ref());
        let found = match lookup.filter(|lookup| lookup.keys.contains(&by)) {
            Some(lookup) if lookup.operation.starts_with("list") => self.listed(entity, by, &distinct).await?,
            Some(_) => self.one_by_one(entity, &distinct).await?,
            None => {
                let message = format!("tims cannot look up {entity} by {by}");
                return Err(ConnectorError::new(ErrorKind::Bug, message));
            }
        };
        Ok(keys.iter().map(|key| key.and_then(|key| found.get(key)).cloned().unwrap_or_default()).collect())
    }

    /// The documents that have these keys, asked for many at a time.
    pub(super) async fn listed(
        &self,
        entity: &str,
        by: &str,
        keys: &[&str],
    ) -> Result<HashMap<String, Value>, ConnectorError> {
        // A key with a comma would be read as two, so it is asked for alone.
        let (alone, together): (Vec<&str>, Vec<&str>) = keys.iter().copied().partition(|key| key.contains(','));
        let mut calls = Vec::new();
        for batch in together.chunks(BATCH) {
            calls.push(self.batch(entity, by, batch).boxed());
        }
        for key in alone.chunks(1) {
            calls.push(self.batch(entity, by, key).boxed());
        }
        let found: Vec<Vec<(String, Value)>> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn batch(&self, entity: &str, by: &str, keys: &[&str]) -> Result<Vec<(String, Value)>, ConnectorError> {
        let documents = self.list(entity, by, &keys.join(",")).await?;
        let found = keys.iter().filter_map(|key| Some(((*key).to_owned(), self.choose(entity, by, key, &documents)?)));
        Ok(found.collect())
    }

    pub(super) async fn list(&self, entity: &str, by: &str, values: &str) -> Result<Vec<Value>, ConnectorError> {
        let filter = format!("filter[{by}]");
        // An item has a row for each location or list.
        let limit = if matches!(entity, "prices" | "stock") { 5 * BATCH } else { BATCH };
        let what = format!("find {entity} by {by}");
        let mut query: Vec<(&str, String)> = vec![(&filter, values.to_owned()), ("limit", limit.to_string())];
        if by == "external_ref" {
            query.push(("filter[source]", self.source.clone()));
        }
        let mut documents = Vec::new();
        let mut next: Option<(&str, String)> = None;
        for page in 2.. {
            let asked = query.iter().chain(&next).map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
            let answer = match self.call(&Task::get(&path(entity, &[]), &asked, &what)).await {
                Ok(answer) => answer,
                Err(refusal) if says_none(&refusal.error) => return Ok(documents),
                Err(refusal) => return Err(refusal.error),
            };
            let rows = answer.document.get("data").unwrap_or(&answer.document).as_list().ok_or_else(|| {
                ConnectorError::new(ErrorKind::Transient, format!("TIMS' answer ({what}) is not a list"))
            })?;
            documents.extend_from_slice(rows);
            next = more(&answer.document, page);
            if next.is_none() {
                return Ok(documents);
            }
            if page > PAGES {
                break;
            }
        }
        let message = format!("TIMS answers ({what}) with far more than was asked for; does it know filter[{by}]?");
        Err(ConnectorError::new(ErrorKind::Bug, message))
    }

    async fn one_by_one(&self, entity: &str, keys: &[&str]) -> Result<HashMap<String, Value>, ConnectorError> {
        let mut calls = Vec::with_capacity(keys.len());
        for key in keys {
            calls.push(self.one(entity, key).boxed());
        }
        let found: Vec<Option<(String, Value)>> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn one(&self, entity: &str, key: &str) -> Result<Option<(String, Value)>, ConnectorError> {
        match self.call(&Task::get(&path(entity, &[key]), &[], &format!("find {entity}"))).await {
            Ok(done) => Ok(Some((key.to_owned(), unwrapped(done.document)))),
            Err(refusal) if refusal.error.kind == ErrorKind::NotFound => Ok(None),
            Err(refusal) => Err(refusal.error),
        }
    }

    /// The one that was meant: the very key first; for SKUs then the same but for case and spaces, if it is one only.
    fn choose(&self, entity: &str, by: &str, key: &str, documents: &[Value]) -> Option<Value> {
        let exact: Vec<&Value> =
            documents.iter().filter(|document| self.has(document, by, |text| text == key)).collect();
        match entity {
            "stock" => return goods::stock_in_all(&exact),
            "prices" => return goods::prices_in_all(key, &exact),
            _ => {}
        }
        if let Some(first) = exact.first() {
            return Some((*first).clone());
        }
        let folded = |text: &str| text.trim().to_lowercase();
        let wanted = folded(key);
        let near = |document: &&Value| by != "external_ref" && self.has(document, by, |text| folded(text) == wanted);
        let mut near = documents.iter().filter(near);
        match (near.next(), near.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }

    fn has(&self, document: &Value, by: &str, fits: impl Fn(&str) -> bool) -> bool {
        match by {
            "email" => document
                .get("contact")
                .and_then(|contact| contact.get("email"))
                .and_then(Value::as_text)
                .is_some_and(fits),
            "external_ref" => self.references(document).into_iter().any(fits),
            "match_key" => match_key(document).is_some_and(|key| fits(&key)),
            "alias" => {
                let aliases = document.get("aliases").and_then(Value::as_list).unwrap_or_default();
                let ours = |alias: &&Value| {
                    alias.get("source").and_then(Value::as_text).is_none_or(|source| source == self.source)
                };
                aliases.iter().filter(ours).filter_map(|alias| alias.get("seller_sku")?.as_text()).any(fits)
            }
            _ => document.get(by).and_then(Value::as_text).is_some_and(fits),
        }
    }

    /// What our source calls a document.
    pub(super) fn references<'a>(&self, document: &'a Value) -> Vec<&'a str> {
        let ours =
            |value: &Value| value.get("source").and_then(Value::as_text).is_none_or(|source| source == self.source);
        let own = document.get("external_ref").and_then(Value::as_text).filter(|_| ours(document));
        let list = document.get("external_refs").and_then(Value::as_list).unwrap_or_default();
        let listed = list.iter().filter(|item| ours(item)).filter_map(|item| item.get("ref").and_then(Value::as_text));
        own.into_iter().chain(listed).collect()
    }
}

/// The address of an entity's documents, with what comes below it.
pub(super) fn path<'p>(entity: &'p str, below: &[&'p str]) -> Vec<&'p str> {
    let (ledger, entity) =
        entity.strip_prefix("gl_").map_or((entity == "journal_entries", entity), |name| (true, name));
    let folder = ledger.then_some("gl");
    folder.into_iter().chain([entity]).chain(below.iter().copied()).collect()
}

/// What makes two customers one for TIMS: the e-mail address, or else name, postal code and country.
fn match_key(customer: &Value) -> Option<String> {
    let normal = |value: Option<&Value>| {
        let text = value.and_then(Value::as_text).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    };
    let email = normal(customer.get("contact").and_then(|contact| contact.get("email")));
    if !email.is_empty() {
        return Some(email);
    }
    let address = customer.get("addresses").and_then(Value::as_list).and_then(<[Value]>::first)?;
    let parts = [customer.get("company_name"), address.get("postal_code"), address.get("country")];
    Some(parts.map(normal).join("|"))
}

/// Some lists answer 404 where nothing fits. A wrong address does so too, and must not look like a missing article.
fn says_none(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::NotFound && error.code.as_deref().is_some_and(|code| code.ends_with("_not_found"))
}

fn key(value: &Value) -> Option<&str> {
    value.as_text().filter(|text| !text.trim().is_empty())
}

/// The parameter of the next page, in the two ways in which lists are paged.
fn more(body: &Value, next_page: usize) -> Option<(&'static str, String)> {
    let page = body.get("page").filter(|page| page.get("has_more") != Some(&Value::Bool(false)));
    if let Some(cursor) = page.and_then(|page| page.get("next_cursor")).and_then(Value::as_text) {
        return Some(("cursor", cursor.to_owned()));
    }
    let context = body.get("page_context").and_then(|context| context.get("has_more_page"));
    (context == Some(&Value::Bool(true))).then(|| ("page", next_page.to_string()))
}

/// A document that comes inside `data`.
pub(super) fn unwrapped(document: Value) -> Value {
    match document.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("data")) {
        Some(inner @ Value::Object(_)) => inner.clone(),
        _ => document,
    }
}
