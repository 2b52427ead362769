//! Everything the simulated systems share: the time, the shop, TIMS' books, the journal, and what is broken just now.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::amazon::feeds::Feeds;
use super::amazon::inventory::Warehouses;
use super::amazon::listings::Listings;
use super::call::Call;
use super::counters::Counters;
use super::depot::Depot;
use super::faults::{Faults, Side};
use super::journal::{self, Entry, Journal};
use super::ledger::Ledger;
use super::lwa::{self, Mint};
use super::quota::Buckets;
use super::reply::Reply;
use super::shop::{Assortment, Shop};
use super::tims::Tims;
use super::{Credentials, Options, Ready, SandboxClock, SandboxError};
use crate::clock::SharedClock;

/// The sandbox's whole state. Where two locks are needed at once, they are taken in the order of the fields.
#[derive(Debug)]
pub(super) struct World {
    pub(super) clock: SharedClock,
    pub(super) clock_kind: SandboxClock,
    /// How long the warehouse takes.
    pub(super) warehouse: Option<std::time::Duration>,
    pub(super) credentials: Credentials,
    pub(super) admin_token: Option<String>,
    address: SocketAddr,
    pub(super) tims: Mutex<Tims>,
    pub(super) shop: Mutex<Shop>,
    pub(super) ledger: Mutex<Ledger>,
    pub(super) listings: Mutex<Listings>,
    pub(super) depot: Mutex<Depot>,
    pub(super) feeds: Mutex<Feeds>,
    pub(super) warehouses: Mutex<Warehouses>,
    pub(super) quotas: Mutex<Buckets>,
    gates: Mutex<Gates>,
    pub(super) faults: Mutex<Faults>,
    pub(super) counters: Mutex<Counters>,
    pub(super) journal: Journal,
    requests: AtomicU64,
}

/// Who is let in, and what is shut.
#[derive(Debug)]
pub(super) struct Gates {
    pub(super) amazon: Mint,
    pub(super) tims: Mint,
    pub(super) secret_expired: bool,
    pub(super) amazon_down: Option<Timestamp>,
    pub(super) tims_down: Option<Timestamp>,
    pub(super) depot_down: Option<Timestamp>,
}

impl World {
    /// The world of these options: what its journal remembers, or a fresh one.
    pub(super) fn open(options: &Options, address: SocketAddr) -> Result<Self, SandboxError> {
        let clock = options.clock.shared();
        let (journal, lines) = match &options.state {
            None => (Journal::none(), Vec::new()),
            Some(dir) => Journal::open(dir)?,
        };
        // The shop's history hangs on the instant it began, so a restart keeps that of the first start. Whole seconds,
        // because that is what Amazon tells.
        let mut start = Timestamp::from_second(options.clock.start().as_second()).unwrap_or(Timestamp::UNIX_EPOCH);
        match lines.first().and_then(|line| line.first()) {
            Some(&Entry::Shop { seed, orders, skus, start: first }) => {
                if (seed, orders, skus) != (options.seed, options.orders, options.skus) {
                    let path = options.state.clone().unwrap_or_default();
                    let cause = format!(
                        "it belongs to a shop of {orders} orders and {skus} more SKUs with seed {seed}; start with these or take another directory"
                    );
                    return Err(SandboxError::Journal { path, cause });
                }
                start = first;
            }
            _ => {
                let shop = Entry::Shop { seed: options.seed, orders: options.orders, skus: options.skus, start };
                journal
                    .write(&[shop])
                    .map_err(|cause| journal::broken(options.state.as_deref().unwrap_or_else(|| "".as_ref()), cause))?;
            }
        }
        let shop = Shop::new(options.seed, options.orders, start);
        let mut tims = Tims::new(options.tims_style, options.tims_limit);
        let assortment = Assortment::new(options.skus);
        tims.stock_up(&shop, assortment);
        let world = Self {
            clock,
            clock_kind: options.clock.clone(),
            warehouse: options.warehouse,
            credentials: lwa::credentials(options.seed),
            admin_token: (!address.ip().is_loopback()).then(random_token),
            address,
            tims: Mutex::new(tims),
            shop: Mutex::new(shop),
            ledger: Mutex::new(Ledger::default()),
            listings: Mutex::new(Listings::new(assortment, start)),
            depot: Mutex::new(Depot::default()),
            feeds: Mutex::default(),
            warehouses: Mutex::new(Warehouses::new(assortment, start)),
            quotas: Mutex::new(Buckets::default()),
            gates: Mutex::new(Gates {
                amazon: Mint::new("Atza|", options.seed),
                tims: Mint::new("", options.seed),
                secret_expired: false,
                amazon_down: None,
                tims_down: None,
                depot_down: None,
            }),
            faults: Mutex::new(Faults::new(options.faults.clone(), options.reports, options.seed)),
            counters: Mutex::new(Counters::default()),
            journal,
            requests: AtomicU64::new(0),
        };
        for line in lines {
            world.remember(line);
        }
        Ok(world)
    }

