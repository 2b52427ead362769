//! One HTTP call and what became of it. Everything that can go wrong on the way is told apart here, in the kinds that
//! the engine acts on, so that each connector only has to know its remote's own errors.

pub(crate) mod download;
pub(crate) mod failure;
pub(crate) mod status;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Method, Url, redirect};

use super::contract::{ConnectorError, ErrorKind};
use super::settings::Settings;

/// How many bytes of an answer are read, after decompression.
const BODY_LIMIT: usize = 32 * 1024 * 1024;
/// How many redirects within one host a read follows.
const REDIRECTS: usize = 3;
/// How long the handshake may take, at most; the whole call has the setting `timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes calls.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    client: Client,
    timeout: Duration,
    /// How many bytes of an answer are read, after decompression.
    largest: usize,
}

/// A call to make.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Call {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    pub(crate) fn header(&mut self, name: &'static str, value: &str) -> Result<(), ConnectorError> {
        let value = HeaderValue::from_str(value).map_err(|_| {
            ConnectorError::new(ErrorKind::Bug, format!("the header {name} would hold characters that it cannot"))
        })?;
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(())
    }

    /// A header whose value no log of the HTTP client may show.
    pub(crate) fn secret_header(&mut self, name: &'static str, value: &str) -> Result<(), ConnectorError> {
        self.header(name, value)?;
        if let Some(value) = self.headers.get_mut(name) {
            value.set_sensitive(true);
        }
        Ok(())
    }

    pub(crate) fn json(mut self, body: Vec<u8>) -> Self {
        self.headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = Some(Bytes::from(body));
        self
    }

    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        // A URL's query has the very form that a form body has.
        let mut carrier = self.url.clone();
        carrier.query_pairs_mut().clear().extend_pairs(fields);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.insert(reqwest::header::CONTENT_TYPE, form);
        self.body = Some(Bytes::from(carrier.query().unwrap_or_default().to_owned()));
        self
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Transport {
    /// A transport for the addresses that a connection uses.
    pub(crate) fn new(settings: &Settings<'_>, addresses: &[&Url]) -> Result<Self, ConnectorError> {
        // Whoever installed a provider before has made the choice for the process; a second one is refused.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = settings.duration("timeout")?;
        let roots = match settings.maybe("ca_file") {
            Some(path) => read_roots(settings, path)?,
            None => Vec::new(),
        };
        let local = addresses.iter().all(|url| is_loopback(url));
        // A machine without a certificate store must still reach what needs none or brings its own.
        let client = if local {
            builder(timeout).no_proxy().tls_certs_only(roots).build()
        } else if roots.is_empty() {
            builder(timeout).build()
        } else {
            let merged = builder(timeout).tls_certs_merge(roots.clone()).build();
            merged.or_else(|_| builder(timeout).tls_certs_only(roots).build())
        };
        let client = client.map_err(|error| {
            let cause = failure::cause(&error);
            ConnectorError::new(
                ErrorKind::Bug,
                format!("HTTPS cannot be set up: {cause}; install the system's CA certificates, or set ca_file"),
            )
        })?;
        Ok(Self { client, timeout, largest: BODY_LIMIT })
    }

    /// The same for answers of at most so many bytes.
    pub(crate) fn with_largest(self, largest: usize) -> Self {
        Self { largest, ..self }
    }

    /// Makes the call once. `Ok` is an answer that arrived whole; redirects are followed only by reads and only within
    /// one host, because a login must not travel and a write must not change its verb.
    pub(crate) async fn send(&self, mut call: Call) -> Result<Answer, ConnectorError> {
        for _ in 0..=REDIRECTS {
            let answer = self.send_once(&call).await?;
            if !(300..400).contains(&answer.status) || answer.status == 304 {
                return Ok(answer);
            }
            let target = answer.header("location").and_then(|location| call.url.join(location).ok());
            match target {
                Some(target) if call.method == Method::GET && target.origin() == call.url.origin() => call.url = target,
                target => return Err(redirected(&call, &answer, target.as_ref())),
            }
        }
        let message = format!("{} redirects in a circle; check the address in the settings", place(&call.url));
        Err(ConnectorError::new(ErrorKind::Bug, message))
    }

    async fn send_once(&self, call: &Call) -> Result<Answer, ConnectorError> {
        let mut request = self.client.request(call.method.clone(), call.url.clone()).headers(call.headers.clone());
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        let fail = |error: reqwest::Error| failure::of(&error, &call.url, self.timeout);
        let mut response = request.send().await.map_err(fail)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(fail)? {
            if body.len() + chunk.len() > self.largest {
                let message = format!("{} sent more than {} MiB", place(&call.url), self.largest / 1024 / 1024);
                return Err(ConnectorError {
                    status: Some(status),
                    ..ConnectorError::new(ErrorKind::Transient, message)
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }
}

fn builder(timeout: Duration) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(user_agent())
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        // Only the engine tries again.
        .retry(reqwest::retry::never())
}

/// What Amazon asks of a user agent: name, version, language and platform, at most 500 characters.
fn user_agent() -> String {
    let (name, version, rust) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_RUST_VERSION"));
    format!("{name}/{version} (Language=Rust/{rust}; Platform={}/{})", std::env::consts::OS, std::env::consts::ARCH)
}

fn read_roots(settings: &Settings<'_>, path: &str) -> Result<Vec<Certificate>, ConnectorError> {
    let pem =
        std::fs::read(path).map_err(|error| settings.wrong("ca_file", format!("`{path}` cannot be read: {error}")))?;
    let roots = Certificate::from_pem_bundle(&pem)
        .map_err(|_| settings.wrong("ca_file", format!("`{path}` is not a PEM file of certificates")))?;
    if roots.is_empty() {
        return Err(settings.wrong("ca_file", format!("`{path}` holds no certificate")));
    }
    Ok(roots)
}

fn redirected(call: &Call, answer: &Answer, target: Option<&Url>) -> ConnectorError {
    let to = target.map_or_else(|| "nowhere".to_owned(), place);
    let message = format!(
        "{} redirects {} calls to {to}, which is not followed; set the address that answers itself",
        place(&call.url),
        call.method
    );
    ConnectorError { status: Some(answer.status), ..ConnectorError::new(ErrorKind::Bug, message) }
}

/// The address of a setting: https, or http to this machine.
pub(crate) fn address(settings: &Settings<'_>, name: &str, text: &str) -> Result<Url, ConnectorError> {
    let url = Url::parse(text).map_err(|_| settings.wrong(name, format!("is `{text}`, which is not a URL")))?;
    if url.host_str().is_none() || url.cannot_be_a_base() {
        return Err(settings.wrong(name, format!("is `{text}`, which names no host")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(settings.wrong(name, "holds a login; give that as a secret instead"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(settings.wrong(
            name,
            format!("is `{text}`: a login is only sent over https; plain http is for 127.0.0.1, ::1 and localhost"),
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The address with parts of a path added, each escaped.
pub(crate) fn join(base: &Url, parts: &[&str]) -> Result<Url, ConnectorError> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => {
            segments.pop_if_empty().extend(parts);
        }
        Err(()) => return Err(ConnectorError::new(ErrorKind::Bug, format!("{base} cannot carry a path"))),
    }
    // `.` and `..` would name another document than the one that was meant.
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(ConnectorError::new(ErrorKind::Rejected, "an empty name, `.` or `..` cannot be asked for"));
    }
    Ok(url)
}

/// Scheme, host and port: what a message may show of an address.
pub(crate) fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}
