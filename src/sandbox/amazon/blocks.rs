//! What `includedData` decides: an order carries the blocks that were asked for, on both of its levels, and no others.

use serde_json::Value;

/// The data sets a request can ask for, with the blocks each stands for on the order and on its items.
pub(super) const DATA_SETS: [(&str, &[&str], &[&str]); 11] = [
    ("BUYER", &["buyer"], &[]),
    ("RECIPIENT", &["recipient"], &[]),
    ("PROCEEDS", &["proceeds"], &["proceeds"]),
    ("EXPENSE", &[], &["expense"]),
    ("PROMOTION", &[], &["promotion"]),
    ("CANCELLATION", &[], &["cancellation"]),
    ("FULFILLMENT", &["fulfillment"], &["fulfillment"]),
    ("PACKAGES", &["packages"], &[]),
    ("TAX", &["tax"], &["tax"]),
    ("PAYMENT", &["payment"], &[]),
    ("FULFILLMENT_ORDERS", &["fulfillmentOrders"], &[]),
];

/// The order without the blocks of the data sets that were not asked for.
pub(super) fn keep(mut order: Value, included: &[String]) -> Value {
    for (name, of_order, of_item) in DATA_SETS {
        if included.iter().any(|asked| asked == name) {
            continue;
        }
        if let Some(fields) = order.as_object_mut() {
            for block in of_order {
                fields.shift_remove(*block);
            }
        }
        let items = order.get_mut("orderItems").and_then(Value::as_array_mut);
        for fields in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            for block in of_item {
                fields.shift_remove(*block);
            }
        }
    }
    order
}
