//! `flowrun sandbox`: a simulated Amazon and TIMS for other processes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{output, runtime};
use crate::clock::PacedClock;
use crate::sandbox::{self, FaultSpec, FieldStyle, Options, RateLimit, ReportFault, SandboxClock};

pub(super) fn run(args: &args::Sandbox) -> Outcome {
    let options = options(args)?;
    runtime::block_on(async {
        // Whoever reads the line may send the signal at once, so it is listened to before.
        let stopped = runtime::stopped_quietly()?;
        let running = sandbox::start(options).await.map_err(|error| Failure::usage(error.to_string()))?;
        let ready = serde_json::to_string(running.ready()).map_err(|error| Failure::usage(error.to_string()))?;
        output::line(&ready)?;
        output::note(&format!("the sandbox is ready; its admin interface is {}", running.ready().admin));
        stopped.await;
        running.stop().await;
        Ok(Exit::Done)
    })
}

fn options(args: &args::Sandbox) -> Result<Options, Failure> {
    let defaults = Options::default();
    Ok(Options {
        listen: args.listen,
        orders: args.orders,
        skus: args.skus,
        seed: args.seed,
        faults: args.faults.as_deref().map(faults).transpose()?.unwrap_or_default(),
        reports: args.reports.as_deref().map(reports).transpose()?,
        clock: clock(args)?,
        state: args.state.clone(),
        tims_limit: args.tims_limit.as_deref().map(limit).transpose()?.unwrap_or(defaults.tims_limit),
        tims_style: match args.tims_style.as_deref() {
            None | Some("snake") => FieldStyle::Snake,
            Some("pascal") => FieldStyle::Pascal,
            Some(other) => return Err(Failure::usage(format!("--tims-style {other}: it must be snake or pascal"))),
        },
        warehouse: args.warehouse.as_deref().map(warehouse).transpose()?,
    })
}

fn warehouse(text: &str) -> Result<Duration, Failure> {
    let why = || Failure::usage(format!("--warehouse {text}: it must be a length of time, such as 2h"));
    crate::config::duration(text).ok_or_else(why)
}

fn faults(text: &str) -> Result<FaultSpec, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("--faults {text}: {error}")))
}

fn reports(text: &str) -> Result<ReportFault, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("--reports {text}: {error}")))
}

fn clock(args: &args::Sandbox) -> Result<SandboxClock, Failure> {
    if args.speed == 0 {
        return Err(Failure::usage("--speed 0: time must run; 1 is as fast as the machine's"));
    }
    let start = match &args.clock {
        Some(text) => text.parse::<Timestamp>().map_err(|_| {
            Failure::usage(format!("--clock {text}: it must be an instant with its zone, such as 2026-11-01T12:00:00Z"))
        })?,
        None if args.speed == 1 => return Ok(SandboxClock::System),
        None => Timestamp::now(),
    };
    Ok(SandboxClock::Paced(Arc::new(PacedClock::starting_at(start, args.speed))))
}

fn limit(text: &str) -> Result<RateLimit, Failure> {
    let parsed = text.split_once('/').and_then(|(requests, seconds)| {
        let seconds: u64 = seconds.strip_suffix('s').unwrap_or(seconds).parse().ok()?;
        let requests: u32 = requests.parse().ok()?;
        (requests > 0 && (1..=86_400).contains(&seconds))
            .then_some(RateLimit { requests, per: Duration::from_secs(seconds) })
    });
    parsed.ok_or_else(|| Failure::usage(format!("--tims-limit {text}: it must be calls per seconds, such as 60/60")))
}
