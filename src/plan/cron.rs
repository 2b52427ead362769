//! Schedules of five parts: minute, hour, day of month, month, day of week.

/// A schedule that can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    parts: [Part; 5],
}

/// Which values of a part fire.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// Whether it is `*`.
    any: bool,
    /// A bit for each value.
    chosen: u64,
    /// How many values there are.
    all: u32,
}

/// What a part is called, and its first and last value.
const PARTS: [(&str, u32, u32); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 6)];

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Cron {
    /// Reads a schedule. The error says which part is wrong and what it takes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let given: Vec<&str> = text.split_whitespace().collect();
        let given: [&str; 5] = given.try_into().map_err(|_| "a schedule has five parts".to_owned())?;
        let mut parts = Vec::with_capacity(PARTS.len());
        for (text, (name, from, to)) in given.into_iter().zip(PARTS) {
            let part = Part::parse(text, from, to);
            parts.push(part.ok_or_else(|| format!("`{text}` is no {name}: it goes from {from} to {to}"))?);
        }
        let parts: [Part; 5] = parts.try_into().map_err(|_| "a schedule has five parts".to_owned())?;
        let schedule = Self { parts };
        if schedule.is_never() {
            return Err("no month has such a day".to_owned());
        }
        Ok(schedule)
    }

    /// How often it fires in an hour, on the average.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        let [minute, hour, day, month, weekday] = &self.parts;
        let days = match (day.any, weekday.any) {
            (true, true) => 1.0,
            (false, true) => day.share(),
            (true, false) => weekday.share(),
            // Where both are given, either is enough.
            (false, false) => day.share() + weekday.share() - day.share() * weekday.share(),
        };
        f64::from(minute.chosen.count_ones()) * hour.share() * days * month.share()
    }

    /// Whether it names only days that none of its months has, as the 30th of February.
    fn is_never(&self) -> bool {
        let [_, _, day, month, weekday] = &self.parts;
        let longest = (1..=12u32).filter(|number| month.chosen & (1 << number) != 0).map(|number| match number {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        });
        weekday.any && longest.max().is_some_and(|last| day.chosen.trailing_zeros() > last)
    }
}

impl Part {
    /// Reads `*`, `5`, `1-5`, `*/15`, `1-30/5`, names of days and months, and lists of these.
    fn parse(text: &str, from: u32, to: u32) -> Option<Self> {
        let mut chosen = 0_u64;
        for one in text.split(',') {
            let (range, step) = match one.split_once('/') {
                Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| (1..=to).contains(step))?),
                None => (one, 1),
            };
            let value = |text: &str| value(text, from, to);
            let (first, last) = match range.split_once('-') {
                _ if range == "*" => (from, to),
                Some((first, last)) => (value(first)?, value(last)?),
                None if one.contains('/') => (value(range)?, to),
                None => (value(range)?, value(range)?),
            };
            // Sunday is 0 and 7: friday to sunday is 5-7.
            let last = if last == 0 && first > 0 && to == 6 { 7 } else { last };
            if last < first {
                return None;
            }
            for at in (first..=last).step_by(usize::try_from(step).ok()?) {
                chosen |= 1 << if to == 6 { at % 7 } else { at };
            }
        }
        Some(Self { any: text == "*", chosen, all: to - from + 1 })
    }

    fn share(&self) -> f64 {
        f64::from(self.chosen.count_ones()) / f64::from(self.all)
    }
}

fn value(text: &str, from: u32, to: u32) -> Option<u32> {
    let named = |names: &[&str], first: usize| {
        let at = names.iter().position(|name| name.eq_ignore_ascii_case(text))?;
        u32::try_from(at + first).ok()
    };
    let name = match to {
        6 => named(&DAYS, 0),
        12 => named(&MONTHS, 1),
        _ => None,
    };
    let last = if to == 6 { 7 } else { to };
    name.or_else(|| text.parse().ok().filter(|value| (from..=last).contains(value)))
}

#[cfg(test)]
mod tests {
    use super::Cron;

    #[test]
    fn schedules_are_counted() {
        for (schedule, daily) in [
            ("0 * * * *", 24.0),
            ("*/15 * * * *", 96.0),
            ("0 6 * * 1-5", 5.0 / 7.0),
            ("0 6 * * mon-fri", 5.0 / 7.0),
            ("0 6 * * fri-sun", 3.0 / 7.0),
            ("0,30 8-17 * * *", 20.0),
            ("5/20 0 * * 7", 3.0 / 7.0),
            ("0 0 29 feb *", 1.0 / 31.0 / 12.0),
        ] {
            let counted = Cron::parse(schedule).unwrap().per_hour() * 24.0;
            assert!((counted - daily).abs() < 1e-9, "{schedule}: {counted}, not {daily}");
        }
    }

    #[test]
    fn what_no_clock_shows_is_refused_by_its_part() {
        for (schedule, told) in [
            ("0 6 * *", "a schedule has five parts"),
            ("60 6 * * *", "`60` is no minute: it goes from 0 to 59"),
            ("0 24 * * *", "`24` is no hour: it goes from 0 to 23"),
            ("0 6 0 * *", "`0` is no day of the month: it goes from 1 to 31"),
            ("0 6 * 13 *", "`13` is no month: it goes from 1 to 12"),
            ("0 6 * * 8", "`8` is no day of the week: it goes from 0 to 6"),
            ("0 6 * * mom", "`mom` is no day of the week: it goes from 0 to 6"),
            ("*/0 6 * * *", "`*/0` is no minute: it goes from 0 to 59"),
            ("30-10 6 * * *", "`30-10` is no minute: it goes from 0 to 59"),
            ("0 6 30 2 *", "no month has such a day"),
        ] {
            assert_eq!(Cron::parse(schedule).unwrap_err(), told, "{schedule}");
        }
    }
}
