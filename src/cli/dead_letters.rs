//! `flowrun dead-letters`: what stopped and why, and what is to become of it.

mod list;
mod replay;
mod show;

use super::args::{At, DeadLetters};
use super::exit::{Exit, Failure, Outcome};
use super::ledger::Ledger;
use super::{environment, output, runtime, sandbox_time};
use crate::engine;
use crate::store::DeadLetterState;

pub(super) fn run(command: &DeadLetters) -> Outcome {
    match command {
        DeadLetters::List { at, flow, all, format } => list::run(at, flow.as_deref(), *all, *format),
        DeadLetters::Show { id, at, record, format } => show::run(id, at, *record, *format),
        DeadLetters::Replay { flow, ids, all, cause, at, sandbox, dry_run, format } => {
            let chosen = replay::Chosen { ids, all: *all, cause: cause.as_deref() };
            replay::run(flow, &chosen, at, sandbox.as_deref(), *dry_run, *format)
        }
        DeadLetters::Discard { ids, reason, at } => discard(ids, reason, at),
    }
}

fn discard(ids: &[String], reason: &str, at: &At) -> Outcome {
    if reason.trim().is_empty() {
        return Err(Failure::usage("--reason is empty; whoever looks later must be able to see why"));
    }
    let settings = environment::load(None, at)?;
    runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let clock = sandbox_time::of(&settings, &*ledger.store)?;
        let user = runtime::user();
        let mut refused = 0;
        for id in ids {
            if engine::discard(&*ledger.store, id, reason, &user, &*clock).await? {
                output::line(&format!("{id}: discarded"))?;
            } else {
                refused += 1;
                output::error(&format!("{id}: there is no open dead letter with this id"));
            }
        }
        ledger.close().await?;
        if refused > 0 {
            let message = format!("{refused} of {} could not be discarded", ids.len());
            return Err(Failure::usage(message));
        }
        Ok(Exit::Done)
    })
}

/// A state in one word.
fn word(state: &DeadLetterState) -> &'static str {
    match state {
        DeadLetterState::Open => "open",
        DeadLetterState::Resolved { .. } => "resolved",
        DeadLetterState::Discarded { .. } => "discarded",
    }
}
