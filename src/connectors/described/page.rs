//! Reading an entity page by page. What has been read is told by the remote's own marks within a read, and by the time
//! between reads: the next one begins where this one began, and a little before that, because clocks differ.

use jiff::Timestamp;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::{Described, Done, at, bug, find};
use crate::catalog::described::{Joined, Pages, ReadCall};
use crate::connectors::contract::{ConnectorError, ErrorKind, Page, ReadRequest, Record};
use crate::value::Value;

/// Where a read goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    /// What has changed since then is read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    since: Option<Timestamp>,
    /// When this read began.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    began: Option<Timestamp>,
    /// The remote's mark for the next page, or its number, or how many records were read, or its address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    next: Option<String>,
}

impl Described {
    pub(super) async fn page(&self, request: &ReadRequest) -> Result<Page, ConnectorError> {
        let call = self.description.reads.iter().find(|call| call.entity == request.entity);
        let call = call.ok_or_else(|| bug(format!("{} is no source of {}", self.name(), request.entity)))?;
        let mut position: Position = match request.position.as_deref() {
            None => Position { since: Some(request.since), ..Position::default() },
            Some(text) => serde_json::from_str(text)
                .map_err(|_| bug("the position is not one of this connector's; begin with another --store"))?,
        };
        let began = *position.began.get_or_insert(self.clock.now());
        let url = self.place(call, request, &position)?;
        let done = self.call(&self.get(call.operation, url.clone())).await.map_err(|refusal| refusal.error)?;
        let records = at(&done.document, &call.records).and_then(Value::as_list).ok_or_else(|| {
            let message = format!(
                "the answer of {} to {} holds no list at `{}`",
                self.name(),
                call.operation,
                call.records.join(".")
            );
            ConnectorError::new(ErrorKind::Transient, message)
        })?;
        let next = self.next(call, &position, records.len(), &done, &url)?;
        let drained = next.is_none();
        if position.next.is_some() && position.next == next {
            return Err(bug(format!("{}: a page of {} leads to itself", self.name(), call.operation)));
        }
        position = match next {
            Some(_) => Position { next, ..position },
            None => Position { since: began.checked_sub(self.overlap).ok(), ..Position::default() },
        };
        let text = serde_json::to_string(&position).map_err(|error| bug(error.to_string()))?;
        let records = records.iter().map(|value| Record { value: value.clone() }).collect();
        Ok(Page { records, next: text, drained })
    }

    /// The address of the page.
    fn place(&self, call: &ReadCall, request: &ReadRequest, position: &Position) -> Result<Url, ConnectorError> {
        if let (Pages::Link | Pages::NextUrl { .. }, Some(next)) = (&call.pages, &position.next) {
            return self.same_host(next);
        }
        let mut url = self.url(&call.path, |_| None)?;
        let mut pairs: Vec<(String, String)> = Vec::new();
        if let (Some(name), Some(since)) = (&call.since, position.since) {
            pairs.push((name.clone(), since.to_string()));
        }
        for filter in &request.filters {
            let Some((_, joined)) = call.filters.iter().find(|(name, _)| *name == filter.name) else { continue };
            let values: Vec<String> = filter.values.iter().filter_map(find::text).collect();
            match joined {
                Joined::One(name) => pairs.extend(values.into_iter().take(1).map(|value| (name.clone(), value))),
                Joined::Comma(name) => pairs.push((name.clone(), values.join(","))),
                Joined::Repeat(name) => pairs.extend(values.into_iter().map(|value| (name.clone(), value))),
            }
        }
        if let Some((name, size)) = &call.size {
            pairs.push((name.clone(), size.to_string()));
        }
        match (&call.pages, &position.next) {
            (Pages::Cursor { query, .. } | Pages::Offset { query } | Pages::Number { query, .. }, Some(next)) => {
                pairs.push((query.clone(), next.clone()));
            }
            (Pages::Number { query, first }, None) => pairs.push((query.clone(), first.to_string())),
            (Pages::Offset { query }, None) => pairs.push((query.clone(), "0".to_owned())),
            _ => {}
        }
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Ok(url)
    }

    /// What leads to the next page; nothing where this is the last.
    fn next(
        &self,
        call: &ReadCall,
        position: &Position,
        count: usize,
        done: &Done,
        url: &Url,
    ) -> Result<Option<String>, ConnectorError> {
        let full = call.size.as_ref().map_or(count > 0, |(_, size)| count >= *size);
        let counted = |first: u64, step: usize| {
            let at = position.next.as_deref().map_or(Ok(first), str::parse::<u64>);
            let at = at.map_err(|_| bug("the position is not one of this connector's"))?;
            Ok(full.then(|| at.saturating_add(u64::try_from(step).unwrap_or(u64::MAX)).to_string()))
        };
        match &call.pages {
            Pages::One => Ok(None),
            Pages::Cursor { next, .. } => Ok(at(&done.document, next).and_then(find::text)),
            Pages::Number { first, .. } => counted(*first, 1),
            Pages::Offset { .. } => counted(0, count),
            Pages::Link => match done.answer.header("link").and_then(next_link) {
                Some(link) => self.absolute(link, url).map(Some),
                None => Ok(None),
            },
            Pages::NextUrl { next } => match at(&done.document, next).and_then(find::text) {
                Some(link) => self.absolute(&link, url).map(Some),
                None => Ok(None),
            },
        }
    }

    fn absolute(&self, link: &str, url: &Url) -> Result<String, ConnectorError> {
        let next = url.join(link).map_err(|_| bug(format!("{}: the next page's address is none", self.name())))?;
        self.same_host(next.as_str()).map(String::from)
    }

    /// An address that the remote gave, if it is on the remote: the login goes nowhere else.
    fn same_host(&self, link: &str) -> Result<Url, ConnectorError> {
        let next = Url::parse(link).map_err(|_| bug(format!("{}: the next page's address is none", self.name())))?;
        if next.origin() == self.base.origin() && next.username().is_empty() && next.password().is_none() {
            return Ok(next);
        }
        let message = format!(
            "{} names a next page on another host ({}), to which the login is not sent",
            self.name(),
            next.host_str().unwrap_or("none")
        );
        Err(bug(message))
    }
}

/// The address with `rel="next"` in a `Link` header, as RFC 8288 writes it.
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        let (parameters, behind) = match after.find(",<").or_else(|| after.find(", <")) {
            Some(end) => after.split_at(end),
            None => (after, ""),
        };
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel") && value.split(' ').any(|word| word.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(address);
        }
        rest = behind;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn links_are_read_as_rfc_8288_writes_them() {
        let header = "<https://x.example/a?page=1>; rel=\"prev\", <https://x.example/a?page=3,4>; rel=\"next last\"";
        assert_eq!(next_link(header), Some("https://x.example/a?page=3,4"));
        assert_eq!(next_link("</a>; title=\"next\"; rel=first"), None);
        assert_eq!(next_link("</b>; rel=next"), Some("/b"));
        assert_eq!(next_link(""), None);
    }
}
