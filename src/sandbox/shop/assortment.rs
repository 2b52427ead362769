//! Everything that the seller offers: the named products of the shop, and as many numbered articles as are asked for.
//! A numbered article is a function of its number, so that a hundred thousand of them cost nothing until somebody looks
//! at one.

use rust_decimal::Decimal;

use super::super::key;
use super::catalog::{DE, JP, Market, PRODUCTS, US};

/// What the numbered articles are called, before their six digits.
const NUMBERED: &str = "ART-";
/// What the seller adds to the SKU of an offer that Amazon ships.
const BY_AMAZON: &str = "-FBA";

/// All articles of the seller.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::sandbox) struct Assortment {
    /// How many numbered articles there are.
    numbered: u32,
}

/// One article.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Article {
    /// As TIMS calls it.
    pub(in crate::sandbox) sku: String,
    /// As the offers on Amazon are called that the seller ships.
    pub(in crate::sandbox) seller_sku: String,
    pub(in crate::sandbox) title: String,
    /// The group of goods, which rules for prices go by.
    pub(in crate::sandbox) category: &'static str,
    /// What Amazon calls such an article.
    pub(in crate::sandbox) product_type: &'static str,
    /// In cents.
    price: i64,
    /// Its number, where it has one.
    number: Option<u32>,
}

/// An offer of an article in one marketplace.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Offer {
    pub(in crate::sandbox) market: &'static Market,
    pub(in crate::sandbox) seller_sku: String,
    pub(in crate::sandbox) article: Article,
    /// Whether Amazon ships it.
    pub(in crate::sandbox) by_amazon: bool,
}

impl Assortment {
    /// The named products and so many numbered articles.
    pub(in crate::sandbox) fn new(numbered: usize) -> Self {
        Self { numbered: u32::try_from(numbered).unwrap_or(u32::MAX).min(999_999) }
    }

    /// All articles, the numbered ones last; those come in the order of their SKUs.
    pub(in crate::sandbox) fn all(self) -> impl Iterator<Item = Article> + use<> {
        named().chain((1..=self.numbered).map(numbered))
    }

    /// The numbered articles whose SKU comes after `sku`, in the order of their SKUs.
    pub(in crate::sandbox) fn numbered_after(self, sku: &str) -> impl Iterator<Item = Article> + use<> {
        // All their SKUs are of one length, so comparing texts is comparing numbers.
        let (mut low, mut high) = (1, self.numbered.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            if sku_of(middle).as_str() > sku { high = middle } else { low = middle + 1 }
        }
        (low..=self.numbered).map(numbered)
    }

    /// The article that TIMS calls so, to the byte.
    pub(in crate::sandbox) fn by_sku(self, sku: &str) -> Option<Article> {
        match self.number_of(sku) {
            Some(number) => Some(numbered(number)),
            None => named().find(|article| article.sku == sku),
        }
    }

    /// The offer of that name in a marketplace.
    pub(in crate::sandbox) fn offer(self, market: &str, seller_sku: &str) -> Option<Offer> {
        let article = self.by_seller_sku(seller_sku)?;
        article.offers().find(|offer| offer.market.id == market && offer.seller_sku == seller_sku)
    }

    /// The article that an offer of that name is of.
    pub(in crate::sandbox) fn by_seller_sku(self, seller_sku: &str) -> Option<Article> {
        let plain = seller_sku.strip_suffix(BY_AMAZON).unwrap_or(seller_sku);
        match self.number_of(plain) {
            Some(number) => Some(numbered(number)),
            None => named().find(|article| article.seller_sku == plain),
        }
    }

    fn number_of(self, sku: &str) -> Option<u32> {
        let digits = sku.strip_prefix(NUMBERED).filter(|digits| digits.len() == 6)?;
        digits.parse().ok().filter(|number| (1..=self.numbered).contains(number))
    }
}

fn sku_of(number: u32) -> String {
    format!("{NUMBERED}{number:06}")
}

fn named() -> impl Iterator<Item = Article> {
    PRODUCTS.iter().map(|product| {
        let (category, product_type) = kind(product.sku);
        Article {
            sku: product.tims_sku.unwrap_or(product.sku).to_owned(),
            seller_sku: product.sku.to_owned(),
            title: product.title.to_owned(),
            category,
            product_type,
            price: product.price,
            number: None,
        }
    })
}

