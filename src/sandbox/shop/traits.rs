//! What kind of order stands at which place. Every fifty orders hold each kind at least once, so that a small shop has
//! all the oddities of a large one; what is rare in real shops is made rarer again in the later fifties.

use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Scarce;
use super::catalog::{DE, JP, Market, US};
use super::people::{Manner, Person};

/// The number of places after which the kinds repeat.
const ROUND: u32 = 50;
/// The history that the shop starts with.
const HISTORY: SignedDuration = SignedDuration::from_hours(14 * 24);
/// At the start, nothing changed more recently than this.
const SETTLED: SignedDuration = SignedDuration::from_mins(5);

/// What an order is a function of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) start: Timestamp,
}

/// The kind of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Pending,
    PartlyShipped,
    Shipped,
    Cancelled,
    /// Fewer pieces than were first ordered.
    CancelledPieces,
    /// One line at zero.
    CancelledLine,
    Replacement,
    ByAmazon,
    Business,
    NoBuyer,
    NoRecipient,
    NeitherOfBoth,
    Promotion,
    FreeShipping,
    UnknownPromotion,
    GiftWrap,
    /// Three for ten: a line total that its quantity does not divide.
    Uneven,
    SameSkuTwice,
    UnknownSku,
    OtherChannel,
    LeadingZeros,
    /// Some of what is wanted is there.
    ShortOfSome,
    /// None of it is.
    ShortOfAll,
}

/// What can be said of an order without making it.
#[derive(Debug)]
pub(super) struct Traits {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) market: &'static Market,
    pub(super) status: &'static str,
    pub(super) fulfilled_by: &'static str,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) person: Person,
    /// For what is left to chance in making the order.
    pub(super) dice: ChaCha8Rng,
}

fn kind_at(index: u32) -> Kind {
    let rare = |every: u32, kind| if (index / ROUND).is_multiple_of(every) { kind } else { Kind::Plain };
    match index % ROUND {
        0 | 1 => Kind::Pending,
        2 => Kind::PartlyShipped,
        3 | 34 => Kind::Shipped,
        4 => Kind::Cancelled,
        5 => Kind::CancelledPieces,
        6 => Kind::CancelledLine,
        7 => rare(2, Kind::Replacement),
        8 | 9 | 35 | 36 | 37 => Kind::ByAmazon,
        10 | 11 | 38 => Kind::Business,
        15 => Kind::NoBuyer,
        16 => Kind::NoRecipient,
        17 => Kind::NeitherOfBoth,
        21 | 39 => Kind::Promotion,
        22 => Kind::FreeShipping,
        23 => rare(5, Kind::UnknownPromotion),
        24 => Kind::GiftWrap,
        25 | 40 => Kind::Uneven,
        26 => Kind::SameSkuTwice,
        27 => rare(4, Kind::UnknownSku),
        28 => rare(2, Kind::OtherChannel),
        31 => Kind::LeadingZeros,
        32 => rare(2, Kind::ShortOfSome),
        33 => rare(2, Kind::ShortOfAll),
        _ => Kind::Plain,
    }
}

/// The SKU that only this order uses, if it is one of those that come out short.
pub(super) fn scarce(index: u32) -> Option<Scarce> {
    let sku = format!("RARE-{index:06}");
    match kind_at(index) {
        Kind::ShortOfSome => Some(Scarce { sku, on_hand: 1 }),
        Kind::ShortOfAll => Some(Scarce { sku, on_hand: 0 }),
        _ => None,
    }
}

impl Plan {
    fn dice(self, index: u32, salt: u64) -> ChaCha8Rng {
        let mut dice = ChaCha8Rng::seed_from_u64(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt);
        dice.set_stream(u64::from(index));
        dice
    }

