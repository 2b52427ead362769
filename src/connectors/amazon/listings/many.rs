//! Many submissions at once: a few are calls of their own, more are a feed for each marketplace. Each gets its own answer.

use std::collections::BTreeMap;

use futures::{FutureExt, StreamExt, stream};

use super::super::Amazon;
use super::super::feeds::{Ended, MOST};
use super::find::{BATCH, reference};
use super::message::{Content, Message};
use super::submit::{is_there, priced, refused, taken, unchanged};
use super::text;
use crate::connectors::contract::{ConnectorError, ErrorKind, WriteAnswer, WriteRequest};
use crate::value::{Object, Value};

/// Calls at once.
const AT_ONCE: usize = 5;

/// So many may always fall to zero.
const EMPTIED_FEW: usize = 20;

type Answer = Result<WriteAnswer, ConnectorError>;

impl Amazon {
    /// Writes many; the answers are in the order of the requests.
    pub(super) async fn submit_listings(&self, requests: &[WriteRequest]) -> Vec<Answer> {
        if let Err(error) = self.guard(requests).await {
            return requests.iter().map(|_| Err(error.clone())).collect();
        }
        let mut answers: Vec<Option<Answer>> = Vec::new();
        answers.resize_with(requests.len(), || None);
        if requests.len() <= self.feed_above {
            let mut calls = Vec::with_capacity(requests.len());
            for request in requests {
                calls.push(self.submit_listing(request).boxed());
            }
            return stream::iter(calls).buffered(AT_ONCE).collect().await;
        }
        let mut by_market: BTreeMap<String, Vec<(usize, Message)>> = BTreeMap::new();
        for (at, message) in self.messages(requests).await.into_iter().enumerate() {
            match message {
                Ok(Some(message)) => by_market.entry(message.market.clone()).or_default().push((at, message)),
                Ok(None) => set(&mut answers, at, requests.get(at).map_or_else(lost, |one| unchanged(&one.payload))),
                Err(error) => set(&mut answers, at, Err(error)),
            }
        }
        for (market, messages) in by_market {
            for part in messages.chunks(MOST) {
                for (at, answer) in self.feed(&market, part).await {
                    set(&mut answers, at, answer);
                }
            }
        }
        answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect()
    }

    /// Stops what would sell out too much at once: a warehouse that is empty from one hour to the next is a fault far more
    /// often than it is true. A few are never too much. Only where many are sent as zero, Amazon is asked which of them are
    /// not zero already.
    async fn guard(&self, requests: &[WriteRequest]) -> Result<(), ConnectorError> {
        let zero = |request: &&WriteRequest| {
            request.entity == "quantities" && request.payload.get("quantity") == Some(&Value::Int(0))
        };
        let too_many = |count: usize| count >= EMPTIED_FEW && count * 100 > self.emptied_percent * requests.len();
        let emptied: Vec<&WriteRequest> = requests.iter().filter(zero).collect();
        if !too_many(emptied.len()) {
            return Ok(());
        }
        let names = emptied.iter().filter_map(|request| {
            let of = |name| text(&request.payload, name).ok().map(str::to_owned);
            Some((of("marketplaceId")?, of("sku")?))
        });
        let there = self.all_of(&names.collect::<Vec<_>>(), "fulfillmentAvailability").await?;
        let sells = |item: &&Value| {
            let entries = item.get("fulfillmentAvailability").and_then(Value::as_list).unwrap_or_default();
            entries.iter().any(|entry| matches!(entry.get("quantity"), Some(Value::Int(quantity)) if *quantity > 0))
        };
        let falling = there.values().filter(sells).count();
        if !too_many(falling) {
            return Ok(());
        }
        let (all, percent) = (requests.len(), self.emptied_percent);
        let message = format!(
            "{falling} of {all} quantities would fall to zero at once, which is more than {percent} %: nothing of them was \
             sent. Look at the stock in TIMS; if it is true, set emptied_percent of the connection higher and run again"
        );
        Err(ConnectorError::new(ErrorKind::Bug, message))
    }

    /// The message of each request; none where Amazon has it already.
    async fn messages(&self, requests: &[WriteRequest]) -> Vec<Result<Option<Message>, ConnectorError>> {
        let wanted = requests.iter().filter(|request| request.entity == "prices");
        let names: Vec<(String, String)> = wanted
            .filter_map(|request| {
                let of = |name| text(&request.payload, name).ok().map(str::to_owned);
                Some((of("marketplaceId")?, of("sku")?))
            })
            .collect();
        // Prices are put into what Amazon has.
        let there = self.all_of(&names, "attributes").await;
        let message = |request: &WriteRequest| {
            if request.entity != "prices" {
                return Message::of(request).map(Some);
            }
            let (market, sku) = (text(&request.payload, "marketplaceId")?, text(&request.payload, "sku")?);
            match there.as_ref().map_err(Clone::clone)?.get(&reference(market, sku)) {
                Some(item) => priced(&request.payload, market, item),
                None => {
                    let message = format!("Amazon has no listing {sku} in {market}: list it first");
                    Err(ConnectorError::new(ErrorKind::Rejected, message))
                }
            }
        };
        requests.iter().map(message).collect()
    }

