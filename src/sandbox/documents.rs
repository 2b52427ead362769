//! Documents behind addresses that live five minutes, as Amazon hands them out for reports and feeds. The address holds
//! all that is needed to check it, so nothing has to be remembered of it.

use jiff::{SignedDuration, Timestamp};

use super::call::Call;
use super::key;
use super::reply::Reply;
use super::world::World;

/// How long an address lives.
const LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What the counters call a request for a document.
pub(super) fn operation(call: &Call) -> &'static str {
    match call.method.as_str() {
        "PUT" => "amazon.documents.put",
        _ => "amazon.documents.get",
    }
}

/// An address under which `id` is found for five minutes. `flags` come back to whoever answers.
pub(super) fn url(world: &World, id: &str, flags: &str, now: Timestamp) -> String {
    let at = now.as_second();
    format!(
        "{}/documents/{id}?X-Amz-Date={at}&X-Amz-Expires={}&X-Amz-Flags={flags}&X-Amz-Signature={}",
        world.base(),
        LIFE.as_secs(),
        signature(world, id, flags, at)
    )
}

fn signature(world: &World, id: &str, flags: &str, at: i64) -> String {
    key::hex(&["document url", &world.credentials.amazon.client_secret, id, flags, &at.to_string()], 64)
}

/// The id and flags of a request whose address is good; otherwise what the storage says.
pub(super) fn check<'a>(world: &World, call: &'a Call) -> Result<(&'a str, &'a str), Reply> {
    let id = call.path.first().map_or("", String::as_str);
    let flags = call.parameter("X-Amz-Flags").unwrap_or_default();
    let at = call.parameter("X-Amz-Date").and_then(|text| text.parse::<i64>().ok());
    let signed = at.map(|at| signature(world, id, flags, at));
    if call.path.len() != 1 || signed.as_deref() != call.parameter("X-Amz-Signature") {
        let message = "The request signature we calculated does not match the signature you provided.";
        return Err(refused(403, "SignatureDoesNotMatch", message));
    }
    let issued = at.and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(Timestamp::MIN);
    if world.clock.now().duration_since(issued) >= LIFE {
        return Err(refused(403, "AccessDenied", "Request has expired"));
    }
    Ok((id, flags))
}

/// Answers a request for a document.
pub(super) fn answer(world: &World, call: &Call) -> Reply {
    let (id, flags) = match check(world, call) {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    match call.method.as_str() {
        "GET" => super::amazon::reports::document(world, id, flags)
            .or_else(|| super::amazon::feeds::download(world, id))
            .unwrap_or_else(no_such_key),
        "PUT" if flags == "put" => super::amazon::feeds::upload(world, call, id).unwrap_or_else(no_such_key),
        _ => refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    }
}

/// There is nothing under an address, good as it is.
pub(super) fn no_such_key() -> Reply {
    refused(404, "NoSuchKey", "The specified key does not exist.")
}

/// A refusal in the storage's own form.
pub(super) fn refused(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::text(status, "application/xml", body)
}
