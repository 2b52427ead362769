//! The chart of accounts: enough of one for a marketplace seller's books, and one account that was retired.

use serde_json::{Value, json};

use crate::sandbox::call::Call;
use crate::sandbox::tims::Tims;
use crate::sandbox::tims::listing::Listing;
use crate::sandbox::tims::problem::Problem;
use crate::sandbox::tims::routes::{Route, Serve};

/// The routes of accounts.
pub(in crate::sandbox::tims) const ROUTES: &[Route] = &[
    Route { name: "tims.gl.accounts.list", method: "GET", path: &["gl", "accounts"], serve: Serve::Tell(list) },
    Route { name: "tims.gl.accounts.get", method: "GET", path: &["gl", "accounts", "{}"], serve: Serve::Tell(get) },
];

/// Code, name, type and whether it may be posted to; in the order of the codes.
const ACCOUNTS: [(&str, &str, &str, bool); 40] = [
    ("1100", "Bank", "asset", true),
    ("1150", "Amazon payouts in transit", "asset", true),
    ("1155", "Balance owed to Amazon", "asset", true),
    ("1160", "Amazon reserve balance", "asset", true),
    ("1165", "Amazon balance carried forward", "asset", true),
    ("1170", "Card charges by Amazon, clearing", "asset", true),
    ("1180", "Between marketplaces, clearing", "asset", true),
    ("1190", "Payments of Amazon orders, clearing", "asset", true),
    ("1200", "Customers", "asset", true),
    ("1400", "Tax withheld, receivable", "asset", true),
    ("1410", "Input tax, recoverable", "asset", true),
    ("2200", "Sales tax", "liability", true),
    ("2210", "Sales tax that marketplaces remit", "liability", true),
    ("2400", "Loans", "liability", true),
    ("2900", "Suspense", "liability", true),
    ("4010", "Sales", "income", true),
    ("4020", "Shipping income", "income", true),
    ("4030", "Gift wrap income", "income", true),
    ("4040", "Other income", "income", true),
    ("4050", "Reimbursements for lost goods", "income", true),
    ("4060", "Liquidation income", "income", true),
    ("4090", "Promotions and discounts", "income", true),
    ("4100", "Sales returns", "income", true),
    ("6010", "Referral fees", "expense", true),
    ("6015", "Fees for refunds", "expense", true),
    ("6020", "Fulfilment by Amazon", "expense", true),
    ("6025", "Fulfilment by Amazon for other channels", "expense", true),
    ("6030", "Storage with Amazon", "expense", true),
    ("6040", "Inbound freight to Amazon", "expense", true),
    ("6050", "Removals from Amazon", "expense", true),
    ("6060", "Processing of returns", "expense", true),
    ("6100", "Advertising", "expense", true),
    ("6110", "Subscriptions", "expense", true),
    ("6120", "Shipping labels", "expense", true),
    ("6130", "Fees for liquidations", "expense", true),
    ("6140", "Fees for payments", "expense", true),
    ("6190", "Other selling fees", "expense", true),
    ("6800", "Interest", "expense", true),
    ("6900", "Regulatory fees", "expense", true),
    ("6999", "Marketplace fees until 2024", "expense", false),
];

/// Whether an account is there, and may be posted to.
pub(super) fn state(code: &str) -> Option<bool> {
    ACCOUNTS.iter().find(|(known, ..)| *known == code).map(|(.., active)| *active)
}

fn json(account: &(&str, &str, &str, bool)) -> Value {
    let (code, name, kind, active) = account;
    let normal = if matches!(*kind, "asset" | "expense") { "debit" } else { "credit" };
    json!({"id": format!("A-{code}"), "code": code, "name": name, "type": kind, "normal_balance": normal,
        "status": if *active { "active" } else { "inactive" }, "version": 1})
}

fn list(_: &Tims, call: &Call) -> Result<Value, Problem> {
    let listing = Listing::read(call, &["id", "code", "status", "type"])?;
    let rows: Vec<Value> = ACCOUNTS.iter().map(json).filter(|row| listing.takes(row)).collect();
    Ok(listing.page(rows.iter().map(|row| (row["code"].as_str().unwrap_or_default(), row.clone()))))
}

fn get(_: &Tims, call: &Call) -> Result<Value, Problem> {
    let asked = call.segment_from_end(0);
    let found = ACCOUNTS.iter().find(|(code, ..)| *code == asked || format!("A-{code}") == asked);
    found.map(json).ok_or_else(|| super::super::no_such("account", asked))
}
