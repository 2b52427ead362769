//! Environments as files: where the systems are, where secrets are kept, what a flow's parameters are, and what is
//! allowed. A flow is the same in every environment; what differs stands here, in one file for each.
//!
//! An environment file is read once and completely checked, so that a typing error is told with its place before
//! anything runs. It never holds a secret: a secret is named by where it is kept (`{env: NAME}` or `{file: PATH}`),
//! and is fetched when a connection is opened, by whoever may read the process's environment. Nothing is pasted into
//! the text before it is read, so no value can change what the file says.
//!
//! Paths in the file are relative to the directory in which the program is started, as paths on the command line are.

pub mod connector;
mod duration;
mod given;
mod read;
mod settings;
mod yaml;

use std::fmt;

pub use duration::duration;
pub use given::{Given, Place, Where};
pub use settings::{Alert, BuyerData, Connection, Sandbox, Settings};

/// How large an environment file may be, in bytes.
pub const MAX_FILE: usize = 1 << 20;

/// Reads an environment file. `file_name` is its path as messages show it; its stem is the environment's name.
///
/// # Errors
/// All that is wrong with it, each with its place.
pub fn parse(text: &str, file_name: &str) -> Result<Settings, ConfigError> {
    let fail = |problem| ConfigError { file: file_name.to_owned(), problems: vec![problem] };
    if text.len() > MAX_FILE {
        let message = format!("the file is larger than {MAX_FILE} bytes");
        return Err(fail(Problem { place: Place { line: 1, column: 1 }, path: String::new(), message }));
    }
    let document = yaml::Document::read(text).map_err(fail)?;
    settings::read(&document, file_name)
}

