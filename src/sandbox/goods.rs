//! The people who count stock and set prices in the simulated TIMS.

use serde_json::{Value, json};

use super::admin::known_fields;
use super::journal::Entry;
use super::key;
use super::world::{World, locked};

/// A location has this much of an item from now on.
///
/// # Errors
/// There is no such item or location, or the amounts are none.
pub(super) fn count(world: &World, sku: &str, location: &str, given: &Value) -> Result<Value, String> {
    let mut tims = locked(&world.tims);
    tims.set_time(world.clock.now());
    let entries = tims.counted(sku, location, given)?;
    commit(world, &mut tims, &entries)?;
    Ok(json!({"changed": entries.len()}))
}

/// A list has this price of an item from now on.
///
/// # Errors
/// There is no such list or item, or the price is none.
pub(super) fn price(world: &World, list: &str, sku: &str, given: &Value) -> Result<Value, String> {
    let mut tims = locked(&world.tims);
    tims.set_time(world.clock.now());
    let entries = tims.priced(list, sku, given)?;
    commit(world, &mut tims, &entries)?;
    Ok(json!({"changed": entries.len()}))
}

/// Something is bought and something is sold: so many SKUs, spread over all, have another stock in the first warehouse;
/// each of them `on_hand` pieces where that is given.
///
/// # Errors
/// The numbers are none.
pub(super) fn change(world: &World, body: &Value) -> Result<Value, String> {
    known_fields(body, &["skus", "on_hand"])?;
    let wanted = body["skus"].as_u64().and_then(|count| usize::try_from(count).ok()).ok_or("skus is a whole number")?;
    let mut tims = locked(&world.tims);
    let now = world.clock.now();
    tims.set_time(now);
    let skus: Vec<String> = tims.skus().collect();
    let step = (skus.len() / wanted.max(1)).max(1);
    // An even step would meet only articles of one kind, such as those that Amazon ships.
    let step = if step > 1 && step.is_multiple_of(2) { step - 1 } else { step };
    let mut entries: Vec<Entry> = Vec::new();
    for sku in skus.iter().step_by(step).take(wanted) {
        let pieces = match body.get("on_hand") {
            Some(given) => given.as_u64().ok_or("on_hand is a whole number")?,
            None => key::number(&["change", sku, &now.to_string()]) % 150,
        };
        entries.extend(tims.counted(sku, "MAIN", &json!({"on_hand": pieces}))?);
    }
    commit(world, &mut tims, &entries)?;
    Ok(json!({"changed": entries.len()}))
}

/// Amazon's warehouses have this much of a SKU from now on.
///
/// # Errors
/// Amazon ships no such SKU there, or the numbers are none.
pub(super) fn amazon_has(world: &World, market: &str, sku: &str, given: &Value) -> Result<Value, String> {
    let mut warehouses = locked(&world.warehouses);
    let entry = warehouses.set(market, sku, given, world.clock.now())?;
    world.journal.write(std::slice::from_ref(&entry))?;
    warehouses.apply(&entry);
    Ok(json!({"changed": 1}))
}

fn commit(world: &World, tims: &mut super::tims::Tims, entries: &[Entry]) -> Result<(), String> {
    if !entries.is_empty() {
        world.journal.write(entries)?;
        entries.iter().for_each(|entry| tims.apply(entry, entries));
    }
    Ok(())
}
