//! A simulated Amazon and TIMS, because nobody can practise on a seller's live account: every flow can be run, broken
//! and repeated here first, and the product's own tests measure themselves against it.
//!
//! [`start`] serves four things on one listener: the LWA token endpoint, Amazon's Orders API 2026-01-01, TIMS under
//! `/api/v1`, and an admin interface that shows what arrived, moves the clock, changes orders and breaks things on
//! demand. The shop behind it is a function of seed, size and starting instant, so two runs see the same orders.
//!
//! # How a TIMS order ties to an Amazon order
//!
//! This is the one place where the rule is stated; the code is in `tims/totals.rs` and `shop/proceeds.rs`.
//!
//! On Amazon's side `proceeds.grandTotal` is the sum of the items' `proceedsTotal`, and each of those is the sum of its
//! `breakdowns`. Amazon does not publish the sign of a `DISCOUNT`; here it is **negative**, so that the sum holds in
//! every published example as it stands. In the US prices exclude tax, a `TAX` breakdown is on top, and Amazon collects
//! and remits it (`MARKETPLACE_FACILITATOR`). In Germany and Japan prices include tax and there is no `TAX` breakdown.
//!
//! On TIMS' side, with every amount rounded half-up to the currency's minor units:
//!
//! * `goods` = Σ line amounts, a line's amount being `line_amount` where it is given and `quantity × unit_price` else;
//! * `charges` = Σ charge amounts; `discounts` = Σ discounts of lines and charges, as positive numbers;
//! * `tax` = Σ tax collected by the seller; `tax_marketplace` = Σ tax collected by the marketplace;
//! * `grand` = `goods + charges − discounts`, plus `tax` where `prices_include_tax` is false.
//!
//! Tax that the marketplace collects never reaches the seller and is therefore never in `grand`. So a sales order ties
//! to its Amazon order when `grand` = `grandTotal` − the `TAX` breakdown that Amazon collects.

mod admin;
mod amazon;
mod call;
mod counters;
mod depot;
mod documents;
mod faults;
mod goods;
mod journal;
mod key;
mod ledger;
mod lwa;
mod quota;
mod reply;
mod server;
mod shop;
mod tims;
mod warehouse;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use faults::{BadFaultSpec, FaultSpec, ReportFault};

use jiff::Timestamp;

use crate::clock::{Clock, HandClock, Pace, PacedClock, SharedClock, SystemClock};

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many orders the shop starts with.
    pub orders: usize,
    /// How many numbered articles it sells besides its named products, at most 999,999.
    pub skus: usize,
    /// What the shop, the credentials and the faults are derived from.
    pub seed: u64,
    /// What goes wrong, and how often.
    pub faults: FaultSpec,
    /// What is wrong with the settlement reports that it gives out.
    pub reports: Option<ReportFault>,
    /// The time it lives in.
    pub clock: SandboxClock,
    /// The directory of its journal; without one it forgets everything when it stops.
    pub state: Option<PathBuf>,
    /// How many calls TIMS takes from one credential.
    pub tims_limit: RateLimit,
    /// How TIMS spells its field names.
    pub tims_style: FieldStyle,
    /// How long the warehouse takes to ship what was released to it; without it, it ships when it is told to.
    pub warehouse: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            orders: 2000,
            skus: 0,
            seed: 1,
            faults: FaultSpec::default(),
            reports: None,
            clock: SandboxClock::System,
            state: None,
            tims_limit: RateLimit { requests: 60_000, per: Duration::from_secs(60) },
            tims_style: FieldStyle::Snake,
            warehouse: None,
        }
    }
}

/// The clock the sandbox lives by: its quotas, token lives and the two-minute rule follow it.
#[derive(Debug, Clone)]
pub enum SandboxClock {
    /// The machine's time, which nobody can move.
    System,
    /// A clock that a test moves.
    Hand(Arc<HandClock>),
    /// A clock that runs at a multiple of the machine's.
    Paced(Arc<PacedClock>),
}

impl SandboxClock {
    /// The clock as the other parts of flowrun take it.
    #[must_use]
    pub fn shared(&self) -> SharedClock {
        match self {
            Self::System => Arc::new(SystemClock),
            Self::Hand(clock) => Arc::clone(clock) as SharedClock,
            Self::Paced(clock) => Arc::clone(clock) as SharedClock,
        }
    }

    /// The instant that it was set to, from which the shop is made: a fast clock has moved on by the time that anyone
    /// asks it, and the same setting must give the same shop.
    fn start(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Hand(clock) => clock.now(),
            Self::Paced(clock) => clock.pace().shown,
        }
    }
}

/// So many requests in every window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in one window.
    pub requests: u32,
    /// How long a window is.
    pub per: Duration,
}

/// How field names are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldStyle {
    /// `external_ref`
    #[default]
    Snake,
    /// `ExternalRef`
    Pascal,
}

/// What a client needs to talk to the sandbox; the command line prints it as one line of JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// What the published SP-API paths are appended to.
    pub amazon: String,
    /// The whole address of the LWA token endpoint.
    pub amazon_token: String,
    /// What `/api/v1/…` and `/oauth/token` are appended to.
    pub tims: String,
    /// What the warehouse company's `/v1/…` is appended to.
    pub depot: String,
    /// What `/state`, `/faults` and the like are appended to.
    pub admin: String,
    /// Sent as `Authorization: Bearer …` to the admin interface; asked for only where strangers could reach it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub admin_token: Option<String>,
    /// What the two systems accept.
    pub credentials: Credentials,
    /// What another process needs to follow the sandbox's time; there only with a paced clock.
    pub clock: Option<Pace>,
}

/// What the simulated systems accept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Amazon's.
    pub amazon: AmazonCredentials,
    /// TIMS'.
    pub tims: TimsCredentials,
    /// The warehouse company's.
    pub depot: DepotCredentials,
}

/// A simulated application and the seller that authorised it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AmazonCredentials {
    /// The application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The seller's authorisation.
    pub refresh_token: String,
    /// The seller.
    pub seller_id: String,
}

/// The way into the warehouse company's service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DepotCredentials {
    /// Sent as `X-Api-Key`.
    pub api_key: String,
}

/// Both ways into TIMS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TimsCredentials {
    /// The OAuth client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The other way: sent as `X-API-Key`.
    pub api_key: String,
}

/// Why a sandbox did not start.
#[derive(Debug)]
pub enum SandboxError {
    /// The address cannot be listened on.
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The journal cannot be read or written.
    Journal {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl std::fmt::Display for SandboxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen { address, cause } => write!(f, "the sandbox cannot listen on {address}: {cause}"),
            Self::Journal { path, cause } => write!(f, "the sandbox's journal {}: {cause}", path.display()),
        }
    }
}

impl std::error::Error for SandboxError {}

/// A sandbox that is being served; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    ready: Ready,
    server: server::Handle,
}

impl Running {
    /// Where it is and what it accepts.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Stops serving; returns when the requests under way are through or given up.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Starts a sandbox.
///
/// # Errors
/// The address cannot be listened on, or the journal in `state` is not usable (another shop's, damaged, not writable).
pub async fn start(options: Options) -> Result<Running, SandboxError> {
    let listener = tokio::net::TcpListener::bind(options.listen)
        .await
        .map_err(|cause| SandboxError::Listen { address: options.listen, cause })?;
    let address = listener.local_addr().map_err(|cause| SandboxError::Listen { address: options.listen, cause })?;
    let world = Arc::new(world::World::open(&options, address)?);
    let ready = world.ready();
    Ok(Running { ready, server: server::serve(listener, world) })
}
