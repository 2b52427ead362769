//! `flowrun plan FLOW… --env NAME`: what flows will cost and touch before they run. It calls nothing and opens nothing.

mod human;
mod json;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::args::{self, Format};
use super::exit::{Exit, Failure, Outcome};
use super::{described, environment, output, project};
use crate::config::{self, Settings, Where};
use crate::connectors::Connectors;
use crate::diag::{Diagnostic, text};
use crate::plan::forecast::{Forecast, Load, forecast, refusals};
use crate::plan::{LookupKind, Plan};

/// All that is told.
struct Told<'a> {
    settings: &'a Settings,
    plans: &'a [Plan],
    load: &'a Load,
    forecast: &'a Forecast,
    refusals: &'a [(usize, Diagnostic)],
}

pub(super) fn run(args: &args::Plan) -> Outcome {
    let flows = project::flows(&args.flows)?;
    let connectors = described::connectors(&flows.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    let catalog = project::catalog_of(&connectors);
    let mut plans = Vec::new();
    let mut settings: Option<Settings> = None;
    for flow in &flows {
        let own = environment::read(Some(flow), &args.env, args.environments.as_deref())?;
        plans.push(match flows.len() {
            1 => project::plan(flow, &own.for_compiler())?,
            _ => match project::plan_of_flow(flow, &own.for_compiler())? {
                Some(plan) => plan,
                None => continue,
            },
        });
        match &settings {
            Some(known) if known.file != own.file => {
                return Err(Failure::usage(format!(
                    "these flows have different environments of that name: {} and {}; plan them one after the other",
                    known.file, own.file
                )));
            }
            _ => settings = Some(own),
        }
    }
    let Some(settings) = settings else { return Ok(Exit::Done) };
    let load = load(args, &settings, &plans, &connectors);
    let refs: Vec<&Plan> = plans.iter().collect();
    let forecast = forecast(&refs, &catalog, &load);
    let refusals = refusals(&refs, &forecast, &load);
    let told = Told { settings: &settings, plans: &plans, load: &load, forecast: &forecast, refusals: &refusals };
    match args.format {
        Format::Human => human::tell(&told)?,
        Format::Json => output::line(&json::tell(&told).to_string())?,
    }
    for (index, refusal) in &refusals {
        if let (Format::Human, Some(plan)) = (args.format, plans.get(*index)) {
            let found = std::slice::from_ref(refusal);
            output::note(&text::render(&plan.source_text, found, output::colour_on_stderr()));
        }
    }
    Ok(if refusals.is_empty() { Exit::Done } else { Exit::Attention })
}

/// What is assumed, with what the environment sets.
fn load(args: &args::Plan, settings: &Settings, plans: &[Plan], connectors: &Connectors) -> Load {
    let specs = connectors.specs();
    let mut load = Load {
        per_hour: f64::from(args.per_hour),
        hits: f64::from(args.hits),
        items: f64::from(args.items),
        per_group: f64::from(args.per_group),
        backlog: args.backlog.map(f64::from),
        pages: BTreeMap::new(),
        overlaps: BTreeMap::new(),
        shared: BTreeMap::new(),
    };
    for name in plans.iter().flat_map(used) {
        let Some(spec) = specs.iter().find(|spec| spec.name == name) else { continue };
        let given = |setting: &str| given(settings, &name, setting);
        let default = |setting: &str| {
            let known = spec.settings.iter().find(|known| known.name == setting)?;
            known.default.map(str::to_owned)
        };
        let value = |setting: &str| given(setting).or_else(|| default(setting));
        if let Some(page) = value("page_size").and_then(|text| text.trim().parse::<u32>().ok()) {
            load.pages.insert(name.clone(), f64::from(page));
        }
        if let Some(overlap) = value("overlap").and_then(|text| config::duration(text.trim())) {
            load.overlaps.insert(name.clone(), overlap);
        }
        if let Some(limit) = connectors.shared_limit(&name, &given) {
            load.shared.insert(name.clone(), limit);
        }
    }
    load
}

/// What an environment sets, where it stands in the file itself.
fn given(settings: &Settings, connector: &str, setting: &str) -> Option<String> {
    match &settings.connections.get(connector)?.settings.get(setting)?.at {
        Where::Here(value) => Some(value.clone()),
        Where::Env { default, .. } => default.clone(),
        Where::File(_) => None,
    }
}

/// The connectors that a flow uses.
fn used(plan: &Plan) -> Vec<String> {
    let lookups = plan.lookups.iter().filter_map(|lookup| match &lookup.kind {
        LookupKind::Entity { connector, .. } => Some(connector.clone()),
        LookupKind::Join(join) => Some(join.source.connector.clone()),
        LookupKind::Table(_) => None,
    });
    let targets = plan.targets.iter().map(|target| target.connector.clone());
    lookups.chain(targets).chain([plan.source.connector.clone()]).collect()
}

/// What is assumed, in sentences.
fn assumptions(told: &Told<'_>) -> Vec<String> {
    let load = told.load;
    let mut out = vec![
        format!("{} changed records an hour for each flow (--per-hour)", load.per_hour),
        format!("{} of 100 lookups with a cache are answered from it (--hits); worst: none is", load.hits),
        "typical: the longer branch of each `when`; no record is skipped, rejected or tried again".to_owned(),
    ];
    if told.plans.iter().any(|plan| plan.group.is_some()) {
        out.push(format!("{} records for each group, which is written as one (--per-group)", load.per_group));
    }
    for (name, overlap) in &load.overlaps {
        out.push(format!("each read of {name} reaches {} min back into the one before", overlap.as_secs() / 60));
    }
    out.push(format!("{} items for each list whose items are looked up or written one by one (--items)", load.items));
    out.push(
        "calls that are made together are not counted as one: lookups of several records in one call cost less"
            .to_owned(),
    );
    out
}
