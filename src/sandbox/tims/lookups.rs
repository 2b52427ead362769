//! What is only looked up: documents by id, and lists.

use serde_json::Value;

use super::items::{self, Item};
use super::listing::Listing;
use super::problem::Problem;
use super::{Tims, no_such, shipments};
use crate::sandbox::call::Call;
use crate::sandbox::journal::DocKind;

impl Tims {
    /// Answers a GET.
    pub(super) fn look_up(&self, operation: &str, call: &Call) -> Result<Value, Problem> {
        let id = call.path.last().map_or("", String::as_str);
        let one = |kind, what| self.document(kind, id).ok_or_else(|| no_such(what, id));
        let item_missing = |id: &str| Problem::new(404, "item_not_found", format!("there is no item `{id}`"));
        match operation {
            "tims.customers.get" => one(DocKind::Customer, "customer"),
            "tims.sales_orders.get" => one(DocKind::SalesOrder, "sales order"),
            "tims.allocations.get" => one(DocKind::Allocation, "allocation"),
            "tims.items.get" => self.items.by_id(id).map(Item::json).ok_or_else(|| item_missing(id)),
            "tims.discount_codes.get" => {
                let mut codes = items::discount_codes().into_iter();
                codes.find(|code| code["code"] == id).ok_or_else(|| no_such("discount code", id))
            }
            "tims.customers.list" => {
                let names =
                    ["source", "external_ref", "match_key", "email", "code", "company_name", "status", "updated_at"];
                Ok(self.list(DocKind::Customer, &Listing::read(call, &names)?))
            }
            "tims.shipments.get" => one(DocKind::Shipment, "shipment"),
            "tims.shipments.list" => Ok(self.list(DocKind::Shipment, &Listing::read(call, &shipments::FILTERS)?)),
            "tims.changes.list" => self.changes(call),
            "tims.sales_orders.list" => {
                let names = ["id", "source", "external_ref", "status", "customer_id", "channel", "updated_at"];
                Ok(self.list(DocKind::SalesOrder, &Listing::read(call, &names)?))
            }
            "tims.allocations.list" => {
                let listing = Listing::read(call, &["sales_order_id", "status"])?;
                Ok(self.list(DocKind::Allocation, &listing))
            }
            "tims.items.list" => {
                let listing = Listing::read(call, &["sku"])?;
                let found = self.asked_items(&listing);
                if let (Some(skus), true) = (listing.values("sku"), found.is_empty()) {
                    return Err(item_missing(&skus.join(",")));
                }
                Ok(listing.page(found.iter().map(|item| (item.sku.as_str(), item.json()))))
            }
            "tims.stock.list" => {
                let listing = Listing::read(call, &["sku", "location"])?;
                let location = listing.values("location").and_then(|names| names.first());
                let location = location.map_or(items::LOCATIONS[0], String::as_str);
                let found = self.asked_items(&listing);
                let rows = found.iter().map(|item| {
                    let mut stock = item.stock(location, self.allocated(&item.sku, location));
                    stock["as_of"] = self.now.to_string().into();
                    (item.sku.as_str(), stock)
                });
                Ok(listing.page(rows))
            }
            "tims.discount_codes.list" => {
                let listing = Listing::read(call, &[])?;
                let codes = items::discount_codes();
                Ok(listing.page(codes.iter().map(|code| (code["code"].as_str().unwrap_or_default(), code.clone()))))
            }
            _ => Err(Problem::new(404, "not_found", format!("there is no GET /{}", call.path.join("/")))),
        }
    }

    fn asked_items(&self, listing: &Listing) -> Vec<&Item> {
        match listing.values("sku") {
            None => self.items.all().collect(),
            Some(skus) => {
                let mut found: Vec<_> = skus.iter().filter_map(|sku| self.items.find(sku)).collect();
                found.sort_by(|a, b| a.sku.cmp(&b.sku));
                found.dedup_by(|a, b| a.sku == b.sku);
                found
            }
        }
    }
}