/// What is wrong with an environment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the user gave it.
    pub file: String,
    /// Everything that is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// The setting, with dots: `connections.tims.url`; empty where it is about the file.
    pub path: String,
    /// One sentence, with what to write instead where that is known. It never holds a value that may be a secret.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { place, path, message }) in self.problems.iter().enumerate() {
            let (line, dots) = (if index == 0 { "" } else { "\n" }, if path.is_empty() { "" } else { ": " });
            write!(f, "{line}{}:{}:{}: {path}{dots}{message}", self.file, place.line, place.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn problems(text: &str) -> Vec<String> {
        let checked = parse(text, "environments/dev.yaml")
            .and_then(|settings| settings.check(&[std::sync::Arc::new(connector())]).map(|()| settings));
        checked.unwrap_err().to_string().lines().map(str::to_owned).collect()
    }

    fn connector() -> crate::catalog::ConnectorSpec {
        let setting = |name, secret| crate::catalog::Setting { name, doc: "", default: None, secret };
        crate::catalog::ConnectorSpec {
            name: "erp",
            summary: "",
            settings: vec![setting("url", false), setting("api_key", true)],
            entities: Vec::new(),
            operations: Vec::new(),
        }
    }

    #[test]
    fn an_environment_is_read_and_numbers_keep_their_digits() {
        let text = "production: true\nstore: .flowrun/p\npatience: 2h\nconcurrency: 4\n\
            connections:\n  erp: { url: \"https://erp.example\", api_key: {env: KEY} }\n\
            parameters:\n  limit: 1000.00\n  rate: -0.10\n  big: 12345678901234567890.12345678\n  n: 7\n  zip: \"01067\"\n  \
            list: [1.0, {a: 2.50}]\n  huge: 18446744073709551616\n  e: 1e3\n\
            alerts:\n  ops: { webhook: {file: /run/secrets/hook} }\n";
        let settings = parse(text, "x/prod.yaml").unwrap();
        assert!(settings.production && settings.buyer_data == BuyerData::Allowed && settings.name == "prod");
        assert_eq!((settings.concurrency, settings.patience.as_secs()), (4, 7200));
        let shown = |name: &str| json::to_string(settings.parameters.get(name).unwrap());
        assert_eq!(shown("limit"), "1000.00");
        assert_eq!(shown("rate"), "-0.10");
        assert_eq!(shown("big"), "12345678901234567890.12345678");
        assert_eq!(shown("n"), "7");
        assert_eq!(shown("zip"), "\"01067\"");
        assert_eq!(shown("list"), "[1.0,{\"a\":2.50}]");
        assert_eq!(shown("huge"), "18446744073709551616");
        assert_eq!(shown("e"), "1000");
        let given = settings.connections.get("erp").unwrap().settings.get("api_key").unwrap();
        assert_eq!(given.place, Place { line: 6, column: 47 });
        assert!(given.at == Where::Env { name: "KEY".into(), default: None });
    }

    #[test]
    fn everything_wrong_is_told_at_once_with_its_place() {
        let text = "prodution: true\nconcurrency: 0\npatience: 15\nbuyer_data: maybe\nparameters:\n  x: .inf\n\
            connections:\n  erp:\n    url: [1]\n    api_key: {env: A, file: B}\nsandbox: {seeds: 1}\n";
        assert_eq!(
            problems(text),
            [
                "environments/dev.yaml:1:1: prodution: there is no such setting; did you mean `production`?",
                "environments/dev.yaml:2:14: concurrency: must be a whole number from 1 to 1000",
                "environments/dev.yaml:3:11: patience: must be a length of time such as 500ms, 30s, 15m or 2h",
                "environments/dev.yaml:4:13: buyer_data: must be `allowed`, `masked` or `forbidden`",
                "environments/dev.yaml:6:6: parameters.x: must be a number of at most 28 digits, such as 1000.00; put it in quotes if it is text",
                "environments/dev.yaml:9:10: connections.erp.url: must be a value, or where it is kept: {env: NAME} or {file: PATH}",
                "environments/dev.yaml:10:14: connections.erp.api_key: must be {env: NAME}, perhaps with a default, or {file: PATH}",
                "environments/dev.yaml:11:11: sandbox.seeds: there is no such setting; did you mean `seed`?",
            ]
        );
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        let text = "connections:\n  erp: { urls: x, api_key: hunter2 }\n  epr: {}\nalerts: {ops: {webhook: hunter2}}\n";
        let parsed = problems(text);
        assert_eq!(parsed.len(), 1, "{parsed:?}");
        assert!(parsed[0].starts_with("environments/dev.yaml:4:25: alerts.ops.webhook: "), "{parsed:?}");
        let text = text.lines().take(3).collect::<Vec<_>>().join("\n");
        let found = problems(&text);
        assert!(
            found[0].starts_with(
                "environments/dev.yaml:2:16: connections.erp.urls: erp has no such setting; did you mean `url`?"
            ),
            "{found:?}"
        );
        assert!(found[1].starts_with("environments/dev.yaml:2:28: connections.erp.api_key: is a secret"), "{found:?}");
        assert_eq!(
            found[2],
            "environments/dev.yaml:3:8: connections.epr: there is no such connector; did you mean `erp`?"
        );
        assert!(!format!("{parsed:?}{found:?}").contains("hunter2"));
    }

    #[test]
    fn text_that_is_no_environment_has_a_place_too() {
        assert_eq!(problems("a: 1\na: 2\n"), ["environments/dev.yaml:2:1: `a` is there twice"]);
        assert!(problems("store: [1\n")[0].starts_with("environments/dev.yaml:2:1: "));
        assert!(problems("store: !secret x\n")[0].starts_with("environments/dev.yaml:1:"));
        assert!(problems("- a\n")[0].contains("must be a block of names and values"));
        assert!(problems(&format!("# {}\n", "x".repeat(MAX_FILE)))[0].contains("larger than"));
        let bomb = format!("a: &a [{}]\nb: &b [{}]\nc: [{}]\n", "1,".repeat(99), "*a,".repeat(99), "*b,".repeat(99));
        assert!(problems(&bomb)[0].contains("too many values"), "{:?}", problems(&bomb));
        assert!(parse("", "x.yaml").is_ok());
    }
}
