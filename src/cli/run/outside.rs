//! The remotes of an environment without a flow, for commands that only ask.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::described;
use super::super::exit::Failure;
use super::super::ledger::Ledger;
use super::connect;
use super::sandboxed::{self, Simulated};
use crate::clock::SharedClock;
use crate::config::Settings;
use crate::connectors::{self, Connection};
use crate::engine::StoreQuota;
use crate::store::Store;

/// Some remotes of an environment.
pub(in crate::cli) struct Outside {
    /// The time.
    pub(in crate::cli) clock: SharedClock,
    /// The remotes, by the names of their connectors.
    pub(in crate::cli) connections: BTreeMap<String, Connection>,
    ledger: Ledger,
    sandbox: Option<Simulated>,
}

impl Outside {
    /// Opens the remotes of these connectors. They count against the same quotas as the flows' calls.
    pub(in crate::cli) async fn open(
        settings: &Settings,
        sandbox: Option<&str>,
        names: &[&str],
    ) -> Result<Self, Failure> {
        let ledger = Ledger::open(settings).await?;
        let sandbox = sandboxed::open(settings, sandbox, None, &*ledger.store).await?;
        let clock = sandboxed::clock(sandbox.as_ref());
        let none = BTreeMap::new();
        let given = sandbox.as_ref().map_or(&none, |sandbox| &sandbox.connections);
        let store: Arc<dyn Store> = Arc::clone(&ledger.store) as Arc<dyn Store>;
        let deps = connectors::Deps { clock: Arc::clone(&clock), quota: Arc::new(StoreQuota::new(store)) };
        let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let connections = connect::open(settings, &names, given, &deps, &described::connectors(&[])?)?;
        Ok(Self { clock, connections, ledger, sandbox })
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

/// The folder in which an environment keeps the files of its marketplace.
pub(in crate::cli) fn archive(settings: &Settings) -> PathBuf {
    PathBuf::from(connect::archive_of(settings))
}
