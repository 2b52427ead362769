//! How a described system lets us in. Secrets come from the environment and go nowhere but into the call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, Url};

use crate::catalog::described::{Auth, Description};
use crate::clock::SharedClock;
use crate::connectors::contract::{ConnectorError, ErrorKind};
use crate::connectors::http::{self, Answer, Call, Transport, status};
use crate::connectors::settings::{Secret, Settings};
use crate::connectors::token::{Token, TokenCell};

/// A login.
pub(super) enum Login {
    None,
    Header(&'static str, Secret),
    Query(String, Secret),
    /// The whole of the `Authorization` header.
    Authorization(Secret),
    OAuth(Box<OAuth>),
}

/// OAuth 2.0 client credentials.
pub(super) struct OAuth {
    name: &'static str,
    transport: Transport,
    url: Url,
    client_id: String,
    client_secret: Secret,
    scope: Option<String>,
    clock: SharedClock,
    cell: TokenCell,
}

/// Where tokens are given out, where they are.
pub(super) fn token_url(auth: &Auth, settings: &Settings<'_>, base: &Url) -> Result<Option<Url>, ConnectorError> {
    let Auth::OAuth2 { token, .. } = auth else { return Ok(None) };
    if let Some(text) = settings.maybe("token_url") {
        return http::address(settings, "token_url", text).map(Some);
    }
    let path = token.as_deref().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    http::join(base, &parts).map(Some)
}

impl Login {
    pub(super) fn new(
        description: &Description,
        settings: &Settings<'_>,
        transport: Transport,
        token_url: Option<Url>,
        clock: SharedClock,
    ) -> Result<Self, ConnectorError> {
        Ok(match (&description.auth, token_url) {
            (Auth::None, _) => Login::None,
            (Auth::KeyInHeader(name), _) => Login::Header(name, settings.secret("api_key")?),
            (Auth::KeyInQuery(name), _) => Login::Query(name.clone(), settings.secret("api_key")?),
            (Auth::Basic, _) => {
                let user = settings.text("user");
                if user.contains(':') {
                    return Err(settings.wrong("user", "has a colon, which Basic cannot carry"));
                }
                let pair = format!("{user}:{}", settings.secret("password")?.expose());
                Login::Authorization(Secret::new(&format!("Basic {}", STANDARD.encode(pair))))
            }
            (Auth::Bearer, _) => {
                Login::Authorization(Secret::new(&format!("Bearer {}", settings.secret("token")?.expose())))
            }
            (Auth::OAuth2 { scope, .. }, Some(url)) => Login::OAuth(Box::new(OAuth {
                name: description.spec.name,
                transport,
                url,
                client_id: settings.text("client_id").to_owned(),
                client_secret: settings.secret("client_secret")?,
                scope: scope.clone(),
                cell: TokenCell::new(clock.clone()),
                clock,
            })),
            (Auth::OAuth2 { .. }, None) => return Err(settings.wrong("token_url", "is missing")),
        })
    }

    /// The token to send, where there is one; `refused` is one that the remote did not take.
    pub(super) async fn token(&self, refused: Option<&Token>) -> Result<Option<Token>, ConnectorError> {
        match self {
            Login::OAuth(oauth) => oauth.cell.get(refused, || oauth.fetch()).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Adds the login to a call.
    pub(super) fn sign(&self, call: &mut Call, token: Option<&Token>) -> Result<(), ConnectorError> {
        match (self, token) {
            (Login::None, _) | (Login::OAuth(_), None) => Ok(()),
            (Login::Header(name, key), _) => call.secret_header(name, key.expose()),
            (Login::Query(name, key), _) => {
                call.url.query_pairs_mut().append_pair(name, key.expose());
                Ok(())
            }
            (Login::Authorization(whole), _) => call.secret_header("authorization", whole.expose()),
            (Login::OAuth(_), Some(token)) => {
                call.secret_header("authorization", &format!("Bearer {}", token.text.expose()))
            }
        }
    }
}

impl OAuth {
    async fn fetch(&self) -> Result<Token, ConnectorError> {
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
        ];
        fields.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let mut call = Call::new(Method::POST, self.url.clone()).form(&fields);
        call.header("accept", "application/json")?;
        let answer = self.transport.send(call).await?;
        if !answer.is_success() {
            return Err(self.refusal(&answer));
        }
        Token::given(&answer.body, self.clock.now()).ok_or_else(|| {
            let message = format!("the login of {} answered with something that is not a token", self.name);
            ConnectorError::new(ErrorKind::Transient, message)
        })
    }

    fn refusal(&self, answer: &Answer) -> ConnectorError {
        let (status, name) = (answer.status, self.name);
        let (kind, message) = match status::kind(answer, self.clock.now()) {
            kind @ ErrorKind::Throttled(_) => (kind, format!("the login of {name} asks for slower calls")),
            ErrorKind::Transient => {
                (ErrorKind::Transient, format!("the login of {name} is out of order (status {status})"))
            }
            ErrorKind::NotFound => (
                ErrorKind::Bug,
                format!("there is no login at {}; check connections.{name}.url and token_url", self.url),
            ),
            _ => (
                ErrorKind::Auth,
                format!(
                    "{name} refused client_id and client_secret (status {status}); check both there and in the settings"
                ),
            ),
        };
        ConnectorError { status: Some(status), ..ConnectorError::new(kind, message) }
    }
}
