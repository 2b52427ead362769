//! Check digits of product numbers, books and cards: they find a digit that was typed wrong, and two that were swapped.

/// The digits of a text that has nothing else.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// The check digit of the digits of a GTIN before it: weights 3 and 1 from the right.
pub(super) fn of_gtin(text: &str) -> Option<u32> {
    let digits = digits(text)?;
    let sum: u32 = digits.iter().rev().zip([3, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    Some((10 - sum % 10) % 10)
}

/// Whether a text is a GTIN of 8, 12, 13 or 14 digits with a right check digit.
pub(super) fn gtin(text: &str) -> bool {
    let Some(at) = text.len().checked_sub(1).filter(|_| text.is_ascii()) else { return false };
    let (rest, check) = text.split_at(at);
    matches!(text.len(), 8 | 12..=14) && of_gtin(rest).is_some_and(|digit| check == digit.to_string())
}

/// Whether a text is an ISBN of 10 digits, the last of which may be X, with a right check digit.
pub(super) fn isbn10(text: &str) -> bool {
    let value = |(at, c): (usize, char)| match c {
        'X' if at == 9 => Some(10),
        c => c.to_digit(10),
    };
    let values: Option<Vec<u32>> = text.chars().enumerate().map(value).collect();
    values.is_some_and(|values| {
        let sum: u32 = values.iter().zip((1..=10).rev()).map(|(value, weight)| value * weight).sum();
        values.len() == 10 && sum.is_multiple_of(11)
    })
}

/// Whether the last digit is right by Luhn: every second one from the right counts twice, and its digits are added.
pub(super) fn luhn(text: &str) -> bool {
    digits(text).is_some_and(|digits| {
        let twice = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
        let sum: u32 =
            digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { twice(*digit) } else { *digit }).sum();
        digits.len() > 1 && sum.is_multiple_of(10)
    })
}
