//! `flowrun run`: a flow once, until its source is drained.

mod connect;
mod outside;
mod progress;
mod sandboxed;
mod session;
mod summary;
mod watch;

use std::path::Path;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::args::{self, Format};
use super::exit::{Exit, Failure, Outcome};
use super::{environment, output, runtime};
use crate::config::{self, Settings};
use crate::engine::{self, RunConfig, RunReport};

pub(super) use outside::{Outside, archive};
pub(super) use session::Session;

/// The settings of the environment of that name, for a flow.
pub(super) fn settings(flow: &Path, name: &str, environments: Option<&Path>) -> Result<Settings, Failure> {
    environment::read(Some(flow), name, environments)
}

pub(super) fn run(args: &args::Run) -> Outcome {
    let mut settings = environment::load(Some(&args.flow), &args.at)?;
    if let Some(text) = &args.patience {
        settings.patience = config::duration(text).ok_or_else(|| {
            Failure::usage(format!("--patience {text}: it must be a length of time such as 30s, 15m or 2h"))
        })?;
    }
    if let Some(concurrency) = args.concurrency {
        if !(1..=1000).contains(&concurrency) {
            return Err(Failure::usage("--concurrency must be from 1 to 1000"));
        }
        settings.concurrency = concurrency;
    }
    let from = args.since.as_deref().map(instant).transpose()?;
    runtime::block_on(async {
        let session = Session::open(&args.flow, &settings, args.sandbox.as_deref(), args.orders).await?;
        let ended =
            execute(&session, &settings, Job { ids: None, dry_run: args.dry_run, format: args.format }, |config| {
                RunConfig { limit: args.limit, from, waiting_now: args.waiting_now, ..config }
            })
            .await;
        let closed = session.close().await;
        let exit = ended?;
        closed.map(|()| exit)
    })
}

fn instant(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format!("--since {text}: it must be an instant with its zone, such as 2026-11-01T00:00:00Z"))
    })
}

/// What is to be done with a session.
pub(super) struct Job<'a> {
    /// The dead letters to take up; the source is read without them.
    pub(super) ids: Option<&'a [String]>,
    /// Whether nothing is written.
    pub(super) dry_run: bool,
    /// How results are shown.
    pub(super) format: Format,
}

/// Runs, shows what happens meanwhile, and says at the end what was done.
pub(super) async fn execute(
    session: &Session,
    settings: &Settings,
    job: Job<'_>,
    change: impl FnOnce(RunConfig) -> RunConfig,
) -> Outcome {
    let stop = runtime::stopped()?;
    let config = RunConfig { dry_run: job.dry_run, ..change(session.config(settings, stop)) };
    let began = std::time::Instant::now();
    let (sender, events) = mpsc::unbounded_channel();
    let watched = watch::Watch {
        connections: session.connections.clone(),
        shared: session.shared(),
        clock: session.clock.clone(),
        dry_run: job.dry_run,
        format: job.format,
    };
    let watching = tokio::spawn(watched.until_over(events));
    let deps = session.deps(sender);
    let report = match job.ids {
        None => engine::run(session.plan.clone(), &deps, config).await,
        Some(ids) => engine::replay(session.plan.clone(), &deps, ids, config).await,
    };
    // The watcher ends when nobody can tell it anything more.
    drop(deps);
    let seen = watching.await.map_err(|error| Failure::usage(format!("the run could not be watched: {error}")))??;
    let told = summary::Told { session, report: &report, seen: &seen, job: &job, took: began.elapsed() };
    match (job.format, job.dry_run) {
        (Format::Human, dry_run) => summary::human(&told, dry_run)?,
        (Format::Json, false) => output::line(&summary::json(&told)?)?,
        // Standard output has one line for each write, and nothing else.
        (Format::Json, true) => output::note(&summary::line(&told)),
    }
    exit(&report)
}

fn exit(report: &RunReport) -> Outcome {
    let failed = |exit| Err(Failure { exit, message: report.outcome.to_string() });
    match &report.outcome {
        engine::Outcome::Done | engine::Outcome::Stopped if report.counts.dead_lettered > 0 => Ok(Exit::Attention),
        engine::Outcome::Done | engine::Outcome::Stopped => Ok(Exit::Done),
        engine::Outcome::RemoteFailed { .. }
        | engine::Outcome::AuthFailed { .. }
        | engine::Outcome::SourceFailed { .. } => failed(Exit::Remote),
        engine::Outcome::ConnectionBroken { .. } | engine::Outcome::StoreFailed(_) => failed(Exit::Usage),
    }
}
