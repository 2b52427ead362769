//! Things with the same key together, in the order in which the keys come first. Whole lists are walked once.

use std::collections::HashMap;

use super::identity;
use crate::value::Value;

/// The items of each key, with the key.
pub(super) fn by<'a>(items: impl Iterator<Item = (&'a Value, &'a Value)>) -> Vec<(&'a Value, Vec<&'a Value>)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(&Value, Vec<&Value>)> = Vec::new();
    for (key, item) in items {
        let place = *places.entry(identity::of(key)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}
