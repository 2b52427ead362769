//! What TIMS knows of things to sell: items and the discount codes. What is in the assortment is a function of it and takes
//! no room; the stock of an item is in `stock`, its prices are in `prices`.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::sandbox::key;
use crate::sandbox::shop::{Article, Assortment, PROMOTIONS, Shop};

/// The warehouses, and the places of what Amazon keeps in Europe, Japan and America. The first is the one that is meant where nobody says.
pub(super) const LOCATIONS: [&str; 5] = ["MAIN", "NORTH", "FBA", "FBA-JP", "FBA-US"];
/// Of every named product, in the first warehouse: an order of the shop never finds it empty.
const PLENTY: u32 = 10_000_000;

/// An item.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) sku: String,
    name: String,
    /// None for what is not sold on Amazon any more.
    article: Option<Article>,
    /// How much of it the first warehouse began with, where the article does not say.
    scarce: u32,
}

/// All items, found by SKU or id.
#[derive(Debug, Default)]
pub(super) struct Items {
    assortment: Assortment,
    /// All but the numbered articles.
    by_sku: BTreeMap<String, Item>,
    folded: HashMap<String, String>,
    by_id: HashMap<String, String>,
}

impl Items {
    /// Everything that the shop sells, but for what TIMS does not know.
    pub(super) fn of(shop: &Shop, assortment: Assortment) -> Self {
        let mut items = Self { assortment, ..Self::default() };
        for article in assortment.all().take_while(|article| article.number().is_none()) {
            items.add(Item::of(article));
        }
        for scarce in shop.scarce() {
            let name = "Limited edition teapot, numbered".to_owned();
            let id = id_of(&scarce.sku);
            items.add(Item { id, sku: scarce.sku, name, article: None, scarce: scarce.on_hand });
        }
        items
    }

    fn add(&mut self, item: Item) {
        self.by_id.insert(item.id.clone(), item.sku.clone());
        self.folded.entry(fold(&item.sku)).or_insert_with(|| item.sku.clone());
        self.by_sku.insert(item.sku.clone(), item);
    }

    /// The item of a SKU: the same bytes first, then without regard to case and surrounding blanks.
    pub(super) fn find(&self, sku: &str) -> Option<Item> {
        let exact = |sku: &str| self.by_sku.get(sku).cloned().or_else(|| self.assortment.by_sku(sku).map(Item::of));
        exact(sku)
            .or_else(|| self.by_sku.get(self.folded.get(&fold(sku))?).cloned())
            .or_else(|| exact(&sku.trim().to_uppercase()))
    }

    /// The item that a seller's SKU on Amazon stands for.
    pub(super) fn by_alias(&self, seller_sku: &str) -> Option<Item> {
        self.assortment.by_seller_sku(seller_sku).map(Item::of)
    }

    /// The item of an id.
    pub(super) fn by_id(&self, id: &str) -> Option<Item> {
        match self.by_id.get(id) {
            Some(sku) => self.by_sku.get(sku).cloned(),
            None => self.assortment.by_sku(id.strip_prefix("I-")?).map(Item::of),
        }
    }

    /// The items from that SKU on, by SKU.
    pub(super) fn from<'s>(&'s self, sku: &str) -> impl Iterator<Item = Item> + use<'s> {
        let sku = sku.to_owned();
        let mut named = self.by_sku.range(sku.clone()..).map(|(_, item)| item.clone()).peekable();
        let exact = self.assortment.by_sku(&sku).filter(|article| article.number().is_some());
        let mut numbered = exact.into_iter().chain(self.assortment.numbered_after(&sku)).map(Item::of).peekable();
        std::iter::from_fn(move || match (named.peek(), numbered.peek()) {
            (Some(one), Some(other)) if one.sku > other.sku => numbered.next(),
            (Some(_), _) => named.next(),
            (None, _) => numbered.next(),
        })
    }
}

impl Item {
    fn of(article: Article) -> Self {
        let id = if article.number().is_some() { format!("I-{}", article.sku) } else { id_of(&article.sku) };
        Self { id, sku: article.sku.clone(), name: article.title.clone(), article: Some(article), scarce: 0 }
    }

    /// What the assortment says of it.
    pub(super) fn article(&self) -> Option<&Article> {
        self.article.as_ref()
    }

    /// What a location had of it when the shop began.
    pub(super) fn first_on_hand(&self, location: &str) -> Decimal {
        let dice = |most: u64| key::number(&["on hand", &self.sku, location]) % most;
        let main = location == LOCATIONS[0];
        let pieces = match (&self.article, location) {
            (None, _) => u64::from(if main { self.scarce } else { 0 }),
            (Some(article), _) if article.number().is_none() && main => PLENTY.into(),
            (Some(article), "NORTH") if article.number().is_none() => 100 + dice(300),
            (Some(_), "MAIN") => dice(150),
            (Some(_), "NORTH") => dice(40),
            (Some(_), _) => 0,
        };
        pieces.into()
    }

    /// As TIMS tells of it.
    pub(super) fn json(&self) -> Value {
        let mut item = json!({
            "id": self.id, "sku": self.sku, "name": self.name, "uom": "EA", "kit": false, "components": [],
            "tax_class": "STANDARD", "aliases": [], "status": "active", "stocked": true, "version": 1,
        });
        if let Some(article) = &self.article {
            item["tax_class"] = (if article.category == "food" { "REDUCED" } else { "STANDARD" }).into();
            item["category"] = article.category.into();
            item["brand"] = "Clara & Finch".into();
            item["gtin"] = article.gtin().into();
            // Somebody forgot to say what this one is.
            if article.number().is_none_or(|number| number % 106 != 0) {
                item["description"] = format!("{}. Made to be used every day.", article.title).into();
            }
            let told: &[(&str, &str)] = match article.category {
                "drinkware" | "kettles" => &[("color", "white"), ("material", "stoneware")],
                "food" => &[("ingredients", "Leaves, as they were picked")],
                _ => &[("color", "natural")],
            };
            item["attributes"] = told.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
            item["country_of_origin"] = "PT".into();
            let alias = |offer: crate::sandbox::shop::Offer| {
                json!({
                    "source": "amazon", "marketplace": offer.market.id, "seller_sku": offer.seller_sku,
                    "asin": article.asin(),
                })
            };
            item["aliases"] = article.offers().map(alias).collect();
        }
        item
    }
}

fn id_of(sku: &str) -> String {
    format!("I-{}", key::hex(&["item", sku], 10))
}

fn fold(sku: &str) -> String {
    sku.trim().to_lowercase()
}

/// The discount codes, by code.
pub(super) fn discount_codes() -> Vec<Value> {
    let mut codes: Vec<&str> = PROMOTIONS.iter().map(|(_, code)| *code).collect();
    codes.push("AMZ-PROMO");
    codes.sort_unstable();
    let json = |code: &str| {
        let scope = if code.contains("SHIP") { "shipping" } else { "line" };
        json!({
            "code": code, "kind": "amount", "value": "0.00", "scope": scope, "gl_account": "4090",
            "valid_from": "2020-01-01", "valid_to": null,
        })
    };
    codes.into_iter().map(json).collect()
}

/// Whether there is such a discount code.
pub(super) fn is_discount_code(code: &str) -> bool {
    code == "AMZ-PROMO" || PROMOTIONS.iter().any(|(_, known)| *known == code)
}
