//! How telephone numbers are made: calling codes, what is dialled in front of a number within a country, and how many
//! digits one has. Of countries with one calling code the first that is listed stands for all, unless one is named.

use crate::catalog::FunctionError;

/// The numbers of a country.
pub(super) struct Plan {
    /// The country.
    pub(super) country: &'static str,
    /// Its calling code.
    pub(super) code: &'static str,
    /// What is dialled in front within the country and left out from outside.
    trunk: &'static str,
    /// The fewest digits after the calling code.
    least: usize,
    /// The most.
    most: usize,
}

const fn plan(country: &'static str, code: &'static str, trunk: &'static str, least: usize, most: usize) -> Plan {
    Plan { country, code, trunk, least, most }
}

/// The numbers of the country of that code.
pub(super) fn of(country: &str) -> Option<&'static Plan> {
    PLANS.iter().find(|plan| plan.country == country)
}

/// A telephone number.
pub(super) struct Phone {
    /// Where it is.
    pub(super) plan: &'static Plan,
    /// The digits after the calling code.
    pub(super) national: String,
    /// The digits to dial once connected; empty where there are none.
    pub(super) extension: String,
}

/// The telephone number in a text; one without `+` or 00 is of the country.
pub(super) fn read(text: &str, country: &str) -> Result<Phone, FunctionError> {
    let no_number =
        || FunctionError::new("the text is no telephone number: it has other than digits and the marks + ( ) - . /");
    let lower = text.trim().to_lowercase();
    let cut = ["ext", "x", "durchwahl", "#"].iter().filter_map(|mark| lower.find(mark)).min();
    let (number, extension) = lower.split_at(cut.unwrap_or(lower.len()));
    let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
    if cut.is_some() && extension.is_empty() {
        return Err(no_number());
    }
    // "+49 (0)30" has a zero that is dialled within the country only.
    let number = number.trim();
    let international = number.strip_prefix('+');
    let number = if international.is_some() { number.replace("(0)", "") } else { number.to_owned() };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let marks = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+()-./\u{2010}\u{2011}\u{2013}\u{a0}".contains(c);
    if digits.is_empty() || !number.chars().all(marks) || number.chars().skip(1).any(|c| c == '+') {
        return Err(no_number());
    }
    let own = of(country);
    let outside = if international.is_some() { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    // From North America 011 is dialled for other countries.
    let outside = outside.or_else(|| digits.strip_prefix("011").filter(|_| own.is_some_and(|plan| plan.code == "1")));
    let (plan, national) = match (outside, own) {
        (Some(digits), _) => {
            let fits = |plan: &&Plan| digits.starts_with(plan.code);
            let plan = own
                .filter(fits)
                .or_else(|| PLANS.iter().find(fits))
                .ok_or_else(|| FunctionError::new("the number begins with a calling code that is not known here"))?;
            let national = digits.strip_prefix(plan.code).unwrap_or_default();
            (plan, national)
        }
        (None, Some(plan)) => (plan, digits.as_str()),
        (None, None) => {
            return Err(FunctionError::new(
                "the telephone numbers of that country are not known here, so the number must begin with + and its calling code",
            ));
        }
    };
    let inside = national.strip_prefix(plan.trunk).filter(|_| !plan.trunk.is_empty());
    let long_enough = |digits: &&str| digits.len() >= plan.least;
    let national = inside.filter(long_enough).unwrap_or(national);
    if national.len() < plan.least || national.len() > plan.most {
        let what = if national.len() < plan.least { "few" } else { "many" };
        return Err(FunctionError::new(format!(
            "the number has too {what} digits for {}, which has {} to {} after the calling code",
            plan.country, plan.least, plan.most
        )));
    }
    Ok(Phone { plan, national: national.to_owned(), extension })
}

static PLANS: [Plan; 70] = [
    plan("US", "1", "1", 10, 10),
    plan("CA", "1", "1", 10, 10),
    plan("PR", "1", "1", 10, 10),
    plan("AE", "971", "0", 8, 9),
    plan("AR", "54", "0", 10, 11),
    plan("AT", "43", "0", 4, 13),
    plan("AU", "61", "0", 9, 9),
    plan("BE", "32", "0", 8, 9),
    plan("BG", "359", "0", 6, 9),
    plan("BH", "973", "", 8, 8),
    plan("BR", "55", "0", 10, 11),
    plan("CH", "41", "0", 9, 9),
    plan("CL", "56", "", 9, 9),
    plan("CN", "86", "0", 10, 11),
    plan("CO", "57", "", 8, 10),
    plan("CY", "357", "", 8, 8),
    plan("CZ", "420", "", 9, 9),
    plan("DE", "49", "0", 5, 13),
    plan("DK", "45", "", 8, 8),
    plan("EE", "372", "", 7, 8),
    plan("EG", "20", "0", 8, 10),
    plan("ES", "34", "", 9, 9),
    plan("FI", "358", "0", 5, 12),
    plan("FR", "33", "0", 9, 9),
    plan("GB", "44", "0", 9, 10),
    plan("GR", "30", "", 10, 10),
    plan("HK", "852", "", 8, 9),
    plan("HR", "385", "0", 8, 9),
    plan("HU", "36", "06", 8, 9),
    plan("ID", "62", "0", 8, 12),
    plan("IE", "353", "0", 7, 10),
    plan("IL", "972", "0", 8, 9),
    plan("IN", "91", "0", 10, 10),
    plan("IS", "354", "", 7, 9),
    plan("IT", "39", "", 6, 12),
    plan("JP", "81", "0", 9, 10),
    plan("KR", "82", "0", 8, 11),
    plan("KW", "965", "", 8, 8),
    plan("LI", "423", "", 7, 9),
    plan("LT", "370", "0", 8, 8),
    plan("LU", "352", "", 4, 11),
    plan("LV", "371", "", 8, 8),
    plan("MA", "212", "0", 9, 9),
    plan("MT", "356", "", 8, 8),
    plan("MX", "52", "", 10, 10),
    plan("MY", "60", "0", 8, 10),
    plan("NG", "234", "0", 8, 10),
    plan("NL", "31", "0", 9, 9),
    plan("NO", "47", "", 8, 8),
    plan("NZ", "64", "0", 8, 10),
    plan("PE", "51", "0", 8, 9),
    plan("PH", "63", "0", 8, 10),
    plan("PK", "92", "0", 9, 10),
    plan("PL", "48", "", 9, 9),
    plan("PT", "351", "", 9, 9),
    plan("QA", "974", "", 7, 8),
    plan("RO", "40", "0", 9, 9),
    plan("RS", "381", "0", 7, 10),
    plan("RU", "7", "8", 10, 10),
    plan("SA", "966", "0", 8, 9),
    plan("SE", "46", "0", 7, 13),
    plan("SG", "65", "", 8, 8),
    plan("SI", "386", "0", 7, 8),
    plan("SK", "421", "0", 9, 9),
    plan("TH", "66", "0", 8, 9),
    plan("TR", "90", "0", 10, 10),
    plan("TW", "886", "0", 8, 9),
    plan("UA", "380", "0", 9, 9),
    plan("VN", "84", "0", 8, 10),
    plan("ZA", "27", "0", 9, 9),
];

#[cfg(test)]
mod tests {
    use super::super::countries;
    use super::{PLANS, read};

    #[test]
    fn plans_are_of_countries_and_calling_codes_begin_no_other() {
        for plan in &PLANS {
            assert!(countries::named(plan.country).is_some(), "{}", plan.country);
            assert!(plan.least <= plan.most && plan.code.len() + plan.most <= 15, "{}", plan.country);
            for other in PLANS.iter().filter(|other| other.code != plan.code) {
                assert!(!other.code.starts_with(plan.code), "{} and {}", plan.country, other.country);
            }
        }
    }

    #[test]
    fn numbers_as_they_come() {
        for (text, country, wanted) in [
            ("(206) 555-0100", "US", "+12065550100"),
            ("1-206-555-0100", "US", "+12065550100"),
            ("011 44 20 7946 0958", "US", "+442079460958"),
            ("+49 (0)30 123456", "US", "+4930123456"),
            ("06 20 123 4567", "HU", "+36201234567"),
            ("02 1234567", "IT", "+39021234567"),
            ("+1 416 555 0100", "CA", "+14165550100"),
            ("8 912 345 67 89", "RU", "+79123456789"),
            ("090-1234-5678", "JP", "+819012345678"),
        ] {
            let phone = read(text, country).map(|phone| format!("+{}{}", phone.plan.code, phone.national));
            assert_eq!(phone.as_deref(), Ok(wanted), "{text}");
        }
        for text in ["", "+", "ext 5", "12+34", "abc", "1234567890123456", "x"] {
            assert!(read(text, "DE").is_err(), "{text}");
        }
    }
}
