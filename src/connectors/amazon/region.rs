//! Amazon's regions and marketplaces: where a marketplace is served from, and what it sells in.

/// A region of the Selling Partner API. A login is for one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// North and South America.
    NorthAmerica,
    /// Europe, the Middle East, Africa and India.
    Europe,
    /// The Far East and Australia.
    FarEast,
}

impl Region {
    /// The regions with the words that name them in settings.
    pub const NAMED: [(&'static str, Region); 3] =
        [("na", Region::NorthAmerica), ("eu", Region::Europe), ("fe", Region::FarEast)];

    /// The word that names it in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Region::NorthAmerica => "na",
            Region::Europe => "eu",
            Region::FarEast => "fe",
        }
    }

    /// The address that serves it.
    #[must_use]
    pub fn endpoint(self) -> &'static str {
        match self {
            Region::NorthAmerica => "https://sellingpartnerapi-na.amazon.com",
            Region::Europe => "https://sellingpartnerapi-eu.amazon.com",
            Region::FarEast => "https://sellingpartnerapi-fe.amazon.com",
        }
    }
}

/// A marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marketplace {
    /// Amazon's identifier.
    pub id: &'static str,
    /// The country, as ISO 3166 writes it.
    pub country: &'static str,
    /// The currency it sells in.
    pub currency: &'static str,
    /// The region that serves it.
    pub region: Region,
    /// The language of its shop.
    pub language: &'static str,
    /// The host name of its shop.
    pub host: &'static str,
}

const fn shop(
    id: &'static str,
    country: &'static str,
    currency: &'static str,
    region: Region,
    language: &'static str,
    host: &'static str,
) -> Marketplace {
    Marketplace { id, country, currency, region, language, host }
}

use Region::{Europe, FarEast, NorthAmerica};

/// The marketplaces, sorted by country.
pub static MARKETPLACES: [Marketplace; 23] = [
    shop("A2VIGQ35RCS4UG", "AE", "AED", Europe, "en_AE", "www.amazon.ae"),
    shop("A39IBJ37TRP1C6", "AU", "AUD", FarEast, "en_AU", "www.amazon.com.au"),
    shop("AMEN7PMS3EDWL", "BE", "EUR", Europe, "fr_BE", "www.amazon.com.be"),
    shop("A2Q3Y263D00KWC", "BR", "BRL", NorthAmerica, "pt_BR", "www.amazon.com.br"),
    shop("A2EUQ1WTGCTBG2", "CA", "CAD", NorthAmerica, "en_CA", "www.amazon.ca"),
    shop("A1PA6795UKMFR9", "DE", "EUR", Europe, "de_DE", "www.amazon.de"),
    shop("ARBP9OOSHTCHU", "EG", "EGP", Europe, "ar_EG", "www.amazon.eg"),
    shop("A1RKKUPIHCS9HS", "ES", "EUR", Europe, "es_ES", "www.amazon.es"),
    shop("A13V1IB3VIYZZH", "FR", "EUR", Europe, "fr_FR", "www.amazon.fr"),
    shop("A1F83G8C2ARO7P", "GB", "GBP", Europe, "en_GB", "www.amazon.co.uk"),
    shop("A28R8C7NBKEWEA", "IE", "EUR", Europe, "en_IE", "www.amazon.ie"),
    shop("A21TJRUUN4KGV", "IN", "INR", Europe, "en_IN", "www.amazon.in"),
    shop("APJ6JRA9NG5V4", "IT", "EUR", Europe, "it_IT", "www.amazon.it"),
    shop("A1VC38T7YXB528", "JP", "JPY", FarEast, "ja_JP", "www.amazon.co.jp"),
    shop("A1AM78C64UM0Y8", "MX", "MXN", NorthAmerica, "es_MX", "www.amazon.com.mx"),
    shop("A1805IZSGTT6HS", "NL", "EUR", Europe, "nl_NL", "www.amazon.nl"),
    shop("A1C3SOZRARQ6R3", "PL", "PLN", Europe, "pl_PL", "www.amazon.pl"),
    shop("A17E79C6D8DWNP", "SA", "SAR", Europe, "ar_SA", "www.amazon.sa"),
    shop("A2NODRKZP88ZB9", "SE", "SEK", Europe, "sv_SE", "www.amazon.se"),
    shop("A19VAU5U5O7RUS", "SG", "SGD", FarEast, "en_SG", "www.amazon.sg"),
    shop("A33AVAJ2PDY3EV", "TR", "TRY", Europe, "tr_TR", "www.amazon.com.tr"),
    shop("ATVPDKIKX0DER", "US", "USD", NorthAmerica, "en_US", "www.amazon.com"),
    shop("AE08WJ6YKNBMC", "ZA", "ZAR", Europe, "en_ZA", "www.amazon.co.za"),
];

/// The marketplace of that identifier or country; `UK` is taken for `GB`, as Amazon writes it.
#[must_use]
pub fn marketplace(name: &str) -> Option<&'static Marketplace> {
    let country = if name.eq_ignore_ascii_case("uk") { "GB" } else { name };
    MARKETPLACES.iter().find(|shop| shop.id == name || shop.country.eq_ignore_ascii_case(country))
}
