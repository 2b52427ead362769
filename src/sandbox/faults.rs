//! What goes wrong on purpose: how often, of which kind, for which of the two systems. The dice are seeded; what they
//! hit depends on the order in which requests arrive.

use std::fmt;
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const MILLION: u32 = 1_000_000;

/// The kinds of fault and their names in a specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 429 although the quota would allow it; with and without `Retry-After`.
    Throttle,
    /// 500 or 503, and nothing was done.
    Failure,
    /// No answer; what was asked for may have been done.
    Timeout,
    /// The connection is dropped; what was asked for may have been done.
    Reset,
    /// Half of the answer, then the connection is dropped.
    Truncate,
    /// What was asked for is done, and 500 is answered.
    FailureAfterCommit,
    /// The answer takes its time.
    Slow,
    /// 200 with somebody else's HTML page, and nothing was done.
    Garbage,
}

const KINDS: [(Kind, &str); 8] = [
    (Kind::Throttle, "429"),
    (Kind::Failure, "500"),
    (Kind::Timeout, "timeout"),
    (Kind::Reset, "reset"),
    (Kind::Truncate, "truncate"),
    (Kind::FailureAfterCommit, "commit500"),
    (Kind::Slow, "slow"),
    (Kind::Garbage, "garbage"),
];

/// The system a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Amazon, with its token endpoint.
    Amazon,
    /// TIMS, with its token endpoint.
    Tims,
    /// The warehouse company.
    Depot,
}

/// How often what goes wrong. Written `20%` (spread evenly over all kinds) or
/// `429=5%,500=5%,timeout=2%,reset=3%,truncate=3%,commit500=2%,slow=1%,garbage=1%`; with `amazon:`, `tims:` or `depot:` before
/// an entry it is for that system alone. Nothing goes wrong by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultSpec {
    amazon: [u32; KINDS.len()],
    tims: [u32; KINDS.len()],
    depot: [u32; KINDS.len()],
}

/// A text that is no fault specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFaultSpec(String);

impl fmt::Display for BadFaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadFaultSpec {}

impl FromStr for FaultSpec {
    type Err = BadFaultSpec;

    fn from_str(text: &str) -> Result<Self, BadFaultSpec> {
        let mut spec = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty() && *entry != "none") {
            let (side, entry) = match entry.split_once(':') {
                None => (None, entry),
                Some(("amazon", rest)) => (Some(Side::Amazon), rest),
                Some(("tims", rest)) => (Some(Side::Tims), rest),
                Some(("depot", rest)) => (Some(Side::Depot), rest),
                Some((other, _)) => {
                    return Err(BadFaultSpec(format!(
                        "`{other}:` in `{entry}` is none of `amazon:`, `tims:` and `depot:`"
                    )));
                }
            };
            let mut rates = [0; KINDS.len()];
            match entry.split_once('=') {
                None => rates = [share(entry)? / KINDS.len() as u32; KINDS.len()],
                Some((name, rate)) => {
                    let kind = KINDS.iter().position(|(_, known)| *known == name.trim()).ok_or_else(|| {
                        let known: Vec<_> = KINDS.iter().map(|(_, name)| *name).collect();
                        BadFaultSpec(format!("`{name}` is no kind of fault; there are {}", known.join(", ")))
                    })?;
                    rates[kind] = share(rate)?;
                }
            }
            let targets =
                [(Side::Amazon, &mut spec.amazon), (Side::Tims, &mut spec.tims), (Side::Depot, &mut spec.depot)];
            for (of, target) in targets {
                if side.is_none_or(|side| side == of) {
                    target.iter_mut().zip(rates).for_each(|(sum, rate)| *sum = sum.saturating_add(rate));
                    if target.iter().map(|&rate| u64::from(rate)).sum::<u64>() > u64::from(MILLION) {
                        return Err(BadFaultSpec(format!("the rates in `{text}` add up to more than 100%")));
                    }
                }
            }
        }
        Ok(spec)
    }
}

impl fmt::Display for FaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries = Vec::new();
        for (side, rates) in [("amazon", &self.amazon), ("tims", &self.tims), ("depot", &self.depot)] {
            for ((_, name), rate) in KINDS.iter().zip(rates).filter(|(_, rate)| **rate > 0) {
                entries.push(format!("{side}:{name}={}%", Decimal::new(i64::from(*rate), 4).normalize()));
            }
        }
        f.write_str(if entries.is_empty() { "none".to_owned() } else { entries.join(",") }.as_str())
    }
}

fn share(text: &str) -> Result<u32, BadFaultSpec> {
    let bad = || BadFaultSpec(format!("`{}` is no share; write it like `5%`", text.trim()));
    let percent: Decimal = text.trim().strip_suffix('%').ok_or_else(bad)?.trim().parse().map_err(|_| bad())?;
    if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(BadFaultSpec(format!("`{}` is not between 0% and 100%", text.trim())));
    }
    (percent * Decimal::from(10_000)).trunc().to_u32().ok_or_else(bad)
}

/// What is wrong with every settlement report that is given out, where something is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFault {
    /// Its rows do not come to its total.
    Unbalanced,
    /// One of its rows is of a kind that nobody has heard of.
    UnknownCode,
}

impl FromStr for ReportFault {
    type Err = BadFaultSpec;

    fn from_str(text: &str) -> Result<Self, BadFaultSpec> {
        match text {
            "unbalanced" => Ok(Self::Unbalanced),
            "unknown_code" => Ok(Self::UnknownCode),
            _ => Err(BadFaultSpec(format!("`{text}` is neither `unbalanced` nor `unknown_code`"))),
        }
    }
}

impl fmt::Display for ReportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Unbalanced { "unbalanced" } else { "unknown_code" })
    }
}

/// The specification in force, with its dice.
#[derive(Debug)]
pub(super) struct Faults {
    pub(super) spec: FaultSpec,
    pub(super) reports: Option<ReportFault>,
    dice: ChaCha8Rng,
}

impl Faults {
    /// Dice that fall the same way for the same seed.
    pub(super) fn new(spec: FaultSpec, reports: Option<ReportFault>, seed: u64) -> Self {
        Self { spec, reports, dice: ChaCha8Rng::seed_from_u64(seed ^ 0x000f_a017) }
    }

    /// What happens to the next call, if anything.
    pub(super) fn roll(&mut self, side: Side) -> Option<Kind> {
        let rates = match side {
            Side::Amazon => self.spec.amazon,
            Side::Tims => self.spec.tims,
            Side::Depot => self.spec.depot,
        };
        if rates == [0; KINDS.len()] {
            return None;
        }
        let mut fall = self.dice.next_u32() % MILLION;
        for ((kind, _), rate) in KINDS.iter().zip(rates) {
            if fall < rate {
                return Some(*kind);
            }
            fall -= rate;
        }
        None
    }

    /// One of two ways a fault can go.
    pub(super) fn toss(&mut self) -> bool {
        self.dice.next_u32().is_multiple_of(2)
    }
}
