//! The store of an environment, opened for a command.

use std::path::Path;
use std::sync::Arc;

use super::exit::Failure;
use crate::config::Settings;
use crate::store::Store;
use crate::store::embedded::{self, EmbeddedStore};
use crate::store::seal::Sealer;

/// The variable that holds the key with which records are sealed.
const KEY: &str = "FLOWRUN_STORE_KEY";

/// An open store with the key to what is sealed in it.
pub(super) struct Ledger {
    /// The store.
    pub(super) store: Arc<EmbeddedStore>,
    /// The key.
    pub(super) sealer: Arc<Sealer>,
}

impl Ledger {
    /// Opens the store, or makes an empty one.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Failure> {
        let path = settings.store.clone();
        // Opening reads the whole journal, and that blocks.
        let opened = tokio::task::spawn_blocking(move || open(&path)).await;
        opened.map_err(|error| Failure::usage(format!("the store could not be opened: {error}")))?
    }

    /// Opens the store, which must be there: looking must not make an empty one.
    pub(super) async fn existing(settings: &Settings) -> Result<Self, Failure> {
        if !settings.store.is_dir() {
            let (path, name) = (settings.store.display(), &settings.name);
            return Err(Failure::usage(format!("there is no store {path}: nothing was run in `{name}` yet")));
        }
        Self::open(settings).await
    }

    /// Gives up the files in order, so that the next start is fast.
    pub(super) async fn close(self) -> Result<(), Failure> {
        Ok(self.store.close().await?)
    }
}

fn open(path: &Path) -> Result<Ledger, Failure> {
    let key = match std::env::var(KEY) {
        Ok(key) => Some(key),
        Err(std::env::VarError::NotPresent) => None,
        Err(std::env::VarError::NotUnicode(_)) => return Err(Failure::usage(format!("{KEY} is not text"))),
    };
    let store = embedded::open(path, embedded::Options::default())?;
    let sealer = Sealer::for_store(path, key.as_deref())?;
    Ok(Ledger { store: Arc::new(store), sealer: Arc::new(sealer) })
}
