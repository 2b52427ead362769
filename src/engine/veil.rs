//! Takes buyer data out of what a remote says. A refusal often repeats what it refuses, and errors end in dead letters,
//! logs and alerts. What of a payload is buyer data the compiler has noted, by the flow's own types: a name is one even
//! in a field that the remote calls a reference.

use crate::connectors::ConnectorError;
use crate::plan::Facts;
use crate::value::Value;

/// What stands in place of buyer data.
const COVER: &str = "[buyer data]";
/// Texts of fewer characters are left: they tell nobody, and would be found in every word.
const LEAST: usize = 3;

/// The texts that must not be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Veil {
    texts: Vec<String>,
}

impl Veil {
    /// Over the buyer data in the payload of a target.
    pub(super) fn of_payload(facts: &Facts, target: &str, payload: &Value) -> Self {
        // Targets of one entity without names are told apart by numbers, which the facts do not have.
        let name = target.split('#').next().unwrap_or(target);
        let mut veil = Self::default();
        for path in facts.buyer_data.iter().filter_map(|path| path.strip_prefix(name)) {
            match path.strip_prefix('.') {
                Some(path) => veil.at(payload, &path.split('.').collect::<Vec<_>>()),
                None if path.is_empty() => veil.all(payload),
                None => {}
            }
        }
        veil.sorted()
    }

    /// Over the keys of a lookup.
    pub(super) fn of_keys(keys: &[Value]) -> Self {
        let mut veil = Self::default();
        keys.iter().for_each(|key| veil.all(key));
        veil.sorted()
    }

    /// An error without them.
    pub(super) fn over(&self, mut error: ConnectorError) -> ConnectorError {
        for text in &self.texts {
            error.message = covered(&error.message, text);
        }
        error
    }

    /// The longest first, so that no part of one is left standing.
    fn sorted(mut self) -> Self {
        self.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self.texts.dedup();
        self
    }

    fn at(&mut self, value: &Value, path: &[&str]) {
        let Some((part, rest)) = path.split_first() else { return self.all(value) };
        let name = part.trim_end_matches("[]");
        if let Some(inner) = value.get(name) {
            self.items(inner, (part.len() - name.len()) / 2, rest);
        }
    }

    fn items(&mut self, value: &Value, levels: usize, rest: &[&str]) {
        match (value.as_list(), levels) {
            (Some(items), 1..) => items.iter().for_each(|item| self.items(item, levels - 1, rest)),
            _ => self.at(value, rest),
        }
    }

    fn all(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::List(items) => items.iter().for_each(|item| self.all(item)),
            Value::Object(object) => object.iter().for_each(|(name, value)| {
                self.keep(name.to_string());
                self.all(value);
            }),
            single => self.keep(single.display()),
        }
    }

    fn keep(&mut self, text: String) {
        if text.chars().count() >= LEAST {
            self.texts.push(text);
        }
    }
}

/// A message with each occurrence of a text covered, in whatever case it is repeated.
fn covered(message: &str, text: &str) -> String {
    let (message_low, text_low) = (message.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut out = String::with_capacity(message.len());
    let mut from = 0;
    while let Some(at) = message_low.get(from..).and_then(|rest| rest.find(&text_low)) {
        out.push_str(message.get(from..from + at).unwrap_or_default());
        out.push_str(COVER);
        from += at + text.len();
    }
    out.push_str(message.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::Veil;
    use crate::connectors::{ConnectorError, ErrorKind};
    use crate::plan::Facts;
    use crate::value::json;

    #[test]
    fn what_is_buyer_data_by_the_flow_is_covered_in_any_case_and_nothing_else_is() {
        let mut facts = Facts::default();
        facts.buyer_data.extend(["sale.note", "sale.lines[].text", "sales.other"].map(str::to_owned));
        let payload = br#"{"id":"S-1","note":"Ann Lee","lines":[{"text":"for Bob"},{"text":"x"}],"other":"open"}"#;
        let veil = Veil::of_payload(&facts, "sale#2", &json::parse(payload).unwrap());
        let error = ConnectorError::new(ErrorKind::Rejected, "S-1: ann lee, Ann Lee and FOR BOB are open");
        assert_eq!(veil.over(error).message, "S-1: [buyer data], [buyer data] and [buyer data] are open");
    }
}
