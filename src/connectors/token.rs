//! An access token that many tasks share: one of them fetches it, the others wait for that one fetch. They share its
//! failure as well, or an outage of the login would be met by every waiting task in turn, each with its own timeout.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::contract::ConnectorError;
use super::settings::Secret;
use crate::clock::{SharedClock, after};

/// A token with the instant from which it is not used any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: Secret,
    pub(crate) until: Timestamp,
}

impl Token {
    /// What a login by client credentials answers with; nothing where it is no token. A fifth of its life is left for
    /// calls that are slow and clocks that differ.
    pub(crate) fn given(body: &[u8], now: Timestamp) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Body {
            access_token: String,
            #[serde(default = "an_hour")]
            expires_in: u64,
        }
        fn an_hour() -> u64 {
            3600
        }
        let body: Body = serde_json::from_slice(body).ok()?;
        let life = Duration::from_secs(body.expires_in).saturating_mul(4) / 5;
        let token = Self { text: Secret::new(&body.access_token), until: after(now, life) };
        (!body.access_token.is_empty()).then_some(token)
    }
}

/// The place where one token is kept.
#[derive(Debug)]
pub(crate) struct TokenCell {
    clock: SharedClock,
    /// Counts the fetches that ended, so that a task can tell whether one ended while it waited.
    ended: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    failure: Option<ConnectorError>,
}

impl TokenCell {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self { clock, ended: AtomicU64::new(0), state: Mutex::new(State::default()) }
    }

    /// The token, fetched if there is none that is good. `refused` is one that the remote did not take: it is not
    /// given again, but a newer one that another task has fetched since then is.
    pub(crate) async fn get<F, Fut>(&self, refused: Option<&Token>, fetch: F) -> Result<Token, ConnectorError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Token, ConnectorError>>,
    {
        let ended = self.ended.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && token.until > self.clock.now()
            && refused != Some(token)
        {
            return Ok(token.clone());
        }
        if ended != self.ended.load(Ordering::Acquire)
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let fetched = fetch().await;
        state.token = fetched.as_ref().ok().cloned();
        state.failure = fetched.as_ref().err().cloned();
        self.ended.fetch_add(1, Ordering::Release);
        fetched
    }
}
