//! Everything that a flow needs to run, opened in order and given up in order: the plan, the ledger, the time, the
//! connections.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::super::exit::Failure;
use super::super::ledger::Ledger;
use super::super::{described, project, runtime};
use super::connect;
use super::sandboxed::{self, Simulated};
use crate::catalog::wire;
use crate::clock::SharedClock;
use crate::config::Settings;
use crate::connectors::{self, Connection};
use crate::engine::{Deps, Event, RunConfig, Shared, StoreQuota};
use crate::plan::Plan;
use crate::store::Store;
use crate::value::Value;

/// How far back the first read goes where the flow does not say.
const FIRST_READ: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// A flow, ready to run in an environment.
pub(in crate::cli) struct Session {
    /// The flow.
    pub(in crate::cli) plan: Arc<Plan>,
    /// The ledger.
    pub(in crate::cli) ledger: Ledger,
    /// The time.
    pub(in crate::cli) clock: SharedClock,
    /// The remotes.
    pub(in crate::cli) connections: BTreeMap<String, Connection>,
    /// Whether the time is a simulated one.
    pub(in crate::cli) simulated: bool,
    environment: String,
    params: Arc<[Value]>,
    shared: Arc<Shared>,
    sandbox: Option<Simulated>,
}

impl Session {
    /// Compiles the flow and opens what it uses.
    pub(in crate::cli) async fn open(
        flow: &Path,
        settings: &Settings,
        sandbox: Option<&str>,
        orders: Option<usize>,
    ) -> Result<Self, Failure> {
        let plan = Arc::new(project::plan(flow, &settings.for_compiler())?);
        let params = params(&plan, settings)?;
        let ledger = Ledger::open(settings).await?;
        let sandbox = sandboxed::open(settings, sandbox, orders, &*ledger.store).await?;
        let clock = sandboxed::clock(sandbox.as_ref());
        let none = BTreeMap::new();
        let given = sandbox.as_ref().map_or(&none, |sandbox| &sandbox.connections);
        let store: Arc<dyn Store> = Arc::clone(&ledger.store) as Arc<dyn Store>;
        let deps = connectors::Deps { clock: Arc::clone(&clock), quota: Arc::new(StoreQuota::new(store)) };
        let connections =
            connect::open(settings, &connect::needed(&plan), given, &deps, &described::connectors(&[flow])?)?;
        Ok(Self {
            plan,
            ledger,
            clock,
            connections,
            simulated: sandbox.is_some(),
            environment: settings.name.clone(),
            params,
            shared: Arc::new(Shared::default()),
            sandbox,
        })
    }

    /// What the engine works with; events go to `events`.
    pub(in crate::cli) fn deps(&self, events: mpsc::UnboundedSender<Event>) -> Deps {
        Deps {
            store: Arc::clone(&self.ledger.store) as Arc<dyn Store>,
            connections: self.connections.clone(),
            clock: Arc::clone(&self.clock),
            sealer: Arc::clone(&self.ledger.sealer),
            params: Arc::clone(&self.params),
            environment: self.environment.clone(),
            events: Some(events),
            shared: Arc::clone(&self.shared),
        }
    }

    /// The environment's name.
    pub(in crate::cli) fn environment(&self) -> &str {
        &self.environment
    }

    /// The engine's settings, as the environment has them.
    pub(in crate::cli) fn config(&self, settings: &Settings, stop: watch::Receiver<bool>) -> RunConfig {
        let now = self.clock.now();
        let back = self.plan.source.since.and_then(|since| since.try_into().ok()).unwrap_or(FIRST_READ);
        RunConfig {
            concurrency: settings.concurrency,
            patience: settings.patience,
            stop,
            jitter_seed: rand::random(),
            actor: runtime::user(),
            ..RunConfig::new(now.checked_sub(back).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
        }
    }

    /// The connections on which everything waits because they do not answer.
    pub(in crate::cli) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Gives everything up in order.
    pub(in crate::cli) async fn close(self) -> Result<(), Failure> {
        let Self { ledger, sandbox, connections, .. } = self;
        drop(connections);
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        ledger.close().await
    }
}

/// The values of a plan's parameters: the environment's, else the flow's own.
fn params(plan: &Plan, settings: &Settings) -> Result<Arc<[Value]>, Failure> {
    let value = |param: &crate::plan::ParamPlan| {
        let set = settings.parameters.get(&param.name);
        let read = |value| wire::read(value, &param.ty.base).ok();
        set.and_then(read).or_else(|| param.default.clone()).ok_or_else(|| {
            Failure::usage(format!(
                "{}: parameters.{} is not set, and the flow has no default",
                settings.file, param.name
            ))
        })
    };
    plan.params.iter().map(value).collect()
}
