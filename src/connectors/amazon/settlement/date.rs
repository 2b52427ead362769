//! Dates as a settlement file writes them: `2025-07-31T22:07:18+00:00`, `2026-06-16 00:00:00 UTC`, `17.07.2026 07:06:34
//! UTC`, `17.07.2026`, `09/06/25`. With the year first, or with points, a date can only be one. With slashes or dashes
//! and the year last the file decides whether the day or the month is first ([`Evidence`]), or the date is not read.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

/// A day, as far as its text tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// It can only be this.
    Exact(Date),
    /// The day may be first or the month; at least one of the two is a date.
    Either {
        /// With the day first.
        day_first: Option<Date>,
        /// With the month first.
        month_first: Option<Date>,
    },
}

/// What a file writes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// 31/12/2026.
    DayFirst,
    /// 12/31/2026.
    MonthFirst,
}

/// A day and, where it is told, the time of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) day: Day,
    pub(super) time: Option<Time>,
    /// How far the time is from UTC, where a zone is named.
    pub(super) offset: Option<Offset>,
}

/// What the dates of a file tell of its order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    day_first: bool,
    month_first: bool,
    unsure: bool,
    /// The first and last of the unsure days, read either way.
    as_day_first: Option<(Date, Date)>,
    as_month_first: Option<(Date, Date)>,
}

impl Evidence {
    /// Notes what a day tells.
    pub(super) fn add(&mut self, day: Day) {
        match day {
            Day::Either { day_first: Some(_), month_first: None } => self.day_first = true,
            Day::Either { day_first: None, month_first: Some(_) } => self.month_first = true,
            Day::Either { day_first: Some(one), month_first: Some(other) } if one != other => {
                self.unsure = true;
                widen(&mut self.as_day_first, one);
                widen(&mut self.as_month_first, other);
            }
            _ => {}
        }
    }

    /// The file's order: that of its dates that can be read one way only; else that in which all others lie in the
    /// settlement's period, where that is known.
    pub(super) fn order(&self, period: Option<(Date, Date)>) -> Option<Order> {
        match (self.day_first, self.month_first) {
            (true, false) => return Some(Order::DayFirst),
            (false, true) => return Some(Order::MonthFirst),
            (true, true) => return None,
            (false, false) if !self.unsure => return Some(Order::DayFirst),
            (false, false) => {}
        }
        let (start, end) = period?;
        let inside = |span: Option<(Date, Date)>| span.is_some_and(|(from, to)| start <= from && to <= end);
        match (inside(self.as_day_first), inside(self.as_month_first)) {
            (true, false) => Some(Order::DayFirst),
            (false, true) => Some(Order::MonthFirst),
            _ => None,
        }
    }

    /// Whether some dates can only be read with the day first and others only with the month first.
    pub(super) fn is_torn(&self) -> bool {
        self.day_first && self.month_first
    }
}

fn widen(span: &mut Option<(Date, Date)>, day: Date) {
    *span = Some(span.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
}

impl Day {
    /// The date in a file of this order.
    pub(super) fn date(self, order: Option<Order>) -> Option<Date> {
        match (self, order) {
            (Day::Exact(date), _) => Some(date),
            (Day::Either { day_first, .. }, Some(Order::DayFirst)) => day_first,
            (Day::Either { month_first, .. }, Some(Order::MonthFirst)) => month_first,
            (Day::Either { day_first, month_first }, None) if day_first == month_first => day_first,
            (Day::Either { .. }, None) => None,
        }
    }
}

impl Stamp {
    /// The point in time; midnight UTC where there is only a day, and UTC where no zone is named.
    pub(super) fn instant(self, order: Option<Order>) -> Option<Timestamp> {
        let local = DateTime::from_parts(self.day.date(order)?, self.time.unwrap_or(Time::midnight()));
        self.offset.unwrap_or(Offset::UTC).to_timestamp(local).ok()
    }

    /// The day, by UTC where a zone is named.
    pub(super) fn utc_day(self, order: Option<Order>) -> Option<Date> {
        match self.offset {
            None => self.day.date(order),
            Some(_) => self.instant(order).map(|at| Offset::UTC.to_datetime(at).date()),
        }
    }
}

/// Reads a date, with or without a time; nothing where it is none.
pub(super) fn read(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let numeric = text.bytes().take_while(|byte| byte.is_ascii_digit() || b"-/.".contains(byte)).count();
    let (day, rest) = (text.get(..numeric)?, text.get(numeric..)?);
    let day = read_day(day)?;
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    if rest.is_empty() {
        return Some(Stamp { day, time: None, offset: None });
    }
    let end = rest.bytes().take_while(|byte| byte.is_ascii_digit() || b":.".contains(byte)).count();
    let time = read_time(rest.get(..end)?)?;
    let zone = rest.get(end..)?.trim();
    let offset = if zone.is_empty() { None } else { Some(read_zone(zone)?) };
    Some(Stamp { day, time: Some(time), offset })
}

fn read_day(text: &str) -> Option<Day> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return date(text.get(..4)?, text.get(4..6)?, text.get(6..)?).map(Day::Exact);
    }
    let sign = text.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = text.split(sign);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    if a.len() == 4 {
        return date(a, b, c).map(Day::Exact);
    }
    if sign == '.' {
        return date(c, b, a).map(Day::Exact);
    }
    let (day_first, month_first) = (date(c, b, a), date(c, a, b));
    (day_first.is_some() || month_first.is_some()).then_some(Day::Either { day_first, month_first })
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let year = match year.len() {
        4 => year.parse::<i16>().ok()?,
        2 => year.parse::<i16>().ok()? + 2000,
        _ => return None,
    };
    let part = |text: &str| (1..=2).contains(&text.len()).then(|| text.parse::<i8>().ok()).flatten();
    Date::new(year, part(month)?, part(day)?).ok()
}

