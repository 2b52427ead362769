//! Access tokens for both systems. A token carries its own time and generation under a seal, so that none has to be
//! remembered and a restarted sandbox still knows its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::call::Call;
use super::key;
use super::reply::Reply;
use super::{AmazonCredentials, Credentials, DepotCredentials, TimsCredentials};

/// How long an access token lives, in seconds of the sandbox's clock.
const LIFE: i64 = 3600;

/// What the published LWA text says once the application's secret was not rotated in time.
pub(super) const SECRET_EXPIRED: &str = "The LWA secret token you provided has expired.";

/// The scopes that Amazon grants without a seller.
const SCOPES: [&str; 3] = [
    "sellingpartnerapi::notifications",
    "sellingpartnerapi::client_credential:rotation",
    "sellingpartnerapi::migration",
];

/// The credentials of a seed's shop.
pub(super) fn credentials(seed: u64) -> Credentials {
    let secret = |name: &str, length| key::hex(&["credentials", &seed.to_string(), name], length);
    Credentials {
        amazon: AmazonCredentials {
            client_id: format!("amzn1.application-oa2-client.{}", secret("client", 32)),
            client_secret: format!("amzn1.oa2-cs.v1.{}", secret("secret", 64)),
            refresh_token: format!("Atzr|{}", secret("refresh", 64)),
            seller_id: format!("A{}", secret("seller", 13).to_uppercase()),
        },
        tims: TimsCredentials {
            client_id: format!("tims-{}", secret("tims client", 12)),
            client_secret: secret("tims secret", 40),
            api_key: format!("tk_{}", secret("tims key", 32)),
        },
        depot: DepotCredentials { api_key: super::depot::api_key(seed) },
    }
}

/// What became of a token that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It opens the door of a seller.
    Good,
    /// It was good once.
    Expired,
    /// Nobody here gave it out.
    Unknown,
    /// It is a token without a seller, and the operation needs one.
    Grantless,
}

/// Gives out tokens and knows them again.
#[derive(Debug)]
pub(super) struct Mint {
    prefix: &'static str,
    secret: String,
    /// Tokens of an earlier generation have been made to expire.
    pub(super) generation: u64,
    count: u64,
}

impl Mint {
    /// A mint whose tokens begin with `prefix`.
    pub(super) fn new(prefix: &'static str, seed: u64) -> Self {
        Self { prefix, secret: key::hex(&["mint", prefix, &seed.to_string()], 64), generation: 0, count: 0 }
    }

    fn issue(&mut self, now: Timestamp, grantless: bool) -> String {
        self.count += 1;
        let kind = if grantless { "g" } else { "s" };
        let content = format!("{}.{}.{}.{kind}", now.as_millisecond(), self.generation, self.count);
        let sealed = format!("{content}.{}", self.seal(&content));
        format!("{}{}", self.prefix, STANDARD.encode(sealed))
    }

    /// Looks at a token that somebody shows.
    pub(super) fn look(&self, token: &str, now: Timestamp) -> Shown {
        let sealed = token.strip_prefix(self.prefix).and_then(|text| STANDARD.decode(text).ok());
        let sealed = sealed.and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((content, seal)) = sealed.as_deref().and_then(|text| text.rsplit_once('.')) else {
            return Shown::Unknown;
        };
        let mut parts = content.split('.');
        let issued =
            parts.next().and_then(|text| text.parse().ok()).and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let generation = parts.next().and_then(|text| text.parse::<u64>().ok());
        match (issued, generation) {
            (Some(issued), Some(generation)) if seal == self.seal(content) => {
                if generation != self.generation || now.duration_since(issued) >= SignedDuration::from_secs(LIFE) {
                    Shown::Expired
                } else if content.ends_with(".g") {
                    Shown::Grantless
                } else {
                    Shown::Good
                }
            }
            _ => Shown::Unknown,
        }
    }

    fn seal(&self, content: &str) -> String {
        key::hex(&["seal", &self.secret, content], 32)
    }
}

/// Amazon's token endpoint: `refresh_token` and `client_credentials`, as a form or as JSON.
pub(super) fn amazon_token(
    call: &Call,
    known: &AmazonCredentials,
    mint: &mut Mint,
    secret_expired: bool,
    now: Timestamp,
) -> Reply {
    if call.method != axum::http::Method::POST {
        return refuse(400, "invalid_request", "The request must be a POST");
    }
    let Some(fields) = call.token_fields() else {
        return refuse(400, "invalid_request", "The request body is malformed");
    };
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let missing =
        |name: &str| refuse(400, "invalid_request", &format!("The request is missing a required parameter : {name}"));
    let grant = field("grant_type");
    match grant {
        "" => return missing("grant_type"),
        "refresh_token" | "client_credentials" => {}
        "authorization_code" => {
            return refuse(400, "unauthorized_client", "The client is not authorized to request an authorization code");
        }
        _ => return refuse(400, "unsupported_grant_type", "The authorization grant type is not supported"),
    }
    for name in ["client_id", "client_secret"] {
        if field(name).is_empty() {
            return missing(name);
        }
    }
    if field("client_id") != known.client_id || field("client_secret") != known.client_secret {
        return refuse(401, "invalid_client", "Client authentication failed");
    }
    if secret_expired {
        return refuse(403, "invalid_client", SECRET_EXPIRED);
    }
    if grant == "client_credentials" {
        if field("scope").is_empty() {
            return missing("scope");
        }
        if !field("scope").split(' ').all(|scope| SCOPES.contains(&scope)) {
            return refuse(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed");
        }
        let token = mint.issue(now, true);
        let body = json!({"access_token": token, "token_type": "bearer", "expires_in": LIFE, "scope": field("scope")});
        return granted(&body);
    }
    if field("refresh_token").is_empty() {
        return missing("refresh_token");
    }
    if field("refresh_token") != known.refresh_token {
        return refuse(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token");
    }
    let token = mint.issue(now, false);
    granted(&json!({
        "access_token": token, "refresh_token": known.refresh_token, "token_type": "bearer", "expires_in": LIFE,
    }))
}

/// TIMS' token endpoint: `client_credentials`, as a form or as JSON.
pub(super) fn tims_token(call: &Call, known: &TimsCredentials, mint: &mut Mint, now: Timestamp) -> Reply {
    let Some(fields) = call.token_fields().filter(|_| call.method == axum::http::Method::POST) else {
        return refuse(400, "invalid_request", "a POST with a form or a JSON object is wanted");
    };
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    if field("grant_type") != "client_credentials" {
        return refuse(400, "unsupported_grant_type", "only client_credentials is supported");
    }
    if field("client_id") != known.client_id || field("client_secret") != known.client_secret {
        return refuse(401, "invalid_client", "the client id or secret is wrong");
    }
    let token = mint.issue(now, false);
    granted(&json!({"access_token": token, "token_type": "Bearer", "expires_in": LIFE}))
}

fn granted(body: &serde_json::Value) -> Reply {
    Reply::json(200, body).with("cache-control", "no-store")
}

fn refuse(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": description}))
}
