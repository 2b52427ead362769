//! Data that come late, or change for a while. A record that changed a short while ago is held back, if the flow says so: it
//! waits as any other record that cannot go on yet (`waiting`), and a newer version of it waits from its own change on. And
//! what was read is read again some time later: not record by record but the stretch of time, so that what was added to it
//! late is found too. What has not changed costs no call; of what has, only the writes that differ are made.

use jiff::Timestamp;

use super::context::Context;
use super::driver::drive;
use super::feed::Feed;
use super::report::Outcome;
use crate::clock::{after, until};
use crate::plan::late::pause;
use crate::store::{self, Batch, CursorEntry, StoreError, key};

/// Until when a record is held back, if it is at `now`.
pub(super) fn held_until(ctx: &Context<'_>, stamp: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let due = after(stamp?, ctx.plan.source.holdback?);
    (due > now).then_some(due)
}

/// Reads again what is due: each stretch of time once, some time after it was new.
pub(super) async fn look_again(ctx: &Context<'_>) -> Outcome {
    for again in &ctx.plan.source.again {
        let key = key::join(&[&ctx.plan.flow, &format!("again {}s", again.as_secs())]);
        let reached = match reached(ctx, &key) {
            Ok(reached) => reached,
            Err(error) => return Outcome::StoreFailed(error),
        };
        let now = ctx.now();
        let to = now.checked_sub(jiff::SignedDuration::try_from(*again).unwrap_or_default()).unwrap_or(now);
        let outcome = match reached {
            // What the first run of all read is new to the flow, however old it is.
            None => Outcome::Done,
            Some(from) if until(from, to) < pause(*again) => continue,
            Some(from) => drive(ctx, Feed::Again(from), None).await,
        };
        if outcome != Outcome::Done {
            return outcome;
        }
        let mut batch = Batch::default();
        batch.put(key, &CursorEntry { position: to.to_string(), at: now });
        if let Err(halt) = ctx.commit(batch).await {
            return halt.outcome();
        }
    }
    Outcome::Done
}

/// Up to when it was read again.
fn reached(ctx: &Context<'_>, key: &[u8]) -> Result<Option<Timestamp>, StoreError> {
    let Some(entry) = store::read::<CursorEntry>(ctx.store(), key)? else { return Ok(None) };
    let unreadable = |_| StoreError::Entry { detail: format!("`{}` is no instant", entry.position) };
    entry.position.parse().map(Some).map_err(unreadable)
}
