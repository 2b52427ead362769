//! Orders of the model 2026-01-01: searchOrders and getOrder.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Done, Operation, Refusal, blocks, page, query};
use crate::sandbox::call::Call;
use crate::sandbox::quota::{GET_ORDER, SEARCH_ORDERS};
use crate::sandbox::world::{World, locked};

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "amazon.searchOrders",
        method: Method::GET,
        path: &["orders", "2026-01-01", "orders"],
        plan: SEARCH_ORDERS,
        serve: search,
    },
    Operation {
        name: "amazon.getOrder",
        method: Method::GET,
        path: &["orders", "2026-01-01", "orders", "{}"],
        plan: GET_ORDER,
        serve: get,
    },
];

fn search(world: &World, call: &Call, now: Timestamp) -> Result<Done, Refusal> {
    let search = query::Search::read(call, now)?;
    page::of(world, &search, now).map(Done::told)
}

fn get(world: &World, call: &Call, _: Timestamp) -> Result<Done, Refusal> {
    let id = call.path.last().map_or("", String::as_str);
    one_order(world, call, id).map(Done::told)
}

fn one_order(world: &World, call: &Call, id: &str) -> Result<Value, Refusal> {
    let included = query::included_data(call)?;
    if let Some((name, _)) = call.query.iter().find(|(name, _)| name != "includedData") {
        return Err(Refusal::invalid(format!("getOrder has no parameter {name}")));
    }
    if !is_order_id(id) {
        let reason = format!("{id} does not have the shape of an order id");
        return Err(Refusal { details: None, ..Refusal::invalid(reason) });
    }
    let order = locked(&world.shop).order(id).ok_or_else(|| Refusal {
        status: 404,
        code: "NotFound",
        message: "The requested resource does not exist.",
        details: Some(""),
        reason: format!("the shop has no order {id}"),
    })?;
    Ok(json!({"order": blocks::keep(order, &included)}))
}

/// 3-7-7 digits, or the longer form of an order from another channel.
fn is_order_id(id: &str) -> bool {
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    match id.split('-').collect::<Vec<_>>().as_slice() {
        [first, second, third] => (digits(first, 3) || *first == "S01") && digits(second, 7) && digits(third, 7),
        _ => false,
    }
}
