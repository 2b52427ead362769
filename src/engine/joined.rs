//! Second sources, which are joined to the flow's by key: all their records are read before the first of the flow's.

use std::sync::Arc;

use super::context::{Context, Halt};
use super::feed;
use crate::clock::until;
use crate::plan::LookupKind;
use crate::plan::joined::{Joined, MOST};

/// The second sources of a flow, by its lookups.
pub(super) type Joins = Vec<Option<Arc<Joined>>>;

/// Reads all second sources.
pub(super) async fn read(ctx: &Context<'_>) -> Result<(), Halt> {
    let mut joins: Joins = Vec::new();
    for lookup in &ctx.plan.lookups {
        let LookupKind::Join(join) = &lookup.kind else {
            joins.push(None);
            continue;
        };
        let source = &join.source;
        let back = source.since.and_then(|since| jiff::SignedDuration::try_from(since).ok());
        let since = back.and_then(|back| ctx.started.checked_sub(back).ok()).unwrap_or(ctx.config.since);
        let (mut joined, mut position) = (Joined::default(), None);
        loop {
            if *ctx.config.stop.borrow() {
                return Err(Halt::Abandoned);
            }
            let page = feed::page_of(ctx, source, position, since).await?;
            for record in page.records {
                if !joined.add(&join.by, record.value) {
                    let message = format!(
                        "`{}` has more than {MOST} records, and all are held; narrow it with `where` or `since`",
                        lookup.name
                    );
                    return Err(Halt::Source { connection: source.connector.clone(), message });
                }
            }
            if page.drained {
                break;
            }
            position = Some(page.next);
        }
        tracing::debug!(flow = %ctx.plan.flow, lookup = %lookup.name, took = ?until(ctx.started, ctx.now()), "joined");
        joins.push(Some(Arc::new(joined.whole())));
    }
    // A run reads them once.
    let _ = ctx.joins.set(joins);
    Ok(())
}
