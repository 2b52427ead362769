//! Dead letters, taken up again after the cause was mended. They go the same way as any record, so that what was done
//! before they stopped is not done twice.

use std::sync::Arc;

use super::context::Context;
use super::driver::drive;
use super::feed::Feed;
use super::report::{Outcome, RunReport};
use super::{Deps, RunConfig, audit, begin, end, joined};
use crate::plan::Plan;
use crate::store::{self, Batch, DeadLetter, DeadLetterState, StoreError, key};

/// Takes up the open ones of these dead letters, the oldest first, with the flow as it is now. The cursor stays where it
/// is.
pub async fn replay(plan: Arc<Plan>, deps: &Deps, ids: &[String], config: RunConfig) -> RunReport {
    let ctx = match begin(&plan, deps, &config).await {
        Ok(ctx) => ctx,
        Err(report) => return *report,
    };
    let outcome = match prepare(&ctx, ids).await {
        Ok(ids) => {
            ctx.tally().counts.missing = (ids.0) as u64;
            match joined::read(&ctx).await {
                Ok(()) => drive(&ctx, Feed::Letters(&ids.1), None).await,
                Err(halt) => halt.outcome(),
            }
        }
        Err(error) => Outcome::StoreFailed(error),
    };
    end(ctx, outcome).await
}

/// How many are not there or not open, and the others in the order in which they stopped.
async fn prepare(ctx: &Context<'_>, ids: &[String]) -> Result<(usize, Vec<String>), StoreError> {
    let mut open = Vec::new();
    for id in ids {
        if let Some(letter) = store::read::<DeadLetter>(ctx.store(), &key::join(&[id]))?
            && letter.state == DeadLetterState::Open
            && letter.flow == ctx.plan.flow
        {
            open.push((letter.at, id.clone()));
        }
    }
    let missing = ids.len() - open.len();
    open.sort();
    open.dedup();
    let open: Vec<String> = open.into_iter().map(|(_, id)| id).collect();
    if !ctx.config.dry_run && !open.is_empty() {
        let mut batch = Batch::default();
        let subjects: Vec<&str> = open.iter().map(String::as_str).collect();
        audit::add(ctx.store(), &mut batch, ctx.now(), &ctx.config.actor, "replay", &subjects, None)?;
        ctx.store().commit(batch).await?;
    }
    Ok((missing, open))
}
