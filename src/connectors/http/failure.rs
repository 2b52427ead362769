//! Calls that got no answer: why, in words that tell what to do, and whether the remote may have acted.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::Url;
use rustls::CertificateError;

use super::place;
use crate::connectors::contract::{ConnectorError, ErrorKind};

/// What a failed call means for the engine.
pub(crate) fn of(error: &reqwest::Error, url: &Url, timeout: Duration) -> ConnectorError {
    let host = url.host_str().unwrap_or("the host");
    let place = place(url);
    let (kind, message) = if let Some(tls) = find::<rustls::Error>(error) {
        (ErrorKind::Unreachable, tls_words(tls, host))
    } else if error.is_connect() {
        (ErrorKind::Unreachable, connect_words(error, host, &place, timeout))
    } else if error.is_timeout() {
        (ErrorKind::Unreachable, format!("{place} did not answer within {timeout:?}"))
    } else if error.is_builder() {
        (ErrorKind::Bug, format!("the call to {place} could not be built: {}", cause(error)))
    } else {
        let cut = format!("the connection to {place} broke before the answer was complete: {}", cause(error));
        (ErrorKind::Transient, cut)
    };
    ConnectorError::new(kind, message)
}

fn connect_words(error: &reqwest::Error, host: &str, place: &str, timeout: Duration) -> String {
    let cause = cause(error);
    if error.is_timeout() {
        return format!("{place} could not be reached within {timeout:?}");
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => format!("{place} refused the connection: nothing listens there"),
        // A host that closes during the handshake usually does not speak TLS on that port.
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            format!("{place} closed the connection at once; does it speak TLS on that port?")
        }
        _ if cause.contains("lookup") || cause.contains("dns") => {
            format!("the name {host} has no address ({cause}); check the host name and the DNS")
        }
        _ => format!("{place} could not be reached: {cause}"),
    }
}

fn tls_words(error: &rustls::Error, host: &str) -> String {
    let rustls::Error::InvalidCertificate(wrong) = error else {
        return format!("{host} could not be spoken to over TLS ({error}); is the port one for https?");
    };
    match wrong {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {host} has expired")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {host} is not valid yet; is this machine's clock right?")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the certificate that answers for {host} is for another name")
        }
        CertificateError::UnknownIssuer => format!(
            "the certificate of {host} is not trusted: its issuer is not known; set ca_file to the issuer's certificate"
        ),
        other => {
            format!("the certificate of {host} is not trusted: {other:?}; set ca_file to the certificate of its issuer")
        }
    }
}

/// The innermost cause, which is the one that says something.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(next) = inside(innermost) {
        innermost = next;
    }
    innermost.to_string()
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        found = error.downcast_ref::<T>().or(found);
        next = inside(error);
    }
    found
}

/// An I/O error's `source` skips the error that it wraps, which is the one that rustls and hyper put there.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
}
