//! Numbers as a settlement file writes them. Files differ, and one file may write `5,05` beside `5.05`, so each number is
//! read by itself, exactly and without any locale:
//!
//! - two kinds of signs: the last one is the decimal sign, the others part groups (`1.234,56`, `1,234.56`);
//! - one sign that comes twice or more parts groups (`1.234.567`);
//! - one sign that comes once is the decimal sign, unless three digits stand behind it and one to three before it:
//!   `1.234` may be either.
//!
//! What may be either is decided by the rest of the file ([`Evidence`]), or not at all. Spaces and apostrophes only ever
//! part groups.

use std::borrow::Cow;

/// A number that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number<'t> {
    /// It can only be this, written with a point and without groups.
    Exact(Cow<'t, str>),
    /// The sign in it may be the decimal sign or part groups.
    Unsure {
        /// `.` or `,`.
        sign: char,
        /// As a number with decimals.
        decimal: String,
        /// As a whole number.
        whole: String,
    },
    /// It is no number.
    Wrong,
}

/// What the numbers of a file tell of its signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    point_decimal: bool,
    comma_decimal: bool,
    point_groups: bool,
    comma_groups: bool,
}

/// What a sign is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It stands before the decimals.
    Decimal,
    /// It parts groups of three digits.
    Groups,
}

impl Evidence {
    /// What a sign is, where the file's other numbers tell: if they use it for one thing only and do not use the other
    /// sign for the same, or if they use the other sign for decimals and this one not.
    pub(super) fn meaning(self, sign: char) -> Option<Meaning> {
        let (decimal, groups, other) = match sign {
            '.' => (self.point_decimal, self.point_groups, self.comma_decimal),
            _ => (self.comma_decimal, self.comma_groups, self.point_decimal),
        };
        match (decimal, groups, other) {
            (true, false, false) => Some(Meaning::Decimal),
            (false, true, _) | (false, false, true) => Some(Meaning::Groups),
            _ => None,
        }
    }

    fn decimal(&mut self, sign: char) {
        *(if sign == '.' { &mut self.point_decimal } else { &mut self.comma_decimal }) = true;
    }

    fn groups(&mut self, sign: char) {
        match sign {
            '.' => self.point_groups = true,
            ',' => self.comma_groups = true,
            _ => {}
        }
    }
}

/// Reads a number, and notes what it tells of the file's signs.
pub(super) fn read<'t>(text: &'t str, evidence: &mut Evidence) -> Number<'t> {
    if let Some(plain) = plain(text) {
        evidence.point_decimal |= plain;
        return Number::Exact(Cow::Borrowed(text));
    }
    let Some((negative, body)) = unsigned(text) else { return Number::Wrong };
    let Some(parts) = Parts::of(body) else { return Number::Wrong };
    parts.read(negative, evidence).unwrap_or(Number::Wrong)
}

/// Whether a number is digits with at most two decimals behind a point, as nearly all are; and whether it has a point.
fn plain(text: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match (whole, digits.get(whole..)?) {
        (1.., []) => Some(false),
        (1.., [b'.', b'0'..=b'9'] | [b'.', b'0'..=b'9', b'0'..=b'9']) => Some(true),
        _ => None,
    }
}

/// The sign, and what stands behind it.
fn unsigned(text: &str) -> Option<(bool, &str)> {
    let text = text.trim();
    let body = text.strip_prefix(['-', '\u{2212}']);
    match body {
        Some(body) => Some((true, body.trim_start())),
        None => Some((false, text.strip_prefix('+').unwrap_or(text))),
    }
    .filter(|(_, body)| body.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ','))
}

/// Digits, and the signs between them.
struct Parts<'t> {
    digits: Vec<&'t str>,
    signs: Vec<char>,
}

impl<'t> Parts<'t> {
    fn of(body: &'t str) -> Option<Self> {
        let (mut digits, mut signs, mut from) = (Vec::new(), Vec::new(), 0);
        for (at, sign) in body.char_indices().filter(|(_, c)| !c.is_ascii_digit()) {
            let sign = match sign {
                '.' | ',' => sign,
                ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
                '\'' | '\u{2019}' => '\'',
                _ => return None,
            };
            digits.push(body.get(from..at)?);
            signs.push(sign);
            from = at + body.get(at..)?.chars().next()?.len_utf8();
        }
        digits.push(body.get(from..)?);
        // A sign at the end, or two in a row, is a slip; `.50` is half of one.
        let inner = digits.get(1..)?;
        (inner.iter().all(|part| !part.is_empty()) && (digits.len() > 1 || digits.first() != Some(&"")))
            .then_some(())?;
        Some(Self { digits, signs })
    }

