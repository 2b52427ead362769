//! Amazon's marketplaces: what their ids stand for.

use super::param::one;
use crate::catalog::{Args, FunctionError, Param, Params};

/// A marketplace.
pub(super) struct Marketplace {
    /// Its id.
    pub(super) id: &'static str,
    /// Its country by ISO 3166.
    pub(super) country: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// Its currency.
    pub(super) currency: &'static str,
    /// Whether item prices include tax; `None` where that is not established.
    pub(super) tax_inclusive: Option<bool>,
}

const fn market(
    id: &'static str,
    country: &'static str,
    name: &'static str,
    currency: &'static str,
    tax_inclusive: Option<bool>,
) -> Marketplace {
    Marketplace { id, country, name, currency, tax_inclusive }
}

static MARKETPLACES: [Marketplace; 23] = [
    market("ATVPDKIKX0DER", "US", "Amazon.com", "USD", Some(false)),
    market("A2EUQ1WTGCTBG2", "CA", "Amazon.ca", "CAD", Some(false)),
    market("A1AM78C64UM0Y8", "MX", "Amazon.com.mx", "MXN", None),
    market("A2Q3Y263D00KWC", "BR", "Amazon.com.br", "BRL", None),
    market("A1F83G8C2ARO7P", "GB", "Amazon.co.uk", "GBP", Some(true)),
    market("A1PA6795UKMFR9", "DE", "Amazon.de", "EUR", Some(true)),
    market("A13V1IB3VIYZZH", "FR", "Amazon.fr", "EUR", Some(true)),
    market("APJ6JRA9NG5V4", "IT", "Amazon.it", "EUR", Some(true)),
    market("A1RKKUPIHCS9HS", "ES", "Amazon.es", "EUR", Some(true)),
    market("A1805IZSGTT6HS", "NL", "Amazon.nl", "EUR", Some(true)),
    market("A2NODRKZP88ZB9", "SE", "Amazon.se", "SEK", Some(true)),
    market("A1C3SOZRARQ6R3", "PL", "Amazon.pl", "PLN", Some(true)),
    market("AMEN7PMS3EDWL", "BE", "Amazon.com.be", "EUR", Some(true)),
    market("A28R8C7NBKEWEA", "IE", "Amazon.ie", "EUR", Some(true)),
    market("A33AVAJ2PDY3EV", "TR", "Amazon.com.tr", "TRY", Some(true)),
    market("A17E79C6D8DWNP", "SA", "Amazon.sa", "SAR", Some(true)),
    market("A2VIGQ35RCS4UG", "AE", "Amazon.ae", "AED", Some(true)),
    market("ARBP9OOSHTCHU", "EG", "Amazon.eg", "EGP", Some(true)),
    market("AE08WJ6YKNBMC", "ZA", "Amazon.co.za", "ZAR", Some(true)),
    market("A21TJRUUN4KGV", "IN", "Amazon.in", "INR", Some(true)),
    market("A1VC38T7YXB528", "JP", "Amazon.co.jp", "JPY", Some(true)),
    market("A39IBJ37TRP1C6", "AU", "Amazon.com.au", "AUD", Some(true)),
    market("A19VAU5U5O7RUS", "SG", "Amazon.sg", "SGD", Some(true)),
];

/// All that are known.
pub(super) fn all() -> &'static [Marketplace] {
    &MARKETPLACES
}

/// A marketplace as a parameter.
pub(super) const PARAM: Param =
    one("marketplace", Params::TEXT).doc("The id of an Amazon marketplace, such as \"A1PA6795UKMFR9\"");

/// The marketplace whose id is at `index`.
pub(super) fn read(args: &Args<'_>, index: usize) -> Result<&'static Marketplace, FunctionError> {
    let id = args.text(index)?;
    MARKETPLACES.iter().find(|market| market.id == id).ok_or_else(|| {
        FunctionError::new("that is no Amazon marketplace id that is known, such as \"ATVPDKIKX0DER\" for the US")
    })
}

#[cfg(test)]
mod tests {
    use super::super::countries;
    use super::MARKETPLACES;

    #[test]
    fn marketplaces_sell_in_the_currency_of_their_country() {
        for market in &MARKETPLACES {
            assert_eq!(countries::named(market.country).map(|country| country.currency), Some(market.currency));
            assert_eq!(MARKETPLACES.iter().filter(|other| other.id == market.id).count(), 1);
        }
    }
}
