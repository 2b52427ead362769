//! The simulated systems of an environment: started in this process, or running elsewhere. The one place of the
//! command line that knows which systems are simulated.
//!
//! In this process nobody really waits: sandbox, connectors and engine share a clock that jumps to whatever is waited
//! for. What the shop is and what TIMS has is kept beside the store, so that the next run finds the same, and so is
//! the time, which never runs backwards from run to run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::super::exit::Failure;
use super::super::sandbox_time;
use crate::clock::{Clock, HandClock, PacedClock, SharedClock, SystemClock};
use crate::config::{Connection, Sandbox, Settings};
use crate::connectors::ConnectionSettings;
use crate::sandbox::{self, FieldStyle, Ready, Running, SandboxClock};
use crate::store::Store;

/// How long a call may take: the simulated systems are near, and where they are silent they are so on purpose.
const TIMEOUT: &str = "3s";
/// Orders in the shop where nobody says how many.
const ORDERS: usize = 2000;
/// The marketplaces of the simulated shop.
const MARKETPLACES: &str = "US,DE,JP";
/// How often the time is kept.
const KEEP_EVERY: Duration = Duration::from_millis(100);
/// The file that keeps it.
const WORLD: &str = "world.json";

/// Simulated systems, ready to be called.
pub(super) struct Simulated {
    /// Their time.
    pub(super) clock: SharedClock,
    /// How to connect to them.
    pub(super) connections: BTreeMap<String, ConnectionSettings>,
    here: Option<Here>,
}

/// What runs in this process.
struct Here {
    running: Running,
    keeper: JoinHandle<()>,
    done: oneshot::Sender<()>,
}

/// What is kept of the simulated world beside what the sandbox keeps itself.
#[derive(Serialize, Deserialize)]
struct World {
    orders: usize,
    seed: u64,
    /// The latest time that it showed.
    shown: Timestamp,
}

/// The simulated systems of an environment; `None` where it has real ones, or names where its own are.
pub(super) async fn open(
    settings: &Settings,
    given: Option<&str>,
    orders: Option<usize>,
    ledger: &dyn Store,
) -> Result<Option<Simulated>, Failure> {
    let Some(options) = settings.sandbox else {
        if given.is_some() {
            let (name, file) = (&settings.name, &settings.file);
            let why = format!("`{name}` has real systems: {file} has no `sandbox:`, so --sandbox is refused");
            return Err(Failure::usage(why));
        }
        return Ok(None);
    };
    let addressed = |connection: &str, setting: &str| {
        settings.connections.get(connection).is_some_and(|there| there.settings.contains_key(setting))
    };
    match given {
        Some(text) => elsewhere(text).map(Some),
        None if addressed("amazon", "endpoint") || addressed("tims", "url") => Ok(None),
        None => here(settings, options, orders, ledger).await.map(Some),
    }
}

impl Simulated {
    /// Stops what runs in this process.
    pub(super) async fn stop(self) {
        if let Some(Here { running, keeper, done }) = self.here {
            running.stop().await;
            // The keeper writes the time once more and ends; it is gone only if the runtime is.
            let _ = done.send(());
            let _ = keeper.await;
        }
    }
}

fn elsewhere(text: &str) -> Result<Simulated, Failure> {
    let line = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        std::fs::read_to_string(text).map_err(|error| {
            Failure::usage(format!(
                "--sandbox {text}: it is neither the JSON of a sandbox nor a file that can be read: {error}"
            ))
        })?
    };
    // The line holds secrets, so nothing of it is repeated.
    let ready: Ready = serde_json::from_str(line.trim()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "--sandbox: this is not the line that `flowrun sandbox` prints (line {line}, column {column})"
        ))
    })?;
    let clock: SharedClock = match ready.clock {
        Some(pace) => Arc::new(PacedClock::following(pace)),
        None => Arc::new(SystemClock),
    };
    Ok(Simulated { clock, connections: connections(&ready), here: None })
}

