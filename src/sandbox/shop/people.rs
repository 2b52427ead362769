//! Buyers and where they live. A person is a number: the same number is always the same name, address and relay
//! address, so that what a customer record says does not hang on which of the buyer's orders came last.

use serde_json::{Value, json};

use super::super::key;
use super::catalog::Market;

/// What is special about a buyer's name or address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Plain,
    OneWord,
    ThreeWords,
    LongLine,
}

/// A buyer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) manner: Manner,
    pub(super) business: bool,
}

const US_FIRST: [&str; 16] = [
    "James", "Mary", "Linda", "Robert", "Aisha", "Carlos", "Emily", "Daniel", "Grace", "Hannah", "Kevin", "Naomi",
    "Oscar", "Priya", "Tyler", "Zoe",
];
const US_LAST: [&str; 17] = [
    "Smith", "Johnson", "O'Neill", "Garcia", "Lee", "Nguyen", "Brown", "Patel", "Clark", "Lopez", "Young", "King",
    "Wright", "Scott", "Baker", "Rivera", "Hughes",
];
const DE_FIRST: [&str; 16] = [
    "Jürgen", "Anna", "Lena", "Jörg", "Käthe", "Thomas", "Sabine", "Björn", "Ute", "Felix", "Mia", "Paul", "Günter",
    "Heike", "Emre", "Sören",
];
const DE_LAST: [&str; 17] = [
    "Müller", "Schäfer", "Weiß", "Groß", "Schmidt", "Köhler", "Bäcker", "Fischer", "Jäger", "Krüger", "Vogel",
    "Yılmaz", "Böhm", "Lange", "Roth", "Strauß", "Öztürk",
];
const JP_FIRST: [&str; 16] = [
    "太郎",
    "花子",
    "健一",
    "美咲",
    "翔太",
    "陽子",
    "大輔",
    "さくら",
    "直樹",
    "由美",
    "拓也",
    "恵",
    "誠",
    "舞",
    "亮",
    "愛",
];
const JP_LAST: [&str; 17] = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
];

