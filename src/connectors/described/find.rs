//! Finding documents by a key, many at a time where the remote can do that.

use std::collections::HashMap;

use super::{Described, at, bug};
use crate::catalog::described::{FindCall, Joined};
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::value::Value;

impl Described {
    /// The documents of these values, in their order.
    pub(super) async fn find(&self, entity: &str, key: &str, values: &[Value]) -> Result<Vec<Value>, ConnectorError> {
        let found = self.description.finds.iter().filter(|call| call.entity == entity && call.key == key);
        // A way to find several is taken before one that finds a source's single record.
        let call = found.max_by_key(|call| (call.most, call.joined.is_some()));
        let call = call.ok_or_else(|| bug(format!("{} cannot find {entity} by {key}", self.name())))?;
        let keys: Vec<Option<String>> = values.iter().map(text).collect();
        let mut distinct: Vec<&String> = keys.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let comma = matches!(call.joined, Some(Joined::Comma(_)));
        // A value with a comma would be read as two, so it is asked for alone.
        let (alone, together): (Vec<&String>, Vec<&String>) =
            distinct.into_iter().partition(|key| comma && key.contains(','));
        let mut found: HashMap<String, Value> = HashMap::new();
        for batch in together.chunks(call.most.max(1)).chain(alone.chunks(1)) {
            found.extend(self.batch(call, batch).await?);
        }
        Ok(keys.iter().map(|key| key.as_ref().and_then(|key| found.get(key)).cloned().unwrap_or_default()).collect())
    }

    async fn batch(&self, call: &FindCall, keys: &[&String]) -> Result<Vec<(String, Value)>, ConnectorError> {
        let first = keys.first().map(|key| (*key).clone());
        let mut url = self.url(&call.path, |_| first.clone())?;
        {
            let mut query = url.query_pairs_mut();
            match &call.joined {
                None => {}
                Some(Joined::One(name)) => {
                    query.extend_pairs(keys.iter().take(1).map(|key| (name, key.as_str())));
                }
                Some(Joined::Comma(name)) => {
                    let all: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
                    query.append_pair(name, &all.join(","));
                }
                Some(Joined::Repeat(name)) => {
                    query.extend_pairs(keys.iter().map(|key| (name, key.as_str())));
                }
            }
        }
        if url.query() == Some("") {
            url.set_query(None);
        }
        let done = match self.call(&self.get(call.operation, url)).await {
            Ok(done) => done,
            // Where the value is in the path, there being nothing there is the answer.
            Err(refusal) if refusal.error.kind == ErrorKind::NotFound && call.joined.is_none() => {
                return Ok(Vec::new());
            }
            Err(refusal) => return Err(refusal.error),
        };
        let nothing = |what: &str| {
            let message = format!("the answer of {} to {} {what}", self.name(), call.operation);
            ConnectorError::new(ErrorKind::Transient, message)
        };
        let Some(there) = at(&done.document, &call.records) else {
            return Err(nothing("does not hold what was asked for where the description says"));
        };
        let Some(list) = there.as_list() else {
            let record = there.as_object().map(|_| there.clone());
            let record = record.ok_or_else(|| nothing("is neither an object nor a list"))?;
            return Ok(first.map(|key| (key, record)).into_iter().collect());
        };
        // What the remote finds by likeness, or because it does not know the filter, is not what was asked for.
        let named = |record: &Value| record.get(call.key).and_then(text);
        let mut out: Vec<(String, Value)> = Vec::new();
        for record in list {
            if let Some(key) = named(record).filter(|key| keys.contains(&key))
                && !out.iter().any(|(known, _)| *known == key)
            {
                out.push((key, record.clone()));
            }
        }
        Ok(out)
    }
}

/// A value as it stands in an address; nothing where it is blank.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::List(_) | Value::Object(_) => None,
        scalar => Some(scalar.display()).filter(|text| !text.trim().is_empty()),
    }
}