async fn here(
    settings: &Settings,
    wanted: Sandbox,
    orders: Option<usize>,
    ledger: &dyn Store,
) -> Result<Simulated, Failure> {
    let state = beside(&settings.store);
    let file = state.join(WORLD);
    let unusable = |why: String| Failure::usage(format!("the sandbox's state {}: {why}", state.display()));
    std::fs::create_dir_all(&state).map_err(|error| unusable(error.to_string()))?;
    let known = read(&file).map_err(&unusable)?;
    if let Some(known) = &known {
        // Another shop behind the same ledger would look like records that changed or went missing.
        let orders = orders.unwrap_or(known.orders);
        if (orders, wanted.seed) != (known.orders, known.seed) {
            return Err(unusable(format!(
                "it is that of a shop with {} orders and seed {}, not of {orders} and {}; remove it together with {}, or \
                 use another --store",
                known.orders,
                known.seed,
                wanted.seed,
                settings.store.display()
            )));
        }
    }
    let orders = known.as_ref().map(|known| known.orders).or(orders).or(wanted.orders).unwrap_or(ORDERS);
    // A run that waited has left the machine's time behind; the next one is later still.
    let later = |shown: Timestamp| shown.checked_add(jiff::SignedDuration::from_secs(1)).unwrap_or(shown);
    let shown = known.map_or(Timestamp::MIN, |known| later(known.shown));
    let start = Timestamp::now().max(shown).max(sandbox_time::latest(ledger)?);
    let clock = match wanted.speed {
        Some(speed) => SandboxClock::Paced(Arc::new(PacedClock::starting_at(start, speed))),
        None => SandboxClock::Hand(Arc::new(HandClock::new(start))),
    };
    let shared = clock.shared();
    let world = World { orders, seed: wanted.seed, shown: start };
    write(&file, &world).map_err(&unusable)?;
    let running = sandbox::start(sandbox::Options {
        orders,
        seed: wanted.seed,
        clock,
        state: Some(state.clone()),
        tims_style: style(settings.connections.get("tims")),
        warehouse: wanted.warehouse,
        ..sandbox::Options::default()
    })
    .await
    .map_err(|error| Failure::usage(error.to_string()))?;
    let connections = connections(running.ready());
    let (done, ended) = oneshot::channel();
    let keeper = tokio::spawn(keep(file, world, Arc::clone(&shared), ended));
    Ok(Simulated { clock: shared, connections, here: Some(Here { running, keeper, done }) })
}

/// The directory of the simulated systems: the store's name with `-remote`, so that each store has its own.
fn beside(store: &Path) -> PathBuf {
    let name = store.file_name().map_or_else(|| "store".into(), std::ffi::OsStr::to_os_string);
    let mut remote = name;
    remote.push("-remote");
    store.with_file_name(remote)
}

async fn keep(file: PathBuf, mut world: World, clock: SharedClock, mut ended: oneshot::Receiver<()>) {
    loop {
        let last = tokio::time::timeout(KEEP_EVERY, &mut ended).await.is_ok();
        let now = clock.now();
        if now != world.shown {
            world.shown = now;
            if let Err(error) = write(&file, &world) {
                tracing::warn!(file = %file.display(), error, "the sandbox's time could not be kept");
            }
        }
        if last {
            return;
        }
    }
}

fn read(file: &Path) -> Result<Option<World>, String> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{WORLD} is damaged: {error}")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{WORLD}: {error}")),
    }
}

fn write(file: &Path, world: &World) -> Result<(), String> {
    let text = serde_json::to_vec(world).map_err(|error| error.to_string())?;
    let draft = file.with_extension("new");
    std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, file)).map_err(|error| error.to_string())
}

/// How the environment says that TIMS spells its fields.
fn style(tims: Option<&Connection>) -> FieldStyle {
    let given = tims.and_then(|tims| tims.settings.get("style"));
    match given.map(|given| &given.at) {
        Some(crate::config::Where::Here(style)) if style.eq_ignore_ascii_case("pascal") => FieldStyle::Pascal,
        _ => FieldStyle::Snake,
    }
}

fn connections(ready: &Ready) -> BTreeMap<String, ConnectionSettings> {
    let (amazon, tims) = (&ready.credentials.amazon, &ready.credentials.tims);
    let amazon = ConnectionSettings::default()
        .with("endpoint", &ready.amazon)
        .with("token_endpoint", &ready.amazon_token)
        .with("marketplaces", MARKETPLACES)
        .with("seller_id", &amazon.seller_id)
        .with("client_id", &amazon.client_id)
        .with_secret("client_secret", &amazon.client_secret)
        .with_secret("refresh_token", &amazon.refresh_token)
        .with("timeout", TIMEOUT);
    let tims = ConnectionSettings::default()
        .with("url", &ready.tims)
        .with("client_id", &tims.client_id)
        .with_secret("client_secret", &tims.client_secret)
        .with("limit", "off")
        .with("timeout", TIMEOUT);
    // The sandbox plays a third system, which is no connector of the program: flows/connectors/depot.yaml describes it.
    let depot = ConnectionSettings::default()
        .with("url", &ready.depot)
        .with_secret("api_key", &ready.credentials.depot.api_key)
        .with("limit", "off")
        .with("timeout", TIMEOUT);
    [("amazon".to_owned(), amazon), ("tims".to_owned(), tims), ("depot".to_owned(), depot)].into()
}

/// The time of the simulated systems, or the machine's.
pub(super) fn clock(simulated: Option<&Simulated>) -> SharedClock {
    simulated.map_or_else(|| Arc::new(SystemClock) as Arc<dyn Clock>, |simulated| Arc::clone(&simulated.clock))
}
