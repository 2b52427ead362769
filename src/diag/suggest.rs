//! Did-you-mean: the name that was probably meant, and only if it is near.

/// The candidate nearest to `name`, if near enough to be a likely slip: one edit for short names, a third of the
/// letters for longer ones; or the same letters in another case or with other separators.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let limit = (wanted.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.len())
        .min_by_key(|(distance, candidate)| (*distance, candidate.len().abs_diff(name.len())))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let names = ["orderId", "createdTime", "buyer"];
        assert_eq!(nearest("ordrId", names), Some("orderId"));
        assert_eq!(nearest("order_id", names), Some("orderId"));
        assert_eq!(nearest("shipment", names), None);
        assert_eq!(nearest("x", names), None);
    }
}
