//! An answer before it is sent: the simulated systems make it, the faults may spoil it, and only then does it become
//! HTTP.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use futures::stream;
use serde_json::Value;

/// What is answered, and what the counters should know about it.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    /// Something changed.
    pub(super) wrote: bool,
    /// It comes from the memory of an `Idempotency-Key`.
    pub(super) replayed: bool,
}

impl Reply {
    /// A JSON answer.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// An answer of any other kind.
    pub(super) fn text(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into(), wrote: false, replayed: false }
    }

    /// The same with one more header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As HTTP, whole.
    pub(super) fn send(self) -> Response<Body> {
        let body = Body::from(self.body.clone());
        self.head(body)
    }

    /// As HTTP, but the connection ends after half of the announced body.
    pub(super) fn send_half(self) -> Response<Body> {
        let half = self.body.slice(..self.body.len() / 2);
        let length = self.body.len().max(1).to_string();
        self.with("content-length", length).head(cut_after(half))
    }

    /// The connection ends before anything was answered.
    pub(super) fn hang_up() -> Response<Body> {
        Self::text(200, "application/json", String::new()).with("content-length", "1").head(cut_after(Bytes::new()))
    }

    fn head(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.status != 204 {
            response.headers_mut().insert("content-type", HeaderValue::from_static(self.content_type));
        }
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// A body that fails after `sent`; the server answers a failing body by closing the connection.
fn cut_after(sent: Bytes) -> Body {
    Body::from_stream(stream::unfold(Some(sent), |left| async move {
        match left {
            Some(bytes) if !bytes.is_empty() => Some((Ok::<_, std::io::Error>(bytes), Some(Bytes::new()))),
            Some(_) => {
                // What was sent so far must leave the machine before the connection goes.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                Some((Err(std::io::Error::other("cut on purpose")), None))
            }
            None => None,
        }
    }))
}

/// The published header of an Amazon answer's identity.
pub(super) fn request_id(number: u64) -> String {
    let hex = super::key::hex(&["request", &number.to_string()], 32);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}
