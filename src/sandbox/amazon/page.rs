//! The pages of one search. A token says where the last page ended and which instant the search looks at, so that an
//! order that changes between two pages moves past the end instead of shifting the others.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::query::{By, Search};
use super::{Refusal, blocks};
use crate::sandbox::key;
use crate::sandbox::shop::Row;
use crate::sandbox::world::{World, locked};

/// How long a token lives.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Orders older than two years are not shown.
const OLDEST: SignedDuration = SignedDuration::from_hours(24 * 730);

/// Where a page ended.
#[derive(Debug)]
struct Token {
    issued: Timestamp,
    before: Timestamp,
    updated: Timestamp,
    order_id: String,
}

/// The body of one page of the search.
pub(super) fn of(world: &World, search: &Search, now: Timestamp) -> Result<Value, Refusal> {
    let secret = &world.credentials.amazon.client_secret;
    let from = search.token.as_deref().map(|text| Token::read(text, search, secret, now)).transpose()?;
    let before = from.as_ref().map_or(search.before, |token| token.before);
    let shop = locked(&world.shop);
    let start = match (&from, search.by) {
        (Some(token), _) => (token.updated, token.order_id.as_str()),
        (None, By::Updated) => (search.after, ""),
        (None, By::Created) => (Timestamp::MIN, ""),
    };
    let wanted = |row: &Row| {
        let time = if search.by == By::Created { row.created } else { row.updated };
        time >= search.after
            && time <= before
            && row.created >= now - OLDEST
            && takes(&search.statuses, &row.status)
            && takes(&search.marketplaces, &row.marketplace)
            && takes(&search.fulfilled_by, &row.fulfilled_by)
    };
    let mut found = shop
        .rows_from(start.0, start.1, from.is_some())
        // Nothing past this can be wanted, and a poll at the end of a large shop stays short.
        .take_while(|row| search.by == By::Created || row.updated <= before)
        .filter(|row| wanted(row));
    let rows: Vec<&Row> = found.by_ref().take(search.page_size).collect();
    let more = found.next().is_some();
    let orders: Vec<Value> =
        rows.iter().filter_map(|row| shop.order(&row.id)).map(|order| blocks::keep(order, &search.included)).collect();
    let mut body = Map::new();
    body.insert("orders".to_owned(), Value::Array(orders));
    if let (true, Some(last)) = (more, rows.last()) {
        let token = Token { issued: now, before, updated: last.updated, order_id: last.id.to_string() };
        let token = token.write(search, secret);
        body.insert("pagination".to_owned(), serde_json::json!({"nextToken": token}));
    }
    let echo = if search.by == By::Created { "createdBefore" } else { "lastUpdatedBefore" };
    body.insert(echo.to_owned(), before.to_string().into());
    Ok(Value::Object(body))
}

fn takes(wanted: &[String], value: &str) -> bool {
    wanted.is_empty() || wanted.iter().any(|one| one == value)
}

impl Token {
    fn write(&self, search: &Search, secret: &str) -> String {
        let mut content = format!(
            "{}|{}|{}|{}|{}",
            self.issued.as_millisecond(),
            self.before.as_nanosecond(),
            self.updated.as_nanosecond(),
            self.order_id,
            search.fingerprint
        );
        // Of a length that base64 pads: tokens with `=` are the ones that clients forget to encode.
        while (content.len() + 8).is_multiple_of(3) {
            content.push(' ');
        }
        let seal = key::digest(&["page", secret, &content]);
        let mut bytes = seal[..8].to_vec();
        bytes.extend(content.bytes().zip(stream(secret, &seal[..8])).map(|(byte, mask)| byte ^ mask));
        STANDARD.encode(bytes)
    }

    fn read(text: &str, search: &Search, secret: &str, now: Timestamp) -> Result<Self, Refusal> {
        let bad = || Refusal::invalid("the paginationToken was not given out here; was it percent-encoded?");
        let bytes = STANDARD.decode(text).map_err(|_| bad())?;
        let (seal, masked) = bytes.split_at_checked(8).ok_or_else(bad)?;
        let content = masked.iter().zip(stream(secret, seal)).map(|(byte, mask)| byte ^ mask).collect();
        let content = String::from_utf8(content).map_err(|_| bad())?;
        if key::digest(&["page", secret, &content])[..8] != *seal {
            return Err(bad());
        }
        let [issued, before, updated, order_id, fingerprint] =
            content.trim_end().split('|').collect::<Vec<_>>().try_into().map_err(|_| bad())?;
        let instant = |text: &str| text.parse().ok().and_then(|ns| Timestamp::from_nanosecond(ns).ok());
        let issued = issued.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).ok_or_else(bad)?;
        if fingerprint != search.fingerprint {
            return Err(Refusal::invalid("the paginationToken belongs to a search with other filters"));
        }
        if now.duration_since(issued) >= LIFE {
            return Err(Refusal::invalid("the paginationToken is older than 24 hours"));
        }
        Ok(Self {
            issued,
            before: instant(before).ok_or_else(bad)?,
            updated: instant(updated).ok_or_else(bad)?,
            order_id: order_id.to_owned(),
        })
    }
}

/// Endless bytes that make a token opaque; nobody should be tempted to look into one.
fn stream(secret: &str, seal: &[u8]) -> impl Iterator<Item = u8> {
    let seal: String = seal.iter().map(|byte| format!("{byte:02x}")).collect();
    let secret = secret.to_owned();
    (0_u32..).flat_map(move |block| key::digest(&["mask", &secret, &seal, &block.to_string()]))
}
