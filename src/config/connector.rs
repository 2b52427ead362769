//! Connectors as files: a system that flows join without a program, described in YAML. It is checked as completely as an
//! environment is, each finding with its line, and becomes the same descriptor that a built-in connector has.
//!
//! `docs/connectors.md` says what stands in such a file.

mod calls;
mod schema;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::calls::Calls;
use super::read::{Fields, Item, Reader};
use super::{ConfigError, MAX_FILE, Place, Problem, yaml};
use crate::catalog::described::{Auth, Description, Errors, Meaning, Way, kept};
use crate::catalog::{ConnectorSpec, Setting};

/// Reads the description of a connector. `file_name` is its path as messages show it; its stem is the connector's name.
///
/// # Errors
/// All that is wrong with it, each with its place.
pub fn parse(text: &str, file_name: &str) -> Result<Description, ConfigError> {
    let fail = |problem| ConfigError { file: file_name.to_owned(), problems: vec![problem] };
    let first = Place { line: 1, column: 1 };
    if text.len() > MAX_FILE {
        let message = format!("the file is larger than {MAX_FILE} bytes");
        return Err(fail(Problem { place: first, path: String::new(), message }));
    }
    let stem = Path::new(file_name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if !is_name(&stem) {
        let message = format!("`{stem}` is no name for a connector: small letters, digits and _, as in warehouse.yaml");
        return Err(fail(Problem { place: first, path: String::new(), message }));
    }
    let document = yaml::Document::read(text).map_err(fail)?;
    let reader = Reader::new(&document);
    let description = whole(&reader.root(), &stem);
    let problems = reader.problems();
    match description {
        Some(description) if problems.is_empty() => Ok(description),
        _ => Err(ConfigError { file: file_name.to_owned(), problems }),
    }
}

const FIELDS: &[&str] = &[
    "auth",
    "entities",
    "errors",
    "headers",
    "largest_answer",
    "limit",
    "probe",
    "request_id",
    "summary",
    "timeout",
    "types",
];

fn whole(root: &Item<'_>, name: &str) -> Option<Description> {
    let fields = root.fields(FIELDS)?;
    let summary = fields.get("summary").and_then(Item::text).map(kept).unwrap_or_default();
    if summary.is_empty() {
        root.wrong("must say in `summary` what the system is, in one line");
    }
    let auth = fields.get("auth").map_or(Some(Auth::None), auth);
    let types = schema::types(fields.get("types"));
    let calls = match fields.get("entities") {
        Some(item) => Calls::read(item, &types),
        None => {
            root.wrong("must have `entities`");
            Calls::default()
        }
    };
    let timeout = fields.get("timeout").and_then(Item::duration).unwrap_or(Duration::from_secs(30));
    let limit = fields.get("limit").and_then(|item| calls::limit(item).and(item.text())).unwrap_or("off");
    let megabytes = fields.get("largest_answer").and_then(|item| item.count(1, 1024)).unwrap_or(32);
    let auth = auth?;
    Some(Description {
        spec: Arc::new(ConnectorSpec {
            name: kept(name),
            summary,
            settings: settings(&auth, timeout, limit),
            entities: calls.entities,
            operations: calls.operations,
        }),
        auth,
        headers: headers(fields.get("headers")),
        largest_answer: usize::try_from(megabytes << 20).unwrap_or(32 << 20),
        request_id: fields.get("request_id").and_then(header_name),
        errors: fields.get("errors").and_then(errors).unwrap_or_default(),
        probe: fields.get("probe").and_then(|item| calls::template(item, &[])),
        reads: calls.reads,
        finds: calls.finds,
        writes: calls.writes,
    })
}

/// What an environment sets for it.
fn settings(auth: &Auth, timeout: Duration, limit: &str) -> Vec<Setting> {
    let setting = |name, doc, default: Option<&'static str>, secret| Setting { name, doc, default, secret };
    let mut out = vec![setting("url", "the address of the system", None, false)];
    match auth {
        Auth::None => {}
        Auth::KeyInHeader(_) | Auth::KeyInQuery(_) => {
            out.push(setting("api_key", "the key that the system gave out", None, true));
        }
        Auth::Basic => {
            out.push(setting("user", "the name to log in with", None, false));
            out.push(setting("password", "its password", None, true));
        }
        Auth::Bearer => out.push(setting("token", "the token to log in with", None, true)),
        Auth::OAuth2 { token, .. } => {
            out.push(setting("client_id", "the OAuth client's id", None, false));
            out.push(setting("client_secret", "the OAuth client's secret", None, true));
            let default = token.is_some().then_some("");
            out.push(setting("token_url", "the address of the token endpoint", default, false));
        }
    }
    let timeout = kept(&format!("{}ms", timeout.as_millis()));
    out.push(setting("timeout", "how long one call may take", Some(timeout), false));
    out.push(setting("limit", "calls that may be made, as in 60/60s, or off", Some(kept(limit)), false));
    out.push(setting("overlap", "how far a new read reaches back into the last one", Some("5m"), false));
    out.push(setting(
        "ca_file",
        "a PEM file of certificate authorities to trust besides the system's",
        Some(""),
        false,
    ));
    out
}

fn auth(item: &Item<'_>) -> Option<Auth> {
    const KINDS: &str = "must be none, basic, bearer, { api_key: { header: NAME } } or { oauth2: { token: PATH } }";
    if !item.is_block() {
        return match item.text()? {
            "none" => Some(Auth::None),
            "basic" => Some(Auth::Basic),
            "bearer" => Some(Auth::Bearer),
            _ => {
                item.wrong(KINDS);
                None
            }
        };
    }
    let fields = item.fields(&["api_key", "oauth2"])?;
    match (fields.get("api_key"), fields.get("oauth2")) {
        (Some(key), None) => {
            let fields = key.fields(&["header", "query"])?;
            match (fields.get("header"), fields.get("query")) {
                (Some(header), None) => header_name(header).map(Auth::KeyInHeader),
                (None, Some(query)) => query.text().map(|query| Auth::KeyInQuery(query.to_owned())),
                _ => {
                    key.wrong("must be { header: NAME } or { query: NAME }");
                    None
                }
            }
        }
        (None, Some(oauth)) => {
            let fields = oauth.fields(&["scope", "token"])?;
            let text = |name: &str| fields.get(name).and_then(Item::text).map(str::to_owned);
            let token = text("token");
            if let (Some(path), Some(item)) = (&token, fields.get("token"))
                && !path.starts_with('/')
            {
                item.wrong("must be a path that begins with `/`; another address is the setting token_url");
            }
            Some(Auth::OAuth2 { token, scope: text("scope") })
        }
        _ => {
            item.wrong(KINDS);
            None
        }
    }
}

fn headers(item: Option<&Item<'_>>) -> Vec<(&'static str, String)> {
    let fields = item.and_then(Item::entries);
    let mut out = Vec::new();
    for (name, value) in fields.iter().flat_map(Fields::iter) {
        let Some(sound) = sound_header(name) else {
            value.wrong("is no name of a header: letters, digits and `-`");
            continue;
        };
        if matches!(sound, "authorization" | "cookie" | "proxy-authorization") {
            value.wrong("a login is no fixed header: say it with `auth`, and the secret in the environment");
            continue;
        }
        if let Some(text) = value.text() {
            out.push((sound, text.to_owned()));
        }
    }
    out
}

/// The name of a header.
fn header_name(item: &Item<'_>) -> Option<&'static str> {
    let found = sound_header(item.text()?);
    if found.is_none() {
        item.wrong("is no name of a header: letters, digits and `-`");
    }
    found
}

fn sound_header(name: &str) -> Option<&'static str> {
    let sound = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (sound && !name.is_empty()).then(|| kept(&name.to_ascii_lowercase()))
}

fn errors(item: &Item<'_>) -> Option<Errors> {
    let fields = item.fields(&["code", "codes", "fields", "message", "statuses"])?;
    let (mut list, mut field) = (Vec::new(), (String::new(), String::new(), String::new()));
    if let Some(complaints) = fields.get("fields") {
        let inner = complaints.fields(&["at", "code", "message", "path"])?;
        let name = |name: &str| inner.get(name).and_then(Item::text).unwrap_or(name).to_owned();
        list = inner.get("at").map(way).unwrap_or_default();
        field = (name("path"), name("code"), name("message"));
    }
    let mut statuses = Vec::new();
    for (status, item) in fields.get("statuses").and_then(Item::entries).iter().flat_map(Fields::iter) {
        match status.parse().ok().filter(|status| (300..600).contains(status)) {
            Some(status) => statuses.extend(meaning(item).map(|meaning| (status, meaning))),
            None => item.wrong("is no status that says no: 300 to 599"),
        }
    }
    let codes = fields.get("codes").and_then(Item::entries);
    Some(Errors {
        code: fields.get("code").map(way).unwrap_or_default(),
        message: fields.get("message").map(way).unwrap_or_default(),
        fields: list,
        field,
        statuses,
        codes: codes
            .iter()
            .flat_map(Fields::iter)
            .filter_map(|(code, item)| Some((code.clone(), meaning(item)?)))
            .collect(),
    })
}

fn meaning(item: &Item<'_>) -> Option<Meaning> {
    let word = item.text()?;
    let found = Meaning::WORDS.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let words: Vec<&str> = Meaning::WORDS.iter().map(|(word, _)| *word).collect();
        item.wrong(format!("must be one of {}", words.join(", ")));
    }
    found
}

/// Where something is in a document: `data.items`.
fn way(item: &Item<'_>) -> Way {
    let text = item.text().unwrap_or_default();
    let names: Way = text.trim_start_matches("$.").split('.').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        item.wrong("must be names with dots between them, as in data.items");
    }
    names
}

/// Whether a flow can write a name.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