fn numbered(number: u32) -> Article {
    let sku = sku_of(number);
    let dice = key::number(&["article", &sku]);
    let kinds = ["TEA", "MUG", "KTL", "STR", "SCL"];
    let (category, product_type) = kind(kinds[usize::try_from(dice % 5).unwrap_or(0)]);
    Article {
        seller_sku: sku.clone(),
        title: format!("Article no. {number}, {category}"),
        category,
        product_type,
        price: 299 + i64::try_from(dice / 5 % 9000).unwrap_or(0),
        sku,
        number: Some(number),
    }
}

fn kind(sku: &str) -> (&'static str, &'static str) {
    match sku.get(..3).unwrap_or_default() {
        "MUG" | "CUP" => ("drinkware", "DRINKING_CUP"),
        "KTL" | "PRS" | "THM" => ("kettles", "KETTLE"),
        "TEA" | "HNY" => ("food", "TEA"),
        "TWL" | "APR" => ("textiles", "KITCHEN"),
        _ => ("accessories", "KITCHEN"),
    }
}

impl Article {
    /// Its offers on Amazon: a named product is sold everywhere, and every fourth is shipped by Amazon too, under
    /// another SKU; a numbered one is sold in Germany, and Amazon ships every tenth.
    pub(in crate::sandbox) fn offers(&self) -> impl Iterator<Item = Offer> {
        let offer =
            |market, by_amazon, seller_sku: String| Offer { market, seller_sku, article: self.clone(), by_amazon };
        let offers = match self.number {
            Some(number) => vec![offer(&DE, number.is_multiple_of(10), self.seller_sku.clone())],
            None => {
                let mut offers: Vec<Offer> =
                    [&US, &DE, &JP].into_iter().map(|market| offer(market, false, self.seller_sku.clone())).collect();
                if self.has_amazon_stock() {
                    let sku = format!("{}{BY_AMAZON}", self.seller_sku);
                    offers.extend([&US, &DE].into_iter().map(|market| offer(market, true, sku.clone())));
                }
                offers
            }
        };
        offers.into_iter()
    }

    fn has_amazon_stock(&self) -> bool {
        key::number(&["by amazon", &self.sku]).is_multiple_of(4)
    }

    /// Its price in the minor units of a marketplace, as shoppers there see prices.
    pub(in crate::sandbox) fn price_in(&self, market: &Market) -> i64 {
        if market.digits == 0 { self.price * 3 / 20 * 10 } else { self.price }
    }

    /// The same as Amazon and TIMS write it.
    pub(in crate::sandbox) fn amount_in(&self, market: &Market) -> Decimal {
        Decimal::new(self.price_in(market), market.digits)
    }

    /// Its number in Amazon's catalogue.
    pub(in crate::sandbox) fn asin(&self) -> String {
        super::catalog::Product::asin(&self.seller_sku)
    }

    /// Its global trade item number, with a right check digit.
    pub(in crate::sandbox) fn gtin(&self) -> String {
        let digits = format!("400{:09}", key::number(&["gtin", &self.sku]) % 1_000_000_000);
        let sum: u32 = digits
            .bytes()
            .enumerate()
            .map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 })
            .sum();
        format!("{digits}{}", (10 - sum % 10) % 10)
    }

    /// Its number, where it is a numbered one.
    pub(in crate::sandbox) fn number(&self) -> Option<u32> {
        self.number
    }
}

/// The marketplaces that the seller is in.
pub(in crate::sandbox) fn markets() -> [&'static Market; 3] {
    [&US, &DE, &JP]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_article_is_found_by_its_sku_and_those_after_one_in_order() {
        let assortment = Assortment::new(25);
        assert_eq!(assortment.by_sku("ART-000007").unwrap().number(), Some(7));
        assert!(assortment.by_sku("ART-000026").is_none() && assortment.by_sku("ART-7").is_none());
        let after = |sku| assortment.numbered_after(sku).map(|article| article.sku).collect::<Vec<_>>();
        assert_eq!(after("ART-000023"), ["ART-000024", "ART-000025"]);
        assert_eq!(after("APR").len(), 25);
        assert_eq!(after("ZZZ").len(), 0);
        assert!(assortment.offer(DE.id, "ART-000010").unwrap().by_amazon);
        assert!(assortment.offer(US.id, "ART-000010").is_none());
    }
}