    /// The order at that place.
    pub(super) fn traits(self, index: u32) -> Traits {
        let place = index % ROUND;
        let kind = kind_at(index);
        // A replacement goes to the buyer of the order it replaces.
        let like = if kind == Kind::Replacement { original_of(index) } else { index };
        let market = market_of(self, like);
        let mut dice = self.dice(index, 1);
        let id = self.id(index, kind, market);
        let (created, updated) = self.times(index, place);
        let status = match kind {
            Kind::Pending => "PENDING",
            Kind::PartlyShipped => "PARTIALLY_SHIPPED",
            Kind::Shipped => "SHIPPED",
            Kind::Cancelled => "CANCELLED",
            Kind::ByAmazon | Kind::OtherChannel if !dice.next_u32().is_multiple_of(3) => "SHIPPED",
            _ => "UNSHIPPED",
        };
        let fulfilled_by = if matches!(kind, Kind::ByAmazon | Kind::OtherChannel) { "AMAZON" } else { "MERCHANT" };
        Traits { kind, id, market, status, fulfilled_by, created, updated, person: person_of(like), dice }
    }

    fn id(self, index: u32, kind: Kind, market: &Market) -> String {
        let mut dice = self.dice(index, 2);
        // The middle is counted through an unsorted cycle, so that no two orders share an id.
        let middle = (u64::from(index) * 7_654_321 + self.seed % 10_000_000) % 10_000_000;
        let last = dice.next_u64() % 10_000_000;
        if kind == Kind::OtherChannel {
            return format!("S01-{middle:07}-{last:07}");
        }
        let prefix = market.prefixes[usize::try_from(dice.next_u32() % 3).unwrap_or(0)];
        format!("{prefix}-{middle:07}-{last:07}")
    }

    fn times(self, index: u32, place: u32) -> (Timestamp, Timestamp) {
        let mut dice = self.dice(index, 3);
        let newest = self.start - SETTLED;
        if (41..=44).contains(&place) {
            // Four orders of every fifty were touched in the same second.
            let mut shared = self.dice(index / ROUND, 4);
            let ago = i64::try_from(shared.next_u64() % (6 * 86_400)).unwrap_or(0);
            let updated = newest - SignedDuration::from_secs(ago);
            return (updated - SignedDuration::from_secs(i64::from(dice.next_u32() % 86_400)), updated);
        }
        let history = u64::try_from(HISTORY.as_secs() - SETTLED.as_secs() - 60).unwrap_or(1);
        let ago = i64::try_from(dice.next_u64() % history).unwrap_or(0);
        let created = newest - SignedDuration::from_secs(ago);
        // Half of the orders were last touched soon after they were placed, the others any time since.
        let span = if dice.next_u32().is_multiple_of(2) { ago.min(1800) } else { ago };
        let later = i64::from(dice.next_u32()) % (span + 1);
        (created, created + SignedDuration::from_secs(later))
    }
}

/// The order that a replacement replaces: the shipped one of its fifty.
pub(super) fn original_of(index: u32) -> u32 {
    index / ROUND * ROUND + 3
}

fn market_of(plan: Plan, index: u32) -> &'static Market {
    match index % ROUND {
        // Places with the names and addresses of one country.
        12 | 21 | 22 | 23 | 42 => &US,
        18 | 29 | 30 => &DE,
        14 | 19 | 43 => &JP,
        _ => match plan.dice(index, 5).next_u32() % 100 {
            0..45 => &US,
            45..80 => &DE,
            _ => &JP,
        },
    }
}

fn person_of(index: u32) -> Person {
    let place = index % ROUND;
    let (manner, business) = match place {
        12 => (Manner::OneWord, false),
        13 => (Manner::ThreeWords, false),
        29 | 30 => (Manner::LongLine, false),
        10 | 11 | 38 => (Manner::Plain, true),
        _ => (Manner::Plain, false),
    };
    let number = match place {
        // Buyers who come back: one per country for every few hundred orders. They are always complete.
        18..=20 | 42 | 43 => {
            let country: u64 = match place {
                18 => 1,
                42 => 2,
                _ => 3,
            };
            // Place 20 buys wherever chance has it, twice under one number.
            let group = if place == 20 { u64::from(index / ROUND / 2) + 500_000 } else { u64::from(index / ROUND / 6) };
            50_000_000 + group * 10 + if place == 20 { 9 } else { country }
        }
        _ => u64::from(index),
    };
    Person { number, manner, business }
}