impl Person {
    fn pick<'a>(&self, from: &[&'a str], salt: u64) -> &'a str {
        // One divisor per list that shares no factor with the others: names and postal codes together are unique.
        from.get(usize::try_from((self.number + salt) % from.len() as u64).unwrap_or(0)).copied().unwrap_or_default()
    }

    /// The full name as the marketplace writes it.
    pub(super) fn name(&self, market: &Market) -> String {
        match (market.currency, self.manner) {
            ("USD", Manner::OneWord) => "Sukarno".to_owned(),
            ("EUR", Manner::OneWord) => "Nadeschda".to_owned(),
            ("USD", Manner::ThreeWords) => {
                format!("{} van {}", self.pick(&US_FIRST, 0), self.pick(&US_LAST, 0))
            }
            ("EUR", Manner::ThreeWords) => format!("{} von {}", self.pick(&DE_FIRST, 0), self.pick(&DE_LAST, 0)),
            ("JPY", Manner::OneWord) => self.pick(&JP_LAST, 0).to_owned(),
            ("JPY", _) => format!("{} {}", self.pick(&JP_LAST, 0), self.pick(&JP_FIRST, 0)),
            ("EUR", _) => format!("{} {}", self.pick(&DE_FIRST, 0), self.pick(&DE_LAST, 0)),
            _ => format!("{} {}", self.pick(&US_FIRST, 0), self.pick(&US_LAST, 0)),
        }
    }

    /// The company a business buyer buys for.
    pub(super) fn company(&self, market: &Market) -> Option<String> {
        self.business.then(|| match market.currency {
            "JPY" => format!("{}商事株式会社", self.pick(&JP_LAST, 3)),
            "EUR" => format!("{} & Söhne GmbH & Co. KG", self.pick(&DE_LAST, 3)),
            _ => format!("{} Hospitality Supplies LLC", self.pick(&US_LAST, 3)),
        })
    }

    /// The `buyer` block; the relay address only where Amazon tells it.
    pub(super) fn buyer(&self, market: &Market, seed: u64, with_email: bool, purchase_order: Option<String>) -> Value {
        let mut buyer = json!({"buyerName": self.name(market)});
        if with_email {
            let relay = key::hex(&["relay", &seed.to_string(), market.id, &self.number.to_string()], 14);
            buyer["buyerEmail"] = format!("{relay}@{}", market.relay).into();
        }
        if let Some(company) = self.company(market) {
            buyer["buyerCompanyName"] = company.into();
        }
        if let Some(number) = purchase_order {
            buyer["buyerPurchaseOrderNumber"] = number.into();
        }
        buyer
    }

    /// The `recipient` block.
    pub(super) fn recipient(&self, market: &Market) -> Value {
        let house = self.number % 180 + 1;
        let mut address = json!({"name": self.name(market)});
        if let Some(company) = self.company(market) {
            address["companyName"] = company.into();
        }
        match market.currency {
            "USD" => {
                let street =
                    self.pick(&["Oak Street", "Maple Avenue", "Main Street", "Sunset Boulevard", "2nd Avenue"], 0);
                address["addressLine1"] = format!("{house} {street}").into();
                if self.number.is_multiple_of(3) {
                    address["addressLine2"] = format!("Apt {}", house % 40 + 1).into();
                }
                let place = self.number % 4;
                let at = usize::try_from(place).unwrap_or(0);
                let (city, state) = [("Seattle", "WA"), ("Austin", "TX"), ("Portland", "OR"), ("St. Paul", "MN")][at];
                address["city"] = city.into();
                address["stateOrRegion"] = state.into();
                address["postalCode"] = format!("{:05}", 10_007 + self.number % 89_989).into();
                address["countryCode"] = "US".into();
                address["phone"] = format!("+1 206-555-{:04} ext. {}", self.number % 10_000, 10_000 + house).into();
            }
            "EUR" => {
                let street = self.pick(&["Hauptstraße", "Bäckergasse", "Schloßallee", "Königsweg", "Am Mühlbach"], 0);
                address["addressLine1"] = format!("{street} {house}").into();
                let at = usize::try_from(self.number % 4).unwrap_or(0);
                address["city"] = ["München", "Köln", "Görlitz", "Berlin"][at].into();
                address["postalCode"] = format!("{:05}", 10_007 + self.number % 89_989).into();
                address["countryCode"] = "DE".into();
            }
            _ => {
                let at = usize::try_from(self.number % 3).unwrap_or(0);
                let (region, city) =
                    [("東京都", "渋谷区神宮前"), ("大阪府", "大阪市北区梅田"), ("北海道", "札幌市中央区")][at];
                address["addressLine1"] = format!("{}-{}-{}", house % 9 + 1, house % 30 + 1, house % 12 + 1).into();
                address["addressLine2"] = format!("メゾン{}号室", 101 + house).into();
                address["city"] = city.into();
                address["stateOrRegion"] = region.into();
                let code = 1_000_003 + self.number % 8_999_993;
                address["postalCode"] = format!("{}-{:04}", code / 10_000, code % 10_000).into();
                address["countryCode"] = "JP".into();
                address["phone"] = format!("090-{:04}-{:04}", self.number % 9_973, house).into();
            }
        }
        if self.manner == Manner::LongLine {
            address["addressLine1"] = match market.currency {
                "EUR" => format!("Gewerbepark an der alten Königsbrücker Landstraße, Gebäude {house}, Hintereingang"),
                "JPY" => format!(
                    "神宮前一丁目二番地三号グリーンヒルズタワー東館アネックス棟第二期工事区画{house}号室西側入口"
                ),
                _ => format!("{house} Old Post Road Business Park, Building C, Loading Dock 7, Rear Entrance"),
            }
            .into();
        }
        address["addressType"] = if self.business { "COMMERCIAL" } else { "RESIDENTIAL" }.into();
        json!({"deliveryAddress": address})
    }
}
