//! `flowrun runs`: what ran, the latest first.

use serde_json::json;

use super::args::{At, Format};
use super::exit::{Exit, Outcome};
use super::ledger::Ledger;
use super::{environment, output, project, runtime, table};
use crate::clock::until;
use crate::engine::inspect;
use crate::store::RunEntry;

pub(super) fn run(at: &At, flow: Option<&str>, limit: usize, format: Format) -> Outcome {
    let settings = environment::load(project::file(flow), at)?;
    let flow = flow.map(project::name).transpose()?;
    let runs = runtime::block_on(async {
        let ledger = Ledger::existing(&settings).await?;
        let runs = inspect::runs(&*ledger.store, flow.as_deref(), limit)?;
        ledger.close().await?;
        Ok(runs)
    })?;
    match format {
        Format::Json => {
            for run in &runs {
                output::line(&line(run))?;
            }
        }
        Format::Human if runs.is_empty() => output::line("no runs")?,
        Format::Human => {
            let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
            let heading =
                ["run", "began", "took", "read", "delivered", "unchanged", "waiting", "dead", "writes", "ended"];
            output::line(&table::render(&heading, &rows))?;
        }
    }
    Ok(Exit::Done)
}

fn row(run: &RunEntry) -> Vec<String> {
    let count = |name: &str| run.counts.get(name).copied().unwrap_or_default().to_string();
    vec![
        run.id.clone(),
        run.started.strftime("%F %TZ").to_string(),
        run.ended.map(|ended| table::duration(until(run.started, ended))).unwrap_or_default(),
        count("read"),
        count("delivered"),
        count("unchanged"),
        count("waiting"),
        count("dead_lettered"),
        count("writes"),
        run.outcome.clone().unwrap_or_else(|| "not ended: killed, or still running".to_owned()),
    ]
}

fn line(run: &RunEntry) -> String {
    json!({
        "run": run.id,
        "flow": run.flow,
        "flow_version": run.flow_version,
        "environment": run.environment,
        "started": run.started.to_string(),
        "ended": run.ended.map(|ended| ended.to_string()),
        "outcome": run.outcome,
        "counts": run.counts,
    })
    .to_string()
}
