//! Downloads: a document of any size into a file, from an address that needs no login.

use std::io::Write;

use reqwest::{Method, Url};

use super::super::contract::{ConnectorError, ErrorKind};
use super::{Transport, failure, is_loopback, place};

/// How many bytes a download may have.
const MOST: u64 = 4 << 30;

/// What came with the bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Downloaded {
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: u64,
}

impl Transport {
    /// Downloads a document into a file, as its bytes come. The address is one that a remote gave for a few minutes, so a
    /// refusal means that a new one must be asked for.
    pub(crate) async fn download(
        &self,
        address: &str,
        out: &mut (dyn Write + Send),
    ) -> Result<Downloaded, ConnectorError> {
        let url = Url::parse(address)
            .ok()
            .filter(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(url));
        let Some(url) = url else {
            return Err(ConnectorError::new(ErrorKind::Bug, "the address of a document is no https address"));
        };
        let fail = |error: reqwest::Error| failure::of(&error, &url, self.timeout);
        let mut response = self.client.request(Method::GET, url.clone()).send().await.map_err(fail)?;
        let status = response.status().as_u16();
        if status != 200 {
            let message = format!("{} refused a document (status {status}); its address may have run out", place(&url));
            return Err(ConnectorError { status: Some(status), ..ConnectorError::new(ErrorKind::Transient, message) });
        }
        let header = response.headers().get(reqwest::header::CONTENT_TYPE);
        let content_type = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
        // A page of a proxy on the way is no document.
        if content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html")) {
            let message = format!("{} sent a web page where a document was asked for", place(&url));
            return Err(ConnectorError { status: Some(status), ..ConnectorError::new(ErrorKind::Transient, message) });
        }
        let mut done = Downloaded { content_type, bytes: 0 };
        while let Some(chunk) = response.chunk().await.map_err(fail)? {
            done.bytes += chunk.len() as u64;
            if done.bytes > MOST {
                let message = format!("{} sent more than {} GiB", place(&url), MOST >> 30);
                return Err(ConnectorError::new(ErrorKind::Bug, message));
            }
            out.write_all(&chunk).map_err(|error| {
                ConnectorError::new(ErrorKind::Bug, format!("a downloaded document could not be kept: {error}"))
            })?;
        }
        Ok(done)
    }
}