fn read_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    // Parts of a second are of no account.
    let second = match parts.next() {
        Some(second) => second.split('.').next()?.parse().ok()?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// Hours and minutes from UTC. Names that mean one thing only.
fn read_zone(text: &str) -> Option<Offset> {
    let named = match text {
        "UTC" | "GMT" | "Z" | "z" => Some(0),
        "BST" | "CET" => Some(1),
        "CEST" => Some(2),
        "JST" => Some(9),
        "AEST" => Some(10),
        "AEDT" => Some(11),
        "PST" => Some(-8),
        "PDT" => Some(-7),
        _ => None,
    };
    if let Some(hours) = named {
        return Offset::from_seconds(hours * 3600).ok();
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The period of a settlement by its days, with the day of its deposit left out.
pub(super) fn period(start: Option<Stamp>, end: Option<Stamp>) -> Option<(Date, Date)> {
    let exact = |stamp: Option<Stamp>| match stamp?.day {
        Day::Exact(_) => stamp?.utc_day(None),
        Day::Either { .. } => None,
    };
    let (start, end) = (exact(start)?, exact(end)?);
    // A row that was posted in the second before the period began is listed in it all the same.
    Some((start.checked_sub(1.day()).ok()?, end.checked_add(1.day()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> String {
        match read(text) {
            Some(stamp) => stamp.utc_day(None).map_or("unsure".to_owned(), |date| date.to_string()),
            None => "wrong".to_owned(),
        }
    }

    #[test]
    fn the_forms_that_files_have() {
        let cases = [
            ("2025-07-31T22:07:18+00:00", "2025-07-31"),
            ("17.07.2026 07:06:34 UTC", "2026-07-17"),
            ("17.07.2026", "2026-07-17"),
            ("2026-06-16 00:00:00 UTC", "2026-06-16"),
            ("2003-10-03T16:00:00-07:00", "2003-10-03"),
            ("2003-10-03T17:30:00-07:00", "2003-10-04"),
            ("2026-07-31 17:30:00 PDT", "2026-08-01"),
            ("2026-08-01 08:30:00 JST", "2026-07-31"),
            ("2026-06-16", "2026-06-16"),
            ("2026/06/16", "2026-06-16"),
            ("20260616", "2026-06-16"),
            ("2026-06-16T10:00:00.000Z", "2026-06-16"),
            ("06/06/25", "2025-06-06"),
            ("09/06/25", "unsure"),
            ("31/12/2026", "unsure"),
            ("31.13.2026", "wrong"),
            ("12.31.2026", "wrong"),
            ("31/31/2026", "wrong"),
            ("2026-02-30", "wrong"),
            ("2026-06-16 25:00:00 UTC", "wrong"),
            ("2026-06-16 10:00:00 IST", "wrong"),
            ("yesterday", "wrong"),
        ];
        for (text, wanted) in cases {
            assert_eq!(day(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_file_decides_the_order() {
        let order = |texts: &[&str], period: Option<(&str, &str)>| {
            let mut evidence = Evidence::default();
            texts.iter().for_each(|text| evidence.add(read(text).unwrap().day));
            evidence.order(period.and_then(|(start, end)| super::period(read(start), read(end))))
        };
        assert_eq!(order(&["09/06/25", "23/06/25"], None), Some(Order::DayFirst));
        assert_eq!(order(&["06/09/25", "06/23/25"], None), Some(Order::MonthFirst));
        assert_eq!(order(&["09/06/25"], None), None);
        assert_eq!(order(&["23/06/25", "06/23/25"], None), None);
        assert_eq!(order(&["09/06/25"], Some(("2025-06-01", "2025-06-14"))), Some(Order::DayFirst));
        assert_eq!(order(&["09/06/25"], Some(("2025-09-01", "2025-09-14"))), Some(Order::MonthFirst));
        assert_eq!(order(&["09/06/25", "06/09/25"], Some(("2025-06-01", "2025-09-14"))), None);
    }
}
