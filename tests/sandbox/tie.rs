//! The two simulated systems fit together: every order of the shop can be a sales order, and their totals tie by the
//! rule that the sandbox states.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::World;

fn amount(money: &Value) -> Decimal {
    money["amount"].as_str().unwrap().parse().unwrap()
}

fn part(proceeds: &Value, name: &str) -> Option<Decimal> {
    let parts = proceeds["breakdowns"].as_array()?;
    parts.iter().find(|one| one["type"] == name).map(|one| amount(&one["subtotal"]))
}

#[tokio::test]
async fn a_sales_order_ties_to_its_amazon_order() {
    let world = World::with(|options| options.orders = 300).await;
    let customer = world.customer().await;
    let (mut tied, mut unknown, mut short) = (0, 0, 0);
    for order in world.everything().await {
        let Some(grand) = order["proceeds"].get("grandTotal") else { continue };
        let mut charges = Vec::new();
        let mut lines = Vec::new();
        for item in order["orderItems"].as_array().unwrap() {
            let proceeds = &item["proceeds"];
            let quantity = item["quantityOrdered"].as_u64().unwrap();
            let goods = part(proceeds, "ITEM").unwrap_or_default();
            let unit = item["product"]["price"]["unitPrice"].get("amount").and_then(Value::as_str).map(str::to_owned);
            let unit = unit.unwrap_or_else(|| (goods / Decimal::from(quantity)).round_dp(0).to_string());
            let mut line = json!({"line_ref": item["orderItemId"], "sku": item["product"]["sellerSku"],
                "quantity": quantity.to_string(), "unit_price": unit, "line_amount": goods.to_string()});
            if let Some(discount) = part(proceeds, "DISCOUNT") {
                line["discounts"] = json!([{"code": "AMZ-PROMO", "amount": (-discount).to_string()}]);
            }
            if let Some(tax) = part(proceeds, "TAX") {
                line["tax"] = json!([{"code": "US", "amount": tax.to_string(), "collected_by": "marketplace"}]);
            }
            lines.push(line);
            for (name, kind) in [("SHIPPING", "shipping"), ("GIFT_WRAP", "gift_wrap")] {
                if let Some(charge) = part(proceeds, name) {
                    charges.push(json!({"kind": kind, "line_ref": item["orderItemId"], "amount": charge.to_string()}));
                }
            }
        }
        let wanted = amount(grand) - part(&order["proceeds"], "TAX").unwrap_or_default();
        let body = json!({
            "source": "amazon", "external_ref": order["orderId"], "order_date": order["createdTime"],
            "customer_id": customer, "currency": grand["currencyCode"],
            "prices_include_tax": grand["currencyCode"] != "USD", "lines": lines, "charges": charges,
            "totals": {"grand": wanted.to_string()},
        });
        let answer = world.post("/sales_orders", &body).await;
        if answer.status == 422 {
            assert_eq!(answer.body["code"], "item_not_found", "{:#}", answer.body);
            unknown += 1;
            continue;
        }
        let made = answer.expect(201).body;
        let told: Decimal = made["totals"]["grand"].as_str().unwrap().parse().unwrap();
        assert_eq!(told, wanted, "{order:#}");
        tied += 1;
        let wants: Vec<Value> = made["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| json!({"line_id": line["id"], "quantity": line["quantity"]}))
            .collect();
        let allocation = json!({"sales_order_id": made["id"], "lines": wants});
        let allocation = world.post("/allocations", &allocation).await.expect(201).body;
        short += i32::from(allocation["status"] != "allocated");
    }
    assert_eq!((tied, unknown, short), (286, 2, 6));
}
