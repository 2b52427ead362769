//! Orders as Amazon's Orders API 2026-01-01 tells them: about 2.2 KB each, one to six lines; the same on every machine.

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;

const FIRST: [&str; 12] =
    ["Anna", "Jürgen", "Mary Ann", "Paul", "Sofía", "Chloé", "Olivia", "Li", "Hans-Peter", "Grace", "Tom", "Ève"];
const LAST: [&str; 12] = [
    "Müller", "Rivera", "O'Connor", "van der Berg", "García López", "Dubois", "Smith", "Wang", "Köhler", "Hopper", "Ng",
    "Moreau",
];
const CITIES: [(&str, &str, &str); 6] = [
    ("Hamburg", "20095", "DE"),
    ("Lyon", "69001", "FR"),
    ("Portland", "97201-4512", "US"),
    ("Manchester", "M1 1AE", "GB"),
    ("Málaga", "29001", "ES"),
    ("Milano", "20121", "IT"),
];
const MARKETS: [(&str, &str, &str); 6] = [
    ("A1PA6795UKMFR9", "Amazon.de", "EUR"),
    ("A13V1IB3VIYZZH", "Amazon.fr", "EUR"),
    ("ATVPDKIKX0DER", "Amazon.com", "USD"),
    ("A1F83G8C2ARO7P", "Amazon.co.uk", "GBP"),
    ("A1RKKUPIHCS9HS", "Amazon.es", "EUR"),
    ("APJ6JRA9NG5V4", "Amazon.it", "EUR"),
];
const STATES: [&str; 7] = [
    "UNSHIPPED", "SHIPPED", "SHIPPED", "PARTIALLY_SHIPPED", "PENDING", "CANCELLED", "UNSHIPPED",
];
const TITLES: [&str; 5] = [
    "Assam tea, second flush, 250 g, loose, in a tin",
    "Stoneware mug \"Morning\", white, 11 oz",
    "Acacia honey, 500 g",
    "Glass teapot with strainer, 1.2 l, borosilicate",
    "Darjeeling first flush, 100 g",
];

/// Articles in the lookup table.
pub const ITEMS: u64 = 5_000;

/// A small generator of numbers (splitmix64): good enough to vary orders, and the same everywhere.
pub struct Dice(u64);

impl Dice {
    /// Numbers that begin with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// An entry of a table.
    pub fn of<'t, T>(&mut self, table: &'t [T]) -> &'t T {
        let at = self.roll(table.len() as u64) as usize;
        &table[at]
    }
}

/// The SKU of an article.
pub fn sku(number: u64) -> String {
    format!("SKU-{:05}-{}", number, ["BLK", "WHT", "RED"][(number % 3) as usize])
}

/// Writes `orders.ndjson` and `items.csv`.
pub fn orders(folder: &Path, count: u64) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let mut items = BufWriter::new(std::fs::File::create(folder.join("items.csv"))?);
    writeln!(items, "sku,id,weight")?;
    for number in 0..ITEMS {
        writeln!(items, "{},I-{:06},{}.{:02}", sku(number), number + 17, number % 9, number % 100)?;
    }
    items.flush()?;
    for name in ["orders.flow", "channels.csv"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        std::fs::copy(from, folder.join(name))?;
    }
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(folder.join("orders.ndjson"))?);
    let mut dice = Dice(2026);
    let mut line = String::new();
    for number in 0..count {
        line.clear();
        order(&mut line, &mut dice, number)?;
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

fn cents(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn order(out: &mut String, dice: &mut Dice, number: u64) -> std::fmt::Result {
    let (market, market_name, currency) = *dice.of(&MARKETS);
    let (city, postcode, country) = *dice.of(&CITIES);
    let (first, last) = (*dice.of(&FIRST), *dice.of(&LAST));
    let state = *dice.of(&STATES);
    let money = |cents_: u64| format!(r#"{{"amount":"{}","currencyCode":"{currency}"}}"#, cents(cents_));
    let mut lines = String::new();
    let mut total = 0;
    for line in 0..=dice.roll(6) {
        let quantity = 1 + dice.roll(4);
        let price = 299 + dice.roll(9_000);
        let amount = price * quantity + dice.roll(quantity);
        total += amount;
        let comma = if line > 0 { "," } else { "" };
        let sku = sku(dice.roll(ITEMS));
        let title = dice.of(&TITLES).replace('"', "\\\"");
        write!(
            lines,
            r#"{comma}{{"orderItemId":"{:014}","quantityOrdered":{quantity},"product":{{"asin":"B0{:08X}","title":"{title}","sellerSku":"{sku}","condition":{{"conditionType":"NEW"}},"price":{{"unitPrice":{}}}}},"proceeds":{{"proceedsTotal":{}}},"fulfillment":{{"quantityFulfilled":0,"quantityUnfulfilled":{quantity}}}}}"#,
            dice.roll(99_999_999_999_999),
            dice.roll(1 << 32),
            money(price),
            money(amount),
        )?;
    }
    let (day, hour, minute) = (1 + dice.roll(28), dice.roll(24), dice.roll(60));
    write!(
        out,
        r#"{{"orderId":"{:03}-{:07}-{:07}","orderAliases":[{{"aliasId":"P-{number}","aliasType":"SELLER_ORDER_ID"}}],"createdTime":"2026-10-{day:02}T{hour:02}:{minute:02}:11Z","lastUpdatedTime":"2026-10-{day:02}T{hour:02}:{minute:02}:59Z","programs":["AMAZON_BUSINESS"],"salesChannel":{{"channelName":"AMAZON","marketplaceId":"{market}","marketplaceName":"{market_name}"}},"buyer":{{"buyerName":"{first} {last}","buyerEmail":"{:x}{number}@marketplace.{}","buyerCompanyName":"{last} & Co. KG","buyerPurchaseOrderNumber":"PO-{number}"}},"recipient":{{"deliveryAddress":{{"name":"{first} {last}","addressLine1":"Lange Straße {}","addressLine2":"Hinterhaus","city":"{city}","postalCode":"{postcode}","countryCode":"{country}","phone":"+49 40 5550{:04}","addressType":"RESIDENTIAL"}}}},"proceeds":{{"grandTotal":{}}},"fulfillment":{{"fulfillmentStatus":"{state}","fulfilledBy":"MERCHANT","fulfillmentServiceLevel":"STANDARD","shipByWindow":{{"earliestDateTime":"2026-10-{day:02}T00:00:00Z","latestDateTime":"2026-10-{day:02}T23:59:59Z"}}}},"orderItems":[{lines}]}}"#,
        100 + dice.roll(900),
        dice.roll(10_000_000),
        number % 10_000_000,
        dice.roll(1 << 40),
        market_name.to_lowercase(),
        1 + dice.roll(200),
        dice.roll(10_000),
        money(total),
    )
}
