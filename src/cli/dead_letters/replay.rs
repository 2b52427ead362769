//! `flowrun dead-letters replay`: what stopped, through the flow of today.

use std::path::Path;

use super::super::args::{At, Format};
use super::super::exit::{Exit, Failure, Outcome};
use super::super::run::{Job, Session, execute};
use super::super::{environment, output, project, runtime};
use crate::diag::suggest;
use crate::engine::inspect::{self, Which};
use crate::store::{DeadLetterState, Store};

/// Which dead letters.
pub(super) struct Chosen<'a> {
    pub(super) ids: &'a [String],
    pub(super) all: bool,
    pub(super) cause: Option<&'a str>,
}

pub(super) fn run(
    flow: &Path,
    chosen: &Chosen<'_>,
    at: &At,
    sandbox: Option<&str>,
    dry_run: bool,
    format: Format,
) -> Outcome {
    let ways = [!chosen.ids.is_empty(), chosen.all, chosen.cause.is_some()];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        return Err(Failure::usage("say which dead letters: their ids, --all, or --cause CODE"));
    }
    let settings = environment::load(Some(flow), at)?;
    if !settings.store.is_dir() {
        let name = project::name(&flow.display().to_string())?;
        return Err(Failure::usage(format!("there is no store {}: {name} was not run yet", settings.store.display())));
    }
    runtime::block_on(async {
        let session = Session::open(flow, &settings, sandbox, None).await?;
        let ended = match ids(&*session.ledger.store, &session.plan.flow, chosen) {
            Ok(ids) if ids.is_empty() => output::line("no open dead letters to replay").map(|()| Exit::Done),
            Ok(ids) => {
                let job = Job { ids: Some(&ids), dry_run, format };
                execute(&session, &settings, job, |config| config).await
            }
            Err(failure) => Err(failure),
        };
        let closed = session.close().await;
        let exit = ended?;
        closed.map(|()| exit)
    })
}

fn ids(store: &dyn Store, flow: &str, chosen: &Chosen<'_>) -> Result<Vec<String>, Failure> {
    let which = |closed| Which {
        flow: Some(flow.to_owned()),
        cause: chosen.cause.map(str::to_owned),
        closed,
        ..Which::default()
    };
    if chosen.ids.is_empty() {
        return Ok(inspect::dead_letters(store, &which(false))?.into_iter().map(|letter| letter.id).collect());
    }
    let mut wrong = Vec::new();
    for id in chosen.ids {
        match inspect::dead_letter(store, id)? {
            Some(letter) if letter.flow != flow => {
                wrong.push(format!("dead letter `{id}` is of the flow `{}`, not of `{flow}`", letter.flow));
            }
            Some(letter) if letter.state != DeadLetterState::Open => {
                wrong.push(format!("dead letter `{id}` is closed: {}", super::word(&letter.state)));
            }
            Some(_) => {}
            None => {
                let known = inspect::dead_letters(store, &which(false))?;
                let near = suggest::nearest(id, known.iter().map(|letter| letter.id.as_str()));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                wrong.push(format!("there is no dead letter `{id}`{hint}"));
            }
        }
    }
    if wrong.is_empty() { Ok(chosen.ids.to_vec()) } else { Err(Failure::usage(wrong.join("\n"))) }
}
