//! How often a schedule of five parts fires, on the average.

/// Firings in an hour; 0 where the schedule cannot be read.
pub(super) fn per_hour(schedule: &str) -> f64 {
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = parts.as_slice() else { return 0.0 };
    let share = |part: &str, from: u32, to: u32| {
        let all = to - from + 1;
        Some(f64::from(count(part, from, to)?) / f64::from(all))
    };
    let hourly = count(minute, 0, 59).map(f64::from);
    let days = match (*day == "*", *weekday == "*") {
        (true, true) => Some(1.0),
        (false, true) => share(day, 1, 31),
        (true, false) => share(weekday, 0, 6),
        // Where both are given, either is enough.
        (false, false) => share(day, 1, 31).zip(share(weekday, 0, 6)).map(|(a, b)| a + b - a * b),
    };
    let all = [hourly, share(hour, 0, 23), days, share(month, 1, 12)];
    all.into_iter().try_fold(1.0, |product, part| part.map(|part| product * part)).unwrap_or(0.0)
}

/// How many values of a range a part names: `*`, `5`, `1-5`, `*/15`, `1-30/5`, and lists of these.
fn count(part: &str, from: u32, to: u32) -> Option<u32> {
    let mut chosen = vec![false; usize::try_from(to + 2).ok()?];
    for one in part.split(',') {
        let (range, step) = match one.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
            None => (one, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (from, to),
            Some((first, last)) => (value(first)?, value(last)?),
            None if one.contains('/') => (value(range)?, to),
            None => (value(range)?, value(range)?),
        };
        let mut at: u32 = first;
        while at <= last {
            // Sunday is 0 and 7.
            let at_or_sunday = if to == 6 && at == 7 { 0 } else { at };
            *chosen.get_mut(usize::try_from(at_or_sunday).ok()?)? = true;
            at = at.checked_add(step)?;
        }
    }
    u32::try_from(chosen.iter().filter(|chosen| **chosen).count()).ok()
}

fn value(text: &str) -> Option<u32> {
    const NAMES: [(&str, u32); 19] = [
        ("sun", 0),
        ("mon", 1),
        ("tue", 2),
        ("wed", 3),
        ("thu", 4),
        ("fri", 5),
        ("sat", 6),
        ("jan", 1),
        ("feb", 2),
        ("mar", 3),
        ("apr", 4),
        ("may", 5),
        ("jun", 6),
        ("jul", 7),
        ("aug", 8),
        ("sep", 9),
        ("oct", 10),
        ("nov", 11),
        ("dec", 12),
    ];
    let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    named.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::per_hour;

    #[test]
    fn schedules_are_counted() {
        for (schedule, daily) in [
            ("0 * * * *", 24.0),
            ("*/15 * * * *", 96.0),
            ("0 6 * * 1-5", 5.0 / 7.0),
            ("0 6 * * mon-fri", 5.0 / 7.0),
            ("0,30 8-17 * * *", 20.0),
            ("5/20 0 * * 7", 3.0 / 7.0),
            ("nonsense", 0.0),
            ("0 99 * * *", 0.0),
        ] {
            let counted = per_hour(schedule) * 24.0;
            assert!((counted - daily).abs() < 1e-9, "{schedule}: {counted}, not {daily}");
        }
    }
}
