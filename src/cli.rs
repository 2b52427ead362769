//! The command line: the only part that prints, exits, and reads the process's environment. Each command has a file.

mod args;
mod described;
mod environment;
mod exit;
mod ledger;
mod output;
mod project;
mod runtime;
mod sandbox_time;
mod side_by_side;
mod table;

mod check;
mod connectors;
mod dead_letters;
mod erase;
mod eval;
mod explain;
mod fmt;
mod functions;
mod graph;
mod impact;
mod map;
mod plan;
mod reconcile;
mod record;
mod run;
mod runs;
mod sandbox;
mod stopped;
mod store;
mod test;
mod waiting;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, LogFormat};
use exit::{Exit, Failure};

/// Runs the program with the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and errors to stderr, in colour where it may.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    if let Err(failure) = logging(&cli) {
        return ended(Err(failure));
    }
    ended(match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Explain { what, field, format } => explain::run(&what, field.as_deref(), format),
        Command::Plan(args) => plan::run(&args),
        Command::Impact(args) => impact::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Graph { flow, format } => graph::run(&flow, format),
        Command::Connectors { name, format } => connectors::run(name.as_deref(), format),
        Command::Functions { name, family, format } => functions::run(name.as_deref(), family.as_deref(), format),
        Command::Run(args) => run::run(&args),
        Command::DeadLetters(command) => dead_letters::run(&command),
        Command::Runs { at, flow, limit, format } => runs::run(&at, flow.as_deref(), limit, format),
        Command::Erase { order, customer, reason, at, format } => {
            erase::run(order.as_deref(), customer.as_deref(), reason.as_deref(), &at, format)
        }
        Command::Waiting { at, flow, format } => waiting::run(&at, flow.as_deref(), format),
        Command::Record { flow, key, at, format } => record::run(&flow, &key, &at, format),
        Command::Reconcile(args) => reconcile::run(&args),
        Command::Sandbox(args) => sandbox::run(&args),
        Command::Store(command) => store::run(&command),
    })
}

fn ended(outcome: exit::Outcome) -> ExitCode {
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::error(&failure.message);
            failure.exit.into()
        }
    }
}

fn logging(cli: &Cli) -> Result<(), Failure> {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = cli.log.as_deref().unwrap_or("warn");
    let filter = EnvFilter::try_new(filter).map_err(|error| Failure::usage(format!("--log {filter}: {error}")))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(output::colour_on_stderr());
    match cli.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