    /// What a client needs to know.
    pub(super) fn ready(&self) -> Ready {
        let base = self.base();
        Ready {
            amazon: format!("{base}/amazon"),
            amazon_token: format!("{base}/auth/o2/token"),
            tims: format!("{base}/tims"),
            depot: format!("{base}/depot"),
            admin: format!("{base}/admin"),
            admin_token: self.admin_token.clone(),
            credentials: self.credentials.clone(),
            clock: match &self.clock_kind {
                SandboxClock::Paced(clock) => Some(clock.pace()),
                SandboxClock::System | SandboxClock::Hand(_) => None,
            },
        }
    }

    /// What every address of the sandbox begins with.
    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A number that no other request of this process has.
    pub(super) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Does something to the counters.
    pub(super) fn count(&self, work: impl FnOnce(&mut Counters)) {
        work(&mut locked(&self.counters));
    }

    /// Who is let in, and what is shut.
    pub(super) fn gates(&self) -> MutexGuard<'_, Gates> {
        locked(&self.gates)
    }

    /// Whether a system is in an outage.
    pub(super) fn is_down(&self, side: Side) -> bool {
        let gates = self.gates();
        let until = match side {
            Side::Amazon => gates.amazon_down,
            Side::Tims => gates.tims_down,
            Side::Depot => gates.depot_down,
        };
        until.is_some_and(|until| self.clock.now() < until)
    }

    /// Answers at Amazon's token endpoint.
    pub(super) fn amazon_token(&self, call: &Call) -> Reply {
        let now = self.clock.now();
        let mut gates = self.gates();
        let secret_expired = gates.secret_expired;
        let number = self.next_request();
        lwa::amazon_token(call, &self.credentials.amazon, &mut gates.amazon, secret_expired, now)
            .with("x-amzn-requestid", super::reply::request_id(number))
    }

    /// Puts what the journal says into its place.
    fn remember(&self, line: Vec<Entry>) {
        for entry in &line {
            match entry {
                Entry::Shop { .. } => {}
                Entry::Put { .. } | Entry::Gone { .. } | Entry::Answer(_) => locked(&self.tims).apply(entry, &line),
                Entry::Delivery { .. } => locked(&self.depot).apply(entry),
                Entry::Listing { .. } => locked(&self.listings).apply(entry),
                Entry::AmazonStock { .. } => locked(&self.warehouses).apply(entry),
                Entry::Upload { .. } | Entry::Feed { .. } => locked(&self.feeds).apply(entry),
                Entry::Order { .. } | Entry::Evolved { .. } => locked(&self.shop).apply(entry),
                Entry::Settled(_) | Entry::Refund(_) | Entry::Report { .. } => locked(&self.ledger).apply(entry),
                Entry::Quota { operation, level } => locked(&self.quotas).restore(operation.clone(), *level),
                Entry::Tokens { amazon, tims, secret_expired } => {
                    let mut gates = self.gates();
                    gates.amazon.generation = *amazon;
                    gates.tims.generation = *tims;
                    gates.secret_expired = *secret_expired;
                }
            }
        }
    }
}

/// The content of a lock. A handler that panicked left whole changes or none behind, so its poison means nothing.
pub(super) fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}
