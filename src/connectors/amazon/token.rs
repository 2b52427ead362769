//! Login with Amazon: access tokens for the seller's data and for calls that need no seller.

use jiff::Timestamp;
use reqwest::{Method, Url};

use crate::clock::{SharedClock, after};
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::connectors::http::{Answer, Call, Transport, status};
use crate::connectors::settings::{Secret, Settings};
use crate::connectors::token::{Token, TokenCell};

/// How long before its end a token is not used any more, so that it does not end on the way.
const MARGIN_S: u64 = 60;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    /// The seller's data, by the seller's authorisation.
    Seller,
    /// Calls that need no seller, by scope: subscriptions to notifications.
    #[cfg_attr(not(test), expect(dead_code, reason = "the events over SQS, which ask for it, are not built yet"))]
    Notifications,
}

/// The application's login, with the tokens that it got.
#[derive(Debug)]
pub(super) struct Login {
    transport: Transport,
    url: Url,
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    clock: SharedClock,
    seller: TokenCell,
    notifications: TokenCell,
}

impl Login {
    pub(super) fn new(
        settings: &Settings<'_>,
        transport: Transport,
        url: Url,
        clock: SharedClock,
    ) -> Result<Self, ConnectorError> {
        Ok(Self {
            transport,
            url,
            client_id: settings.text("client_id").to_owned(),
            client_secret: settings.secret("client_secret")?,
            refresh_token: settings.secret("refresh_token")?,
            seller: TokenCell::new(clock.clone()),
            notifications: TokenCell::new(clock.clone()),
            clock,
        })
    }

    /// A token that is good; `refused` is one that Amazon did not take.
    pub(super) async fn token(&self, grant: Grant, refused: Option<&Token>) -> Result<Token, ConnectorError> {
        let cell = match grant {
            Grant::Seller => &self.seller,
            Grant::Notifications => &self.notifications,
        };
        cell.get(refused, || self.fetch(grant)).await
    }

    async fn fetch(&self, grant: Grant) -> Result<Token, ConnectorError> {
        let (id, secret) = (self.client_id.as_str(), self.client_secret.expose());
        let call = Call::new(Method::POST, self.url.clone());
        let call = match grant {
            Grant::Seller => call.form(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", self.refresh_token.expose()),
                ("client_id", id),
                ("client_secret", secret),
            ]),
            Grant::Notifications => call.form(&[
                ("grant_type", "client_credentials"),
                ("scope", "sellingpartnerapi::notifications"),
                ("client_id", id),
                ("client_secret", secret),
            ]),
        };
        let answer = self.transport.send(call).await?;
        let now = self.clock.now();
        if !answer.is_success() {
            return Err(refusal(&answer, now));
        }
        read(&answer, now).ok_or_else(|| {
            ConnectorError::new(ErrorKind::Transient, "Amazon's login answered with something that is not a token")
        })
    }
}

fn read(answer: &Answer, now: Timestamp) -> Option<Token> {
    #[derive(serde::Deserialize)]
    struct Body {
        access_token: String,
        expires_in: u64,
    }
    let body: Body = serde_json::from_slice(&answer.body).ok()?;
    if body.access_token.is_empty() {
        return None;
    }
    // A token that lives shorter than the margin is used for half its life rather than never.
    let life = body.expires_in.saturating_sub(MARGIN_S).max(body.expires_in / 2);
    Some(Token { text: Secret::new(&body.access_token), until: after(now, std::time::Duration::from_secs(life)) })
}

fn refusal(answer: &Answer, now: Timestamp) -> ConnectorError {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Body {
        error: String,
        error_description: String,
    }
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let expired = body.error_description.to_ascii_lowercase().contains("expired");
    let (kind, message) = match body.error.as_str() {
        "invalid_client" | "access_denied" if expired => (
            ErrorKind::Auth,
            "the client secret of the Amazon application has expired; rotate it in Seller Central (it lives 180 days) \
             and put the new one where connections.amazon.client_secret says"
                .to_owned(),
        ),
        "invalid_client" => (
            ErrorKind::Auth,
            "Amazon does not know this client_id with this client_secret; check connections.amazon.client_id, and \
             rotate the secret in Seller Central if it may have expired"
                .to_owned(),
        ),
        "invalid_grant" => (
            ErrorKind::Auth,
            "Amazon does not take the refresh token: it was revoked, or belongs to another application or region; \
             authorise the application again in Seller Central and store the new refresh token"
                .to_owned(),
        ),
        "unauthorized_client" | "access_denied" => (
            ErrorKind::Auth,
            format!(
                "the Amazon application may not log in this way ({}); check its roles, then authorise it again in \
                 Seller Central",
                body.error
            ),
        ),
        "invalid_request" | "invalid_scope" | "unsupported_grant_type" => {
            (ErrorKind::Bug, format!("Amazon's login refused the form of the request ({})", body.error))
        }
        _ if expired && matches!(answer.status, 400..=403) => (
            ErrorKind::Auth,
            "the client secret of the Amazon application has expired; rotate it in Seller Central".to_owned(),
        ),
        _ => match status::kind(answer, now) {
            ErrorKind::Throttled(wait) => {
                (ErrorKind::Throttled(wait), "Amazon's login asks for slower calls".to_owned())
            }
            ErrorKind::Transient => {
                (ErrorKind::Transient, format!("Amazon's login is out of order (status {})", answer.status))
            }
            ErrorKind::Auth => {
                (ErrorKind::Auth, format!("Amazon's login refused the request (status {})", answer.status))
            }
            _ => (
                ErrorKind::Bug,
                format!("token_endpoint does not answer like a login (status {}); check it", answer.status),
            ),
        },
    };
    ConnectorError {
        status: Some(answer.status),
        code: Some(body.error).filter(|code| !code.is_empty()),
        request_id: answer.header("x-amzn-requestid").map(str::to_owned),
        ..ConnectorError::new(kind, message)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::HandClock;
    use crate::connectors::settings::ConnectionSettings;

    #[tokio::test]
    async fn a_scope_has_a_token_of_its_own() {
        let app = axum::Router::new().fallback(|body: String| async move {
            let seller = body.contains("refresh_token=");
            assert!(seller != body.contains("scope=sellingpartnerapi%3A%3Anotifications"), "{body}");
            format!(r#"{{"access_token":"{}","expires_in":3600}}"#, if seller { "seller" } else { "scope" })
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let given = ConnectionSettings::default()
            .with("marketplaces", "DE")
            .with("seller_id", "S")
            .with("client_id", "c")
            .with_secret("client_secret", "s")
            .with_secret("refresh_token", "r");
        let spec = super::super::descriptor::spec();
        let settings = Settings::check(&spec, &given).unwrap();
        let transport = Transport::new(&settings, &[&url]).unwrap();
        let login = Login::new(&settings, transport, url, Arc::new(HandClock::new(Timestamp::UNIX_EPOCH))).unwrap();
        assert_eq!(login.token(Grant::Notifications, None).await.unwrap().text.expose(), "scope");
        assert_eq!(login.token(Grant::Seller, None).await.unwrap().text.expose(), "seller");
    }
}
