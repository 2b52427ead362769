//! Lengths of time as people write them in settings and on the command line.

use std::time::Duration;

/// The length of time that a text such as `500ms`, `30s`, `15m`, `2h` or `1d` tells; more than none, at most a year.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    const YEAR: u64 = 365 * 86_400_000;
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(split)?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let millis = count.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=YEAR).contains(&millis).then_some(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_and_nothing_else() {
        for (text, millis) in [("500ms", 500), ("30s", 30_000), ("15m", 900_000), ("2h", 7_200_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "15", "m", "0s", "-1s", "1.5h", "15 m", "999999999999999999999s", "400d", "5µs"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
