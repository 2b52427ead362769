//! Where a run's records come from, page by page: the flow's source, or dead letters that are taken up again.

use std::collections::VecDeque;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::call::{self, Call, CallError, Patience};
use super::context::{Context, Halt, Slot};
use super::event::Event;
use super::gather::{self, Handing};
use super::record::{Job, Origin};
use crate::connectors::{ConnectorError, Filter, Page, ReadRequest};
use crate::diag::Code;
use crate::plan::SourcePlan;
use crate::store::{self, DeadLetter, DeadLetterState, key};
use crate::value::json;

/// Dead letters per page.
const LETTERS: usize = 100;

/// Where records come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Feed<'f> {
    /// The flow's source.
    Source,
    /// The flow's source once more, from an instant on.
    Again(Timestamp),
    /// Groups of the source's records.
    Groups(&'f dyn Handing),
    /// Dead letters, by their ids.
    Letters(&'f [String]),
}

/// Records, and where to go on.
pub(super) struct Batch {
    pub(super) jobs: VecDeque<Job>,
    /// Where the source goes on once all of them are settled; nothing where more of the same must be settled first.
    pub(super) next: Option<String>,
    pub(super) drained: bool,
}

impl Feed<'_> {
    /// The next page; `number` is what its records are told apart by.
    pub(super) async fn read(self, ctx: &Context<'_>, position: Option<String>, number: u64) -> Result<Batch, Halt> {
        match self {
            Feed::Source => source(ctx, position, None, number).await,
            Feed::Again(from) => source(ctx, position, Some(from), number).await,
            Feed::Groups(groups) => Ok(groups.read(number)),
            Feed::Letters(ids) => letters(ctx, ids, position, number),
        }
    }
}

async fn source(
    ctx: &Context<'_>,
    position: Option<String>,
    from: Option<Timestamp>,
    number: u64,
) -> Result<Batch, Halt> {
    let page = page(ctx, position, from).await?;
    let mut jobs = VecDeque::with_capacity(page.records.len());
    for record in page.records {
        jobs.push_back(Job::new(ctx, record.value, number).await?);
    }
    Ok(Batch { jobs, next: Some(page.next), drained: page.drained })
}

/// A page of the source; where nothing says where to go on, from an instant on.
pub(super) async fn page(ctx: &Context<'_>, position: Option<String>, from: Option<Timestamp>) -> Result<Page, Halt> {
    let since = from.or(ctx.config.from).unwrap_or(ctx.config.since);
    let page = page_of(ctx, &ctx.plan.source, position, since).await?;
    ctx.emit(|| Event::Page { records: page.records.len(), drained: page.drained });
    Ok(page)
}

/// A page of any source.
pub(super) async fn page_of(
    ctx: &Context<'_>,
    source: &SourcePlan,
    position: Option<String>,
    since: Timestamp,
) -> Result<Page, Halt> {
    let connection = ctx.connection(&source.connector)?.clone();
    let filters = source.filters.iter();
    let request = ReadRequest {
        entity: source.entity.clone(),
        position: position.clone(),
        since,
        filters: filters.map(|(name, values)| Filter { name: name.clone(), values: values.clone() }).collect(),
        datasets: source.datasets.clone(),
        fields: source.reads.clone(),
    };
    let make = move |_| -> BoxFuture<'static, Result<Page, ConnectorError>> {
        let (connection, request) = (connection.clone(), request.clone());
        Box::pin(async move { connection.read(&request).await })
    };
    let step = format!("source {}", source.entity);
    let patience = Patience::Time(ctx.plan.retry);
    let asked = Call { connection: &source.connector, key: "", step: &step, patience, repeat: false };
    let page = match call::call(ctx, &mut Slot::free(), asked, make).await {
        Ok(answered) => answered.value,
        Err(CallError::Halt(halt)) => return Err(halt),
        Err(CallError::Refused(error, _) | CallError::Exhausted(error, _) | CallError::Unsettled(error, _)) => {
            return Err(Halt::of_connection(&source.connector, &error));
        }
    };
    if page.records.is_empty() && !page.drained && position.as_ref() == Some(&page.next) {
        return Err(Halt::Broken {
            connection: source.connector.clone(),
            message: format!("reading `{}` does not get on: an empty page leads to itself", source.entity),
        });
    }
    Ok(page)
}

fn letters(ctx: &Context<'_>, ids: &[String], position: Option<String>, number: u64) -> Result<Batch, Halt> {
    let from: usize = position.and_then(|position| position.parse().ok()).unwrap_or_default();
    let to = from.saturating_add(LETTERS).min(ids.len());
    let mut jobs = VecDeque::new();
    for id in ids.get(from..to).unwrap_or_default() {
        let Some(letter) = store::read::<DeadLetter>(ctx.store(), &key::join(&[id]))? else { continue };
        if letter.state != DeadLetterState::Open {
            continue;
        }
        let unreadable =
            |detail: String| crate::store::StoreError::Entry { detail: format!("dead letter {id}: {detail}") };
        let record = ctx.deps.sealer.open(&letter.record)?;
        let value = json::parse(&record).map_err(|error| unreadable(format!("{error:?}")))?;
        let value = ctx.plan.group.as_ref().map_or(value.clone(), |group| group.restore(&value));
        // What was not whole when it was folded is not made whole by taking it up again.
        let unusable = (letter.cause == Code::E621.name()).then(|| gather::not_whole(ctx, &letter.reason));
        jobs.push_back(Job { key: letter.key, value, unusable, page: number, origin: Origin::Letter(id.clone()) });
    }
    Ok(Batch { jobs, next: Some(to.to_string()), drained: to >= ids.len() })
}
