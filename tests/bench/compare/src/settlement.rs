//! A settlement's rows added up by (transaction type, amount type, amount description) and booked by a table of rules:
//! the input, and the program that a careful programmer writes for it with the crates csv and rust_decimal.

use std::collections::HashMap;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use rust_decimal::Decimal;

use crate::generate::Dice;

const KINDS: [(&str, &str, &[&str]); 9] = [
    ("Order", "ItemPrice", &["Principal", "Shipping", "ShippingTax", "Tax", "GiftWrap", "GiftWrapTax"]),
    ("Order", "ItemFees", &["Commission", "FBAPerUnitFulfillmentFee", "ShippingHB", "VariableClosingFee"]),
    ("Order", "Promotion", &["Principal", "Shipping", "TaxDiscount"]),
    ("Order", "ItemWithheldTax", &["MarketplaceFacilitatorTax-Principal", "MarketplaceFacilitatorTax-Shipping"]),
    ("Refund", "ItemPrice", &["Principal", "Tax", "Shipping"]),
    ("Refund", "ItemFees", &["Commission", "RefundCommission"]),
    ("other-transaction", "other-transaction", &["Storage Fee", "StorageRenewalBilling", "Subscription Fee"]),
    ("ServiceFee", "Cost of Advertising", &["TransactionTotalAmount"]),
    ("other-transaction", "FBA Inventory Reimbursement", &["WAREHOUSE_DAMAGE", "REVERSAL_REIMBURSEMENT"]),
];

const COLUMNS: &str = "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\ttotal-amount\tcurrency\ttransaction-type\torder-id\tmerchant-order-id\tadjustment-id\tshipment-id\tmarketplace-name\tamount-type\tamount-description\tamount\tfulfillment-id\tposted-date\tposted-date-time\torder-item-code\tmerchant-order-item-id\tmerchant-adjustment-item-id\tsku\tquantity-purchased\tpromotion-id";

/// Writes `settlement.tsv` with so many rows in the columns of Amazon's settlement report V2, and `report.txt`, the same as
/// Amazon gives it: with the names of its columns, and the total in its first row.
pub fn rows(folder: &Path, count: u64) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    for name in ["settlement.flow", "accounts.csv"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), folder.join(name))?;
    }
    let create = |name: &str| {
        Ok::<_, std::io::Error>(BufWriter::with_capacity(1 << 20, std::fs::File::create(folder.join(name))?))
    };
    let mut out = create("settlement.tsv")?;
    writeln!(out, "{}", COLUMNS.replace('-', "_"))?;
    let mut total = 0;
    each(count, &mut |row, cents| {
        total += cents;
        writeln!(out, "{row}")
    })?;
    out.flush()?;
    let mut out = create("report.txt")?;
    writeln!(out, "{COLUMNS}")?;
    let (sign, cents) = (if total < 0 { "-" } else { "" }, total.abs());
    let period = "01.06.2026 00:00:00 UTC\t29.06.2026 00:00:00 UTC\t01.07.2026 00:00:00 UTC";
    writeln!(out, "18234567890\t{period}\t{sign}{}.{:02}\tUSD", cents / 100, cents % 100)?;
    each(count, &mut |row, _| writeln!(out, "{row}"))?;
    out.flush()?;
    Ok(())
}

/// Makes up rows, each with its amount in cents; the same ones each time.
fn each(count: u64, take: &mut dyn FnMut(&str, i64) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut dice = Dice::new(7);
    for number in 0..count {
        let (transaction, kind, descriptions) = *dice.of(&KINDS);
        let description = *dice.of(descriptions);
        let cents = dice.roll(20_000);
        let sign = if transaction == "Order" && kind == "ItemPrice" { "" } else { "-" };
        let day = 1 + dice.roll(28);
        let row = format!(
            "18234567890\t\t\t\t\t\t{transaction}\t{:03}-{:07}-{:07}\t\t\tS{number}\tAmazon.com\t{kind}\t{description}\t{sign}{}.{:02}\tAFN\t{day:02}.06.2026\t{day:02}.06.2026 10:{:02}:11 UTC\t{:014}\t\t\tSKU-{:05}\t{}\t",
            100 + dice.roll(900),
            dice.roll(10_000_000),
            dice.roll(10_000_000),
            cents / 100,
            cents % 100,
            dice.roll(60),
            dice.roll(99_999_999_999_999),
            dice.roll(5_000),
            if description == "Principal" { "1" } else { "" },
        );
        let cents = i64::try_from(cents).unwrap_or_default();
        take(&row, if sign.is_empty() { cents } else { -cents })?;
    }
    Ok(())
}

#[derive(Default)]
struct Sum {
    transaction: String,
    kind: String,
    description: String,
    amount: Decimal,
    rows: u64,
}

/// From `settlement.tsv` of a folder to standard output.
pub fn hand(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: Vec<(String, String, String, String)> = Vec::new();
    for row in csv::Reader::from_path(folder.join("accounts.csv"))?.into_deserialize() {
        rules.push(row?);
    }
    let file = BufReader::with_capacity(1 << 16, std::fs::File::open(folder.join("settlement.tsv"))?);
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(file);
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|column| column == name).ok_or(format!("no column {name}"));
    let (transaction, kind, description, amount) =
        (column("transaction_type")?, column("amount_type")?, column("amount_description")?, column("amount")?);
    let mut sums: Vec<Sum> = Vec::new();
    let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut key = Vec::new();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let cell = |at: usize| row.get(at).unwrap_or("");
        key.clear();
        for at in [transaction, kind, description] {
            key.extend_from_slice(cell(at).as_bytes());
            key.push(0xff);
        }
        let place = match places.get(key.as_slice()) {
            Some(place) => *place,
            None => {
                places.insert(key.clone(), sums.len());
                sums.push(Sum {
                    transaction: cell(transaction).to_owned(),
                    kind: cell(kind).to_owned(),
                    description: cell(description).to_owned(),
                    ..Sum::default()
                });
                sums.len() - 1
            }
        };
        let sum = &mut sums[place];
        sum.amount = sum.amount.checked_add(Decimal::from_str_exact(cell(amount))?).ok_or("too large")?;
        sum.rows += 1;
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for sum in &sums {
        let account = account(&rules, sum).ok_or_else(|| format!("no account for {}", sum.description))?;
        let reference = format!("{}/{}/{}", sum.transaction, sum.kind, sum.description);
        serde_json::to_writer(
            &mut out,
            &serde_json::json!({ "external_ref": reference, "amount": sum.amount.to_string(), "rows": sum.rows, "account": account }),
        )?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// The most specific rule that fits, column by column from the left.
fn account<'r>(rules: &'r [(String, String, String, String)], sum: &Sum) -> Option<&'r str> {
    let fits = |rule: &str, cell: &str| match rule.strip_suffix('*') {
        Some(head) => cell.starts_with(head).then_some(head.len()),
        None => (rule == cell).then_some(usize::MAX),
    };
    let fitting = rules.iter().filter_map(|(transaction, kind, description, account)| {
        let rank = (fits(transaction, &sum.transaction)?, fits(kind, &sum.kind)?, fits(description, &sum.description)?);
        Some((rank, account.as_str()))
    });
    fitting.max_by_key(|(rank, _)| *rank).map(|(_, account)| account)
}
