//! The people in the simulated warehouse: they ship what was released to them, as far as stock was set aside for it.
//! Most orders leave in one parcel; some in two, and of some only a part leaves at first. Which, follows from the order.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::journal::DocKind;
use super::key;
use super::tims::Tims;
use super::world::{World, locked};

/// Carriers by the currency that an order is paid in, as TIMS calls them. The last of each is one that nobody else knows.
const CARRIERS: [(&str, [&str; 4]); 3] = [
    ("EUR", ["DHL", "DPD", "HERMES", "RADKURIER"]),
    ("USD", ["UPS", "FEDEX", "USPS", "VALLEYEXPRESS"]),
    ("JPY", ["YAMATO", "SAGAWA", "JPPOST", "NEKOBIN"]),
];

/// Ships what is released; `references` names orders by their external references, none of them means all.
///
/// # Errors
/// What TIMS refuses, in words.
pub(super) fn ship(world: &World, references: Option<&[String]>) -> Result<Value, String> {
    let mut tims = locked(&world.tims);
    tims.set_time(world.clock.now());
    let named =
        |order: &Value| references.is_none_or(|names| names.iter().any(|name| order["external_ref"] == name.as_str()));
    let made = ship_all(world, &mut tims, named)?;
    Ok(json!({"shipments": made}))
}

/// Ships what was released as long ago as the warehouse takes. Somebody has asked for shipments: until then nobody can
/// know whether the goods have left.
pub(super) fn work(world: &World, tims: &mut Tims) {
    let Some(takes) = world.warehouse else { return };
    let now = world.clock.now();
    let due = |order: &Value| {
        let released = order["updated_at"].as_str().and_then(|text| text.parse().ok());
        released.is_some_and(|released| crate::clock::until(released, now) >= takes)
    };
    // What cannot be written down is shipped the next time.
    let _ = ship_all(world, tims, due);
}

fn ship_all(world: &World, tims: &mut Tims, chosen: impl Fn(&Value) -> bool) -> Result<Vec<String>, String> {
    let released = |text: &&std::sync::Arc<str>| {
        // Most orders are not; those need not be read.
        text.contains("\"status\":\"picking\"") || text.contains("\"status\":\"partially_shipped\"")
    };
    let orders: Vec<Value> = tims
        .documents(DocKind::SalesOrder)
        .values()
        .filter(released)
        .filter_map(|text| serde_json::from_str::<Value>(text).ok())
        .filter(|order| matches!(order["status"].as_str(), Some("picking" | "partially_shipped")) && chosen(order))
        .collect();
    let mut made = Vec::new();
    for order in orders {
        let Some(body) = shipment(tims, &order) else { continue };
        made.push(tims.leave(world, &body).map_err(|why| format!("{}: {why}", order["external_ref"]))?);
    }
    Ok(made)
}

/// What leaves today of an order; nothing where all that was set aside has left.
fn shipment(tims: &Tims, order: &Value) -> Option<Value> {
    let id = order["id"].as_str()?;
    let dice = key::number(&["parcel", id]);
    let left: Vec<(Value, Decimal)> = tims.left_to_ship(order);
    let pieces: Decimal = left.iter().map(|(_, left)| *left).sum();
    if pieces.is_zero() {
        return None;
    }
    let carriers = CARRIERS.iter().find(|(currency, _)| order["currency"] == *currency).map_or(CARRIERS[0].1, |c| c.1);
    // One in twenty goes with the carrier that nobody knows.
    let carrier = if dice % 20 == 19 { carriers[3] } else { carriers[usize::try_from(dice % 3).unwrap_or(0)] };
    let first_time = order["status"] == "picking";
    let several = pieces > Decimal::ONE;
    let line = |(line, quantity): &(Value, Decimal)| json!({"line_id": line["id"], "quantity": quantity.normalize().to_string()});
    let tracking = |parcel: u32| {
        let shipments = tims.shipments_of(id).len();
        format!("{:014}", key::number(&["tracking", id, &format!("{shipments}/{parcel}")]) % 100_000_000_000_000)
    };
    let parcel = |number: u32, lines: Vec<Value>| json!({"ref": number.to_string(), "tracking_number": tracking(number), "lines": lines});
    let packages = match dice / 20 % 10 {
        0 if several => {
            let (here, there) = halves(&left);
            vec![parcel(1, here.iter().map(line).collect()), parcel(2, there.iter().map(line).collect())]
        }
        1 if several && first_time => vec![parcel(1, halves(&left).0.iter().map(line).collect())],
        _ => vec![parcel(1, left.iter().map(line).collect())],
    };
    Some(json!({"sales_order_id": id, "status": "shipped", "carrier_code": carrier, "service": "STANDARD",
        "packages": packages}))
}

/// A line of an order and how many of it.
type Piece = (Value, Decimal);

/// Some pieces and the others, neither of them none.
fn halves(left: &[Piece]) -> (Vec<Piece>, Vec<Piece>) {
    match left {
        [(line, quantity)] => (vec![(line.clone(), Decimal::ONE)], vec![(line.clone(), *quantity - Decimal::ONE)]),
        _ => (left.iter().take(1).cloned().collect(), left.iter().skip(1).cloned().collect()),
    }
}