    /// What Amazon has of listings, by their names.
    async fn all_of(
        &self,
        names: &[(String, String)],
        blocks: &str,
    ) -> Result<BTreeMap<String, Value>, ConnectorError> {
        let mut by_market: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (market, sku) in names {
            by_market.entry(market).or_default().push(sku);
        }
        let mut found = BTreeMap::new();
        for (market, skus) in by_market {
            let (alone, together): (Vec<&str>, Vec<&str>) = skus.into_iter().partition(|sku| sku.contains(','));
            for part in together.chunks(BATCH) {
                found.extend(self.listings_of(market, part, blocks).await?);
            }
            for sku in alone {
                found.extend(self.one_listing(market, sku, blocks).await?);
            }
        }
        Ok(found)
    }

    /// One feed, and what became of each of its messages.
    async fn feed(&self, market: &str, part: &[(usize, Message)]) -> Vec<(usize, Answer)> {
        let all = |error: ConnectorError| part.iter().map(|(at, _)| (*at, Err(error.clone()))).collect::<Vec<_>>();
        let messages = part.iter().zip(1_i64..).map(|((_, message), id)| numbered(message, id)).collect();
        let id = match self.hand_in(market, messages).await {
            Ok(id) => id,
            Err(error) => return all(error),
        };
        let report = match self.await_feed(&id).await {
            Ok(Ended::Done(report)) => report,
            Ok(Ended::GivenUp(why)) => return self.read_back(part, &id, &why).await,
            Err(error) => return all(error),
        };
        let issues = report.get("issues").and_then(Value::as_list).unwrap_or_default();
        let mut of_message: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        let mut of_feed: Vec<Value> = Vec::new();
        for issue in issues {
            match issue.get("messageId") {
                Some(Value::Int(id)) => of_message.entry(*id).or_default().push(issue.clone()),
                _ => of_feed.push(issue.clone()),
            }
        }
        if of_feed.iter().any(is_error) {
            return all(refused(&format!("the feed {id}"), &of_feed));
        }
        let bad = |id: &i64| of_message.get(id).is_some_and(|issues| issues.iter().any(is_error));
        let invalid = (1_i64..).take(part.len()).filter(bad).count();
        let accepted = report.get("summary").and_then(|summary| summary.get("messagesAccepted"));
        if accepted != i64::try_from(part.len() - invalid).ok().map(Value::Int).as_ref() {
            return self.read_back(part, &id, "its report does not account for every message").await;
        }
        let answers = part.iter().zip(1_i64..).map(|((at, message), number)| {
            let issues = of_message.get(&number).map(Vec::as_slice).unwrap_or_default();
            let answer = if bad(&number) {
                Err(ConnectorError { request_id: Some(id.clone()), ..refused(&message.sku, issues) })
            } else {
                let document = taken(message, "ACCEPTED", Value::text(&id), issues);
                Ok(WriteAnswer { document, request_id: Some(id.clone()) })
            };
            (*at, answer)
        });
        answers.collect()
    }

    /// What became of the messages of a feed whose end says nothing of it: Amazon's listings are asked.
    async fn read_back(&self, part: &[(usize, Message)], id: &str, why: &str) -> Vec<(usize, Answer)> {
        let names: Vec<(String, String)> =
            part.iter().map(|(_, message)| (message.market.clone(), message.sku.clone())).collect();
        let there = self.all_of(&names, "attributes").await;
        let answers = part.iter().map(|(at, message)| {
            let answer = match &there {
                Err(error) => Err(error.clone()),
                Ok(there)
                    if there
                        .get(&reference(&message.market, &message.sku))
                        .is_some_and(|item| is_there(item, message)) =>
                {
                    let document = taken(message, "ACCEPTED", Value::text(id), &[]);
                    Ok(WriteAnswer { document, request_id: Some(id.to_owned()) })
                }
                Ok(_) => {
                    let text = format!("the feed {id} did not do it: {why}");
                    Err(ConnectorError {
                        request_id: Some(id.to_owned()),
                        ..ConnectorError::new(ErrorKind::Transient, text)
                    })
                }
            };
            (*at, answer)
        });
        answers.collect()
    }
}

fn set(answers: &mut [Option<Answer>], at: usize, answer: Answer) {
    if let Some(place) = answers.get_mut(at) {
        *place = Some(answer);
    }
}

fn lost() -> Answer {
    Err(ConnectorError::new(ErrorKind::Bug, "a submission of many was not answered"))
}

fn is_error(issue: &Value) -> bool {
    issue.get("severity").and_then(Value::as_text) == Some("ERROR")
}

/// A message of a feed.
fn numbered(message: &Message, id: i64) -> Value {
    let mut numbered = Object::new();
    numbered.push("messageId", Value::Int(id));
    numbered.push("sku", Value::text(&message.sku));
    let kind = if matches!(message.content, Content::Whole { .. }) { "UPDATE" } else { "PATCH" };
    numbered.push("operationType", Value::text(kind));
    if let Some(body) = message.body().as_object() {
        for (name, value) in body.iter() {
            numbered.push(name.clone(), value.clone());
        }
    }
    Value::object(numbered)
}
