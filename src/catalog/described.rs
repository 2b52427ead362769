//! A system that is described instead of programmed: its descriptor, and how its calls are made, as plain data. A file of
//! `flows/connectors/` says it, `config` reads that, and `connectors` makes the calls.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{ConnectorSpec, Rate};

/// A described system.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// What the compiler and the help see.
    pub spec: Arc<ConnectorSpec>,
    /// How it lets callers in.
    pub auth: Auth,
    /// Headers of every call.
    pub headers: Vec<(&'static str, String)>,
    /// How many bytes an answer may have.
    pub largest_answer: usize,
    /// The header in which an answer says what the remote calls it.
    pub request_id: Option<&'static str>,
    /// How it says no.
    pub errors: Errors,
    /// What is asked to see whether it is there.
    pub probe: Option<Template>,
    /// How entities are read as sources.
    pub reads: Vec<ReadCall>,
    /// How entities are found by a key.
    pub finds: Vec<FindCall>,
    /// How entities are written.
    pub writes: Vec<WriteCall>,
}

/// A login. The secrets themselves are settings of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// None.
    None,
    /// A key in a header: setting `api_key`.
    KeyInHeader(&'static str),
    /// A key in the query: setting `api_key`.
    KeyInQuery(String),
    /// A name and a password: settings `user` and `password`.
    Basic,
    /// A token that does not change: setting `token`.
    Bearer,
    /// OAuth 2.0 client credentials: settings `client_id`, `client_secret` and `token_url`.
    OAuth2 {
        /// The path of the token endpoint, where the environment names no address.
        token: Option<String>,
        /// What is asked for.
        scope: Option<String>,
    },
}

/// A path with values in it: `/v1/orders/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The parts between the slashes.
    pub parts: Vec<Part>,
    /// The fixed query.
    pub query: Vec<(String, String)>,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Fixed(String),
    /// The value of a field.
    Field(String),
}

/// Where something is in a document: names, from the outside in. None means the document itself.
pub type Way = Vec<String>;

/// How an entity is read as a source.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadCall {
    /// The entity.
    pub entity: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// Where it is listed.
    pub path: Template,
    /// Where the records are in an answer.
    pub records: Way,
    /// The query parameter that says since when, where there is one.
    pub since: Option<String>,
    /// The filters, with their query parameters.
    pub filters: Vec<(String, Joined)>,
    /// How one page leads to the next.
    pub pages: Pages,
    /// The query parameter for the size of a page, and that size.
    pub size: Option<(String, usize)>,
}

/// How an entity is found by a key.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCall {
    /// The entity.
    pub entity: &'static str,
    /// The field by which it is found.
    pub key: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// Where; with `{key}` in it the answer is the document, else a list.
    pub path: Template,
    /// How the values stand in the query, where they do.
    pub joined: Option<Joined>,
    /// How many values one call can ask for.
    pub most: usize,
    /// Where the record, or the list of them, is in an answer.
    pub records: Way,
}

/// How an entity is written.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteCall {
    /// The entity.
    pub entity: &'static str,
    /// The verb of the flow.
    pub verb: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The method: POST, PUT, PATCH or DELETE.
    pub method: &'static str,
    /// Where.
    pub path: Template,
    /// The field of the body that holds the document; without it the document is the body.
    pub inside: Option<String>,
    /// Where the document is in an answer.
    pub answer: Way,
    /// The header for the idempotency key, where the remote remembers it.
    pub key_header: Option<&'static str>,
    /// The field by which the document is read back, where that settles what became of a write.
    pub read_back: Option<&'static str>,
}

/// How several values stand in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// One value: `status=open`.
    One(String),
    /// With commas: `status=open,packed`.
    Comma(String),
    /// The parameter again and again: `status=open&status=packed`.
    Repeat(String),
}

/// How one page leads to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// There is one page.
    One,
    /// The answer holds a mark that the next call gives back.
    Cursor {
        /// The query parameter.
        query: String,
        /// Where the mark is.
        next: Way,
    },
    /// Pages are counted.
    Number {
        /// The query parameter.
        query: String,
        /// The number of the first.
        first: u64,
    },
    /// Records are counted.
    Offset {
        /// The query parameter.
        query: String,
    },
    /// A `Link` header names the next address.
    Link,
    /// The answer holds the next address.
    NextUrl {
        /// Where it is.
        next: Way,
    },
}

/// How a remote says no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Where its code is.
    pub code: Way,
    /// Where its words are.
    pub message: Way,
    /// Where the list of fields is that it complains of.
    pub fields: Way,
    /// In an entry of that list: the field's path, the code, the words.
    pub field: (String, String, String),
    /// What statuses mean, where they mean something else than usual.
    pub statuses: Vec<(u16, Meaning)>,
    /// What codes mean; they win over statuses.
    pub codes: Vec<(String, Meaning)>,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// No for good.
    Rejected,
    /// The remote's state does not allow it.
    Conflict,
    /// There is no such thing.
    NotFound,
    /// Too fast.
    Throttled,
    /// It may work the next time.
    Transient,
    /// The login was refused.
    Auth,
    /// The document is there already.
    Duplicate,
}

impl Meaning {
    /// The words for them in a description.
    pub const WORDS: &[(&str, Meaning)] = &[
        ("auth", Meaning::Auth),
        ("conflict", Meaning::Conflict),
        ("duplicate", Meaning::Duplicate),
        ("not_found", Meaning::NotFound),
        ("rejected", Meaning::Rejected),
        ("throttled", Meaning::Throttled),
        ("transient", Meaning::Transient),
    ];
}

impl Rate {
    /// So many calls in so long.
    #[must_use]
    pub fn of(calls: usize, per: std::time::Duration) -> Self {
        let millis = u64::try_from(per.as_millis()).unwrap_or(u64::MAX).max(1);
        let calls_u64 = u64::try_from(calls).unwrap_or(u64::MAX);
        let per_10_000_s = (calls_u64.saturating_mul(10_000_000) / millis).max(1);
        Self { per_10_000_s, burst: u32::try_from(calls).unwrap_or(u32::MAX).max(1) }
    }
}

/// A text that lives as long as the process. Descriptors name things by such texts, because those of the connectors that
/// are built in are written down in the program. Each text is kept once, and descriptions are small files that are read
/// from disk, so what is kept is bounded by what was ever written in them.
#[must_use]
pub fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    match kept.get(text) {
        Some(known) => known,
        None => {
            let new: &'static str = text.to_owned().leak();
            kept.insert(new);
            new
        }
    }
}

/// Names as [`kept`] keeps a text.
#[must_use]
pub fn kept_names(names: &[&'static str]) -> &'static [&'static str] {
    static KEPT: Mutex<Option<HashSet<&'static [&'static str]>>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    match kept.get(names) {
        Some(known) => known,
        None => {
            let new: &'static [&'static str] = names.to_vec().leak();
            kept.insert(new);
            new
        }
    }
}
