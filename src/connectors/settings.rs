//! What an environment says about a connection, checked once against the connector's descriptor, so that a typing
//! error is told with its name before anything is called, and so that a secret cannot be printed by accident.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::contract::{ConnectorError, ErrorKind};
use crate::catalog::{ConnectorSpec, Setting};
use crate::diag::suggest;

/// The settings of one connection as an environment gives them.
#[derive(Debug, Clone, Default)]
pub struct ConnectionSettings {
    /// What is written in the environment file.
    pub values: BTreeMap<String, String>,
    /// What was fetched from where the environment file says that secrets are kept.
    pub secrets: BTreeMap<String, Secret>,
}

impl ConnectionSettings {
    /// The same with a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The same with a secret.
    #[must_use]
    pub fn with_secret(mut self, name: &str, secret: &str) -> Self {
        self.secrets.insert(name.to_owned(), Secret::new(secret));
        self
    }
}

/// A secret. It has no `Display` and cannot be serialised; `Debug` shows that there is one and nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Keeps a secret.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self(Arc::from(secret))
    }

    /// The secret itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Settings that were checked against a connector's descriptor, with its defaults filled in.
#[derive(Debug)]
pub struct Settings<'a> {
    spec: &'a ConnectorSpec,
    given: &'a ConnectionSettings,
}

impl<'a> Settings<'a> {
    /// Checks names, presence and where secrets are given.
    pub fn check(spec: &'a ConnectorSpec, given: &'a ConnectionSettings) -> Result<Self, ConnectorError> {
        let settings = Self { spec, given };
        for name in given.values.keys().chain(given.secrets.keys()) {
            let Some(setting) = settings.setting(name) else {
                let near = suggest::nearest(name, spec.settings.iter().map(|setting| setting.name));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(settings.wrong(name, format!("is not a setting of {}{hint}", spec.name)));
            };
            if setting.secret && given.values.contains_key(name) {
                return Err(settings.wrong(name, "is a secret: say where it is kept instead of writing it down"));
            }
        }
        for setting in &spec.settings {
            if setting.default.is_none() && settings.given(setting).is_none() {
                return Err(settings.wrong(setting.name, format!("is missing: {}", setting.doc)));
            }
        }
        Ok(settings)
    }

    /// An error about a setting.
    #[must_use]
    pub fn wrong(&self, name: &str, what: impl fmt::Display) -> ConnectorError {
        ConnectorError::new(ErrorKind::Bug, format!("connections.{}.{name} {what}", self.spec.name))
    }

    /// The text of a setting: as given, or its default.
    #[must_use]
    pub fn text(&self, name: &str) -> &'a str {
        let default = self.setting(name).and_then(|setting| setting.default).unwrap_or("");
        self.given.values.get(name).map_or(default, |value| value.trim())
    }

    /// The text of a setting that may be left out or empty.
    #[must_use]
    pub fn maybe(&self, name: &str) -> Option<&'a str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A secret that may be left out or empty.
    #[must_use]
    pub fn maybe_secret(&self, name: &str) -> Option<Secret> {
        self.given.secrets.get(name).filter(|secret| !secret.expose().is_empty()).cloned()
    }

    /// A secret that must be there.
    pub fn secret(&self, name: &str) -> Result<Secret, ConnectorError> {
        self.maybe_secret(name).ok_or_else(|| self.wrong(name, "is missing or empty"))
    }

    /// One of a set of words.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, ConnectorError> {
        let text = self.text(name);
        words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, choice)| *choice).ok_or_else(|| {
            let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, format!("is `{text}`, but must be one of {}", list.join(", ")))
        })
    }

    /// A whole number within limits.
    pub fn count(&self, name: &str, least: u32, most: u32) -> Result<u32, ConnectorError> {
        let text = self.text(name);
        text.parse()
            .ok()
            .filter(|count| (least..=most).contains(count))
            .ok_or_else(|| self.wrong(name, format!("is `{text}`, but must be a whole number from {least} to {most}")))
    }

    /// A length of time: `500ms`, `30s`, `10m`, `2h`.
    pub fn duration(&self, name: &str) -> Result<Duration, ConnectorError> {
        let text = self.text(name);
        duration(text).ok_or_else(|| {
            self.wrong(name, format!("is `{text}`, but must be a length of time such as 500ms, 30s, 10m or 2h"))
        })
    }

    /// The parts of a text with commas.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&'a str> {
        self.text(name).split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    fn setting(&self, name: &str) -> Option<&'a Setting> {
        self.spec.settings.iter().find(|setting| setting.name == name)
    }

    fn given(&self, setting: &Setting) -> Option<()> {
        let there = if setting.secret {
            self.given.secrets.get(setting.name).is_some_and(|secret| !secret.expose().trim().is_empty())
        } else {
            self.given.values.get(setting.name).is_some_and(|value| !value.trim().is_empty())
        };
        there.then_some(())
    }
}

/// The length of time that a text such as `30s` tells; more than none and at most a week.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(split)?;
    let count: u64 = count.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => count,
        "s" => count.checked_mul(1_000)?,
        "m" => count.checked_mul(60_000)?,
        "h" => count.checked_mul(3_600_000)?,
        "d" => count.checked_mul(86_400_000)?,
        _ => return None,
    };
    (1..=7 * 86_400_000).contains(&millis).then_some(Duration::from_millis(millis))
}
