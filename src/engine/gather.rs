//! Records of a flow that groups them: the source is read until it has nothing more, and what is made of its records goes
//! on as the flow's records. Only the groups are in memory. The cursor stays where it is until all of them are settled,
//! so a crash on the way reads the same records again, and what was written is known to the ledger.

use std::sync::{Mutex, PoisonError};

use super::context::{Context, Halt, Slot};
use super::feed::{self, Batch};
use super::lookup::Found;
use super::record::{Failure, Job, Origin};
use crate::diag::Code;
use crate::plan::fold::{Folding, Grouped, Taken};
use crate::plan::{EvalError, GroupPlan};
use crate::value::Value;

/// Groups that are handed on at once.
const PAGE: usize = 200;

/// The key of a dead letter where records came and not one group could be made of them.
const NO_GROUP: &str = "?";

/// Groups that wait to be handed on.
pub(super) struct Groups<'g> {
    waiting: Mutex<Box<dyn Iterator<Item = Grouped> + Send + 'g>>,
    /// Where the source goes on after them.
    next: String,
}

impl std::fmt::Debug for Groups<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Groups").field("next", &self.next).finish_non_exhaustive()
    }
}

/// Hands groups on, without telling for how long they live.
pub(super) trait Handing: std::fmt::Debug + Send + Sync {
    /// The next groups.
    fn read(&self, number: u64) -> Batch;
}

impl Handing for Groups<'_> {
    fn read(&self, number: u64) -> Batch {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let job = |group: Grouped| Job {
            key: group.key,
            value: group.value,
            unusable: group.refused.map(Failure::from),
            page: number,
            origin: Origin::Source,
        };
        let jobs: std::collections::VecDeque<Job> = waiting.by_ref().take(PAGE).map(job).collect();
        let drained = jobs.len() < PAGE;
        Batch { jobs, next: drained.then(|| self.next.clone()), drained }
    }
}

/// Reads the source to its end and makes groups of its records.
pub(super) async fn gather<'g>(
    ctx: &'g Context<'_>,
    group: &'g GroupPlan,
    cursor: Option<String>,
) -> Result<Groups<'g>, Halt> {
    let mut folding = Folding::new(ctx.plan, group, ctx.deps.params.clone());
    let mut position = cursor;
    loop {
        if *ctx.config.stop.borrow() {
            return Err(Halt::Abandoned);
        }
        let page = feed::page(ctx, position, None).await?;
        for record in page.records {
            take(ctx, &mut folding, record.value).await?;
        }
        position = Some(page.next);
        if page.drained {
            break;
        }
    }
    let stray = folding.stray().filter(|_| folding.count() == 0);
    let stray = stray.map(|error| Grouped { key: NO_GROUP.to_owned(), value: Value::Null, refused: Some(error) });
    let waiting = Mutex::new(Box::new(folding.groups().chain(stray)) as Box<dyn Iterator<Item = Grouped> + Send + 'g>);
    Ok(Groups { waiting, next: position.unwrap_or_default() })
}

async fn take(ctx: &Context<'_>, folding: &mut Folding<'_>, record: Value) -> Result<(), Halt> {
    ctx.tally().counts.read += 1;
    let found = Found::new(ctx);
    loop {
        let wanted = match folding.take(record.clone(), &found) {
            Taken::Kept | Taken::Rejected(_) => return Ok(()),
            Taken::Skipped { reason, .. } => {
                ctx.tally().reason(&reason);
                return Ok(());
            }
            Taken::Lookup(wanted) => wanted,
            Taken::Full(error) => {
                let connection = ctx.plan.source.connector.clone();
                return Err(Halt::Source { connection, message: error.message.clone() });
            }
        };
        if let Some(failure) = found.fetch(&mut Slot::free(), "", &wanted).await? {
            folding.unreadable(EvalError::new(failure.code, failure.at, failure.reason));
            return Ok(());
        }
    }
}

/// Why a group that was not whole cannot be taken up again by itself.
pub(super) fn not_whole(ctx: &Context<'_>, reason: &str) -> Failure {
    let again = "; mend that, then read the source again: `flowrun run … --from`";
    let reason = if reason.ends_with(again) { reason.to_owned() } else { format!("{reason}{again}") };
    Failure::from(EvalError::new(Code::E621, ctx.plan.key.at, reason))
}
