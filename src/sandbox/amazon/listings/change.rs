//! What a submission makes of a listing. A patch is of whole attributes: `replace` puts what is sent in the place of what
//! has the same selectors, with all its fields, so that a field that is not sent again is gone.

use serde_json::{Map, Value};

use super::attributes::{Issue, same_selector};

/// A kind of patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox::amazon) enum Operation {
    /// What is there is replaced, `add` is the same.
    Replace,
    /// What is there keeps the fields that are not sent.
    Merge,
    /// What is there goes.
    Delete,
}

/// One patch of one attribute.
#[derive(Debug, Clone)]
pub(in crate::sandbox::amazon) struct Patch {
    pub(super) operation: Operation,
    pub(super) attribute: String,
    pub(super) values: Vec<Value>,
}

/// The attributes where Amazon documents `merge`.
const MERGED: [&str; 2] = ["fulfillment_availability", "purchasable_offer"];

impl Patch {
    /// Reads the patches of a body; what cannot be read is told in words.
    pub(in crate::sandbox::amazon) fn read_all(patches: &Value) -> Result<Vec<Self>, String> {
        let patches = patches.as_array().filter(|patches| !patches.is_empty());
        patches.ok_or("patches holds no patch")?.iter().map(Self::read).collect()
    }

    fn read(patch: &Value) -> Result<Self, String> {
        let operation = match patch["op"].as_str() {
            Some("add" | "replace") => Operation::Replace,
            Some("merge") => Operation::Merge,
            Some("delete") => Operation::Delete,
            _ => return Err(format!("there is no patch op {}", patch["op"])),
        };
        let path = patch["path"].as_str().unwrap_or_default();
        let attribute = path.strip_prefix("/attributes/").filter(|name| !name.is_empty() && !name.contains('/'));
        let attribute = attribute.ok_or_else(|| format!("{path} is not the path of a whole attribute"))?.to_owned();
        let values = match (&patch["value"], operation) {
            (Value::Array(values), _) if values.iter().all(Value::is_object) => values.clone(),
            (Value::Null, Operation::Delete) => Vec::new(),
            _ => return Err(format!("the value for {path} is not a list of objects")),
        };
        if values.is_empty() && operation != Operation::Delete {
            return Err(format!("the value for {path} is empty"));
        }
        Ok(Self { operation, attribute, values })
    }

    /// Changes attributes.
    pub(super) fn apply(&self, attributes: &mut Map<String, Value>, issues: &mut Vec<Issue>) {
        if self.operation == Operation::Merge && !MERGED.contains(&self.attribute.as_str()) {
            issues.push(Issue::invalid(&self.attribute, format!("'{}' cannot be merged.", self.attribute)));
            return;
        }
        let mut there = attributes.get(&self.attribute).and_then(Value::as_array).cloned().unwrap_or_default();
        match self.operation {
            Operation::Delete if self.values.is_empty() => there.clear(),
            Operation::Delete => there.retain(|old| !self.values.iter().any(|gone| same_selector(old, gone))),
            Operation::Replace => {
                there.retain(|old| !self.values.iter().any(|new| same_selector(old, new)));
                there.extend(self.values.iter().cloned());
            }
            Operation::Merge => {
                for new in &self.values {
                    match there.iter_mut().find(|old| same_selector(old, new)) {
                        Some(Value::Object(old)) => {
                            old.extend(new.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
                        }
                        _ => there.push(new.clone()),
                    }
                }
            }
        }
        if there.is_empty() {
            attributes.shift_remove(&self.attribute);
        } else {
            attributes.insert(self.attribute.clone(), Value::Array(there));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(op: &str, value: Value) -> Value {
        let there = json!({"fulfillment_availability": [
            {"fulfillment_channel_code": "DEFAULT", "quantity": 3, "restock_date": "2026-04-01"}
        ]});
        let mut attributes = there.as_object().unwrap().clone();
        let patch = json!([{"op": op, "path": "/attributes/fulfillment_availability", "value": value}]);
        Patch::read_all(&patch).unwrap()[0].apply(&mut attributes, &mut Vec::new());
        Value::Object(attributes)["fulfillment_availability"].clone()
    }

    #[test]
    fn replace_wipes_what_is_not_sent_and_merge_keeps_it() {
        let sent = json!([{"fulfillment_channel_code": "DEFAULT", "quantity": 5}]);
        assert_eq!(patched("replace", sent.clone()), sent);
        let merged = json!([{"fulfillment_channel_code": "DEFAULT", "quantity": 5, "restock_date": "2026-04-01"}]);
        assert_eq!(patched("merge", sent), merged);
        let other = json!([{"fulfillment_channel_code": "AMAZON_EU"}]);
        assert_eq!(patched("replace", other).as_array().unwrap().len(), 2, "a second entry next to the first");
        assert_eq!(patched("delete", json!([{"fulfillment_channel_code": "DEFAULT"}])), Value::Null);
    }

    #[test]
    fn a_patch_is_of_a_whole_attribute() {
        for path in ["/attributes/purchasable_offer/0", "/attributes/", "purchasable_offer", "/summaries/asin"] {
            let patch = json!([{"op": "replace", "path": path, "value": [{}]}]);
            assert!(Patch::read_all(&patch).is_err(), "{path}");
        }
        assert!(Patch::read_all(&json!([])).is_err());
    }
}
