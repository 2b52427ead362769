//! What is sold and where: three marketplaces with their ways of pricing, the products, and the promotions.

use super::super::key;

/// A marketplace and how prices work there.
#[derive(Debug)]
pub(in crate::sandbox) struct Market {
    pub(in crate::sandbox) id: &'static str,
    pub(super) name: &'static str,
    pub(in crate::sandbox) currency: &'static str,
    /// Digits after the decimal point.
    pub(in crate::sandbox) digits: u32,
    /// The domain of the buyers' relay addresses.
    pub(super) relay: &'static str,
    /// The leading digits of its order ids.
    pub(super) prefixes: [u16; 3],
    /// The language of its shop.
    pub(in crate::sandbox) language: &'static str,
    /// What Amazon calls its own warehouses there.
    pub(in crate::sandbox) amazon_channel: &'static str,
    /// Where tax is on top of the prices: its rate in hundredths of a percent.
    pub(in crate::sandbox) tax_on_top: Option<i64>,
}

pub(super) const US: Market = Market {
    id: "ATVPDKIKX0DER",
    name: "Amazon.com",
    currency: "USD",
    digits: 2,
    relay: "marketplace.amazon.com",
    prefixes: [111, 112, 114],
    language: "en_US",
    amazon_channel: "AMAZON_NA",
    tax_on_top: Some(825),
};
pub(super) const DE: Market = Market {
    id: "A1PA6795UKMFR9",
    name: "Amazon.de",
    currency: "EUR",
    digits: 2,
    relay: "marketplace.amazon.de",
    prefixes: [302, 303, 304],
    language: "de_DE",
    amazon_channel: "AMAZON_EU",
    tax_on_top: None,
};
pub(super) const JP: Market = Market {
    id: "A1VC38T7YXB528",
    name: "Amazon.co.jp",
    currency: "JPY",
    digits: 0,
    relay: "marketplace.amazon.co.jp",
    prefixes: [249, 250, 503],
    language: "ja_JP",
    amazon_channel: "AMAZON_JP",
    tax_on_top: None,
};

impl Market {
    /// An amount of minor units as Amazon writes it.
    pub(super) fn amount(&self, minor: i64) -> String {
        rust_decimal::Decimal::new(minor, self.digits).to_string()
    }
}

/// Something the shop sells.
#[derive(Debug)]
pub(in crate::sandbox) struct Product {
    /// As the seller calls it on Amazon.
    pub(in crate::sandbox) sku: &'static str,
    /// As TIMS calls it, where that is not the same to the byte.
    pub(in crate::sandbox) tims_sku: Option<&'static str>,
    pub(in crate::sandbox) title: &'static str,
    /// In cents and, times a hundred and a half, in yen.
    pub(super) price: i64,
}

const fn product(sku: &'static str, title: &'static str, price: i64) -> Product {
    Product { sku, tims_sku: None, title, price }
}

pub(super) const PRODUCTS: [Product; 24] = [
    product("MUG-WHT-11", "Ceramic mug, white, 11 oz", 1299),
    product("MUG-BLK-11", "Ceramic mug, black, 11 oz", 1349),
    product("MUG-SET-4", "Ceramic mugs, set of 4, assorted", 3995),
    product("KTL-GLS-17", "Glass kettle, 1.7 l, \"Clara\"", 4490),
    product("KTL-STL-12", "Steel kettle, 1.2 l", 3790),
    product("TEA-EGY-100", "Earl Grey, loose leaf, 100 g", 899),
    product("TEA-SEN-100", "Sencha, loose leaf, 100 g", 1150),
    product("TEA-ROO-250", "Rooibos, loose leaf, 250 g", 1275),
    product("TEA-ADV-24", "Tea advent calendar, 24 bags", 2199),
    product("STR-BSK-L", "Strainer basket, large", 749),
    product("STR-BALL-S", "Strainer ball, small", 499),
    product("CAN-TIN-500", "Tea tin, 500 ml, airtight", 1625),
    product("CAN-WOOD-1K", "Tea chest, walnut, 1 kg", 6900),
    product("FLT-PAP-100", "Paper filters, 100 pieces", 545),
    product("SCL-DIG-2K", "Digital scale, 2 kg / 0.1 g", 2450),
    product("GND-MAN-01", "Hand grinder, ceramic burr", 3299),
    product("PRS-FRN-08", "French press, 0.8 l", 2999),
    product("THM-BTL-05", "Vacuum bottle, 0.5 l", 2699),
    product("CUP-ESP-6", "Espresso cups, set of 6", 3450),
    product("SPN-CAD-01", "Caddy spoon, brass", 1999),
    product("TWL-LIN-2", "Linen tea towels, set of 2", 1799),
    product("APR-CTN-BL", "Cotton apron, blue", 2590),
    Product {
        sku: "HNY-ACA-250",
        // One that only a comparison without regard to case finds.
        tims_sku: Some("hny-aca-250"),
        title: "Acacia honey, 250 g",
        price: 925,
    },
    product("GFT-CARD-TX", "Greeting card with envelope", 350),
];

/// Everything that can be ordered in any quantity.
pub(in crate::sandbox) fn products() -> &'static [Product] {
    &PRODUCTS
}

impl Product {
    /// Its price in the minor units of a marketplace.
    pub(super) fn price_in(&self, market: &Market) -> i64 {
        if market.digits == 0 { self.price * 3 / 20 * 10 } else { self.price }
    }

    /// Its number in Amazon's catalogue.
    pub(super) fn asin(sku: &str) -> String {
        format!("B0{}", key::hex(&["asin", sku], 8).to_uppercase())
    }
}

/// The seller's promotions: the id that orders carry, and the discount code TIMS books it under.
pub(in crate::sandbox) const PROMOTIONS: [(&str, &str); 6] = [
    ("PLM-SUMMER-10", "AMZ-SUMMER"),
    ("PLM-COUPON-5", "AMZ-COUPON"),
    ("PLM-BUNDLE-TEA", "AMZ-BUNDLE"),
    ("PLM-PRIME-DAY", "AMZ-PRIME"),
    ("PLM-SUBSCRIBE-15", "AMZ-SNS"),
    ("US Core Free Shipping 2015/04/08 23-48-34-750", "AMZ-SHIP-PROMO"),
];
/// A promotion that nobody has told TIMS about.
pub(super) const UNKNOWN_PROMOTION: &str = "PAWS-V2-32514789012345";