    fn read(&self, negative: bool, evidence: &mut Evidence) -> Option<Number<'t>> {
        let Some(last) = self.signs.last().copied() else {
            return Some(Number::Exact(self.written(negative, false)));
        };
        let others = self.signs.get(..self.signs.len() - 1)?;
        let may_be_decimal = matches!(last, '.' | ',') && !others.contains(&last);
        let grouped = || -> Option<char> {
            let sign = others.first().copied()?;
            (others.iter().all(|other| *other == sign) && self.is_grouped(true)).then_some(sign)
        };
        if may_be_decimal && !others.is_empty() {
            let sign = grouped()?;
            evidence.groups(sign);
            evidence.decimal(last);
            return Some(Number::Exact(self.written(negative, true)));
        }
        if !may_be_decimal {
            (self.signs.iter().all(|sign| *sign == last) && self.is_grouped(false)).then_some(())?;
            evidence.groups(last);
            return Some(Number::Exact(self.written(negative, false)));
        }
        let (whole, decimals) = (self.digits.first()?, self.digits.get(1)?);
        let unsure = decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        if unsure {
            return Some(Number::Unsure {
                sign: last,
                decimal: self.written(negative, true).into_owned(),
                whole: self.written(negative, false).into_owned(),
            });
        }
        evidence.decimal(last);
        Some(Number::Exact(self.written(negative, true)))
    }

    /// Whether the digits stand in groups of three; in India the groups before the last have two.
    fn is_grouped(&self, with_decimals: bool) -> bool {
        let count = self.digits.len() - usize::from(with_decimals);
        let Some(groups) = self.digits.get(..count) else { return false };
        let [first, middle @ .., end] = groups else { return false };
        let fits = |most: usize| (1..=most).contains(&first.len()) && middle.iter().all(|group| group.len() == most);
        end.len() == 3 && (fits(3) || fits(2))
    }

    /// The digits with a point before the last part, or without.
    fn written(&self, negative: bool, decimals: bool) -> Cow<'t, str> {
        let mut out = String::with_capacity(24);
        if negative {
            out.push('-');
        }
        let last = self.digits.len() - 1;
        for (at, part) in self.digits.iter().enumerate() {
            if decimals && at == last {
                if out.is_empty() || out == "-" {
                    out.push('0');
                }
                out.push('.');
            }
            out.push_str(part);
        }
        Cow::Owned(out)
    }
}

/// How many decimals a number needs: zeros at its end are none.
pub(super) fn decimals(written: &str) -> usize {
    written.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        match read(text, &mut Evidence::default()) {
            Number::Exact(text) => text.into_owned(),
            Number::Unsure { decimal, whole, .. } => format!("{decimal} or {whole}"),
            Number::Wrong => "wrong".to_owned(),
        }
    }

    #[test]
    fn each_number_is_read_by_itself() {
        let cases = [
            ("12.34", "12.34"),
            ("-0.01", "-0.01"),
            ("5,05", "5.05"),
            ("5.05", "5.05"),
            ("1141,18", "1141.18"),
            ("-1141,18", "-1141.18"),
            ("0", "0"),
            ("0,00", "0.00"),
            ("-12,5", "-12.5"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("12,34,567.80", "1234567.80"),
            ("1.234.567", "1234567"),
            ("1.234.567,8", "1234567.8"),
            ("1 141,18", "1141.18"),
            ("1\u{a0}141,18", "1141.18"),
            ("1'141.18", "1141.18"),
            ("0.123", "0.123"),
            ("1234.567", "1234.567"),
            (",50", "0.50"),
            ("-.5", "-0.5"),
            ("+3.10", "3.10"),
            ("\u{2212}3.10", "-3.10"),
            ("1.2345", "1.2345"),
            ("1.234", "1.234 or 1234"),
            ("-12,345", "-12.345 or -12345"),
            ("123.456", "123.456 or 123456"),
        ];
        for (text, wanted) in cases {
            assert_eq!(one(text), wanted, "{text}");
        }
        for text in [
            "",
            "-",
            "abc",
            "1,23,45",
            "1.23.45",
            "5.",
            "1..2",
            "1e5",
            "NaN",
            "1,234.56.7",
            "12-",
            "--1",
            "€5",
            "1.234,567,8",
        ] {
            assert_eq!(one(text), "wrong", "{text}");
        }
    }

    #[test]
    fn the_file_decides_what_may_be_either_if_it_can() {
        let after = |texts: &[&str], sign| {
            let mut evidence = Evidence::default();
            texts.iter().for_each(|text| drop(read(text, &mut evidence)));
            evidence.meaning(sign)
        };
        assert_eq!(after(&["12.50", "1.234"], '.'), Some(Meaning::Decimal));
        assert_eq!(after(&["12,50"], '.'), Some(Meaning::Groups));
        assert_eq!(after(&["1.234.567"], '.'), Some(Meaning::Groups));
        assert_eq!(after(&["1.234,50"], '.'), Some(Meaning::Groups));
        assert_eq!(after(&["1.234,50"], ','), Some(Meaning::Decimal));
        assert_eq!(after(&["5,05", "5.05"], '.'), None, "both signs are decimal signs here");
        assert_eq!(after(&["1234", "7"], '.'), None, "nothing tells");
    }
}
