//! TIMS' two logins: OAuth 2.0 client credentials, or an API key.

use reqwest::{Method, Url};

use crate::clock::SharedClock;
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::connectors::http::{Answer, Call, Transport, status};
use crate::connectors::settings::{Secret, Settings};
use crate::connectors::token::{Token, TokenCell};

#[derive(Debug)]
pub(super) enum Login {
    OAuth(Box<OAuth>),
    ApiKey(Secret),
}

#[derive(Debug)]
pub(super) struct OAuth {
    transport: Transport,
    url: Url,
    client_id: String,
    client_secret: Secret,
    clock: SharedClock,
    cell: TokenCell,
}

impl Login {
    pub(super) fn new(
        settings: &Settings<'_>,
        transport: Transport,
        url: Url,
        clock: SharedClock,
    ) -> Result<Self, ConnectorError> {
        let (id, secret) = (settings.maybe("client_id"), settings.maybe_secret("client_secret"));
        match (settings.maybe_secret("api_key"), id, secret) {
            (Some(key), None, None) => Ok(Login::ApiKey(key)),
            (None, Some(id), Some(client_secret)) => Ok(Login::OAuth(Box::new(OAuth {
                transport,
                url,
                client_id: id.to_owned(),
                client_secret,
                cell: TokenCell::new(clock.clone()),
                clock,
            }))),
            (None, None, None) => {
                Err(settings.wrong("client_id", "is missing: give client_id and client_secret, or api_key"))
            }
            (None, _, None) => Err(settings.wrong("client_secret", "is missing; client_id needs it")),
            (None, None, _) => Err(settings.wrong("client_id", "is missing; client_secret needs it")),
            (Some(_), _, _) => {
                Err(settings.wrong("api_key", "is given beside client_id or client_secret; give one login"))
            }
        }
    }

    /// The token to send, where there is one; `refused` is one that TIMS did not take.
    pub(super) async fn token(&self, refused: Option<&Token>) -> Result<Option<Token>, ConnectorError> {
        match self {
            Login::OAuth(oauth) => oauth.cell.get(refused, || oauth.fetch()).await.map(Some),
            Login::ApiKey(_) => Ok(None),
        }
    }

    /// Adds the login to a call.
    pub(super) fn sign(&self, call: &mut Call, token: Option<&Token>) -> Result<(), ConnectorError> {
        match (self, token) {
            (Login::ApiKey(key), _) => call.secret_header("x-api-key", key.expose()),
            (Login::OAuth(_), Some(token)) => {
                call.secret_header("authorization", &format!("Bearer {}", token.text.expose()))
            }
            (Login::OAuth(_), None) => Ok(()),
        }
    }
}

impl OAuth {
    async fn fetch(&self) -> Result<Token, ConnectorError> {
        let mut call = Call::new(Method::POST, self.url.clone()).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
        ]);
        call.header("accept", "application/json")?;
        let answer = self.transport.send(call).await?;
        if !answer.is_success() {
            return Err(self.refusal(&answer));
        }
        Token::given(&answer.body, self.clock.now()).ok_or_else(|| {
            ConnectorError::new(ErrorKind::Transient, "TIMS' login answered with something that is not a token")
        })
    }

    fn refusal(&self, answer: &Answer) -> ConnectorError {
        let status = answer.status;
        let (kind, message) = match status::kind(answer, self.clock.now()) {
            kind @ ErrorKind::Throttled(_) => (kind, "TIMS' login asks for slower calls".to_owned()),
            ErrorKind::Transient => (ErrorKind::Transient, format!("TIMS' login is out of order (status {status})")),
            ErrorKind::NotFound => {
                (ErrorKind::Bug, format!("there is no login at {}; check connections.tims.url and token_url", self.url))
            }
            _ => (
                ErrorKind::Auth,
                format!(
                    "TIMS refused client_id and client_secret (status {status}); check both in TIMS and in the settings"
                ),
            ),
        };
        ConnectorError { status: Some(status), ..ConnectorError::new(kind, message) }
    }
}
