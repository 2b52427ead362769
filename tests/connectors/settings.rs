//! Settings: what is wrong with them is told by name before anything is called.

use flowrun::connectors::{ConnectionSettings, ErrorKind, open, specs};

use super::server::{amazon_settings, clock, deps, tims_settings};

fn wrong(name: &str, settings: &ConnectionSettings) -> String {
    let error = open(name, settings, &deps(&clock())).err().unwrap();
    assert_eq!(error.kind, ErrorKind::Bug);
    error.message
}

#[test]
fn the_table_is_sorted_and_each_setting_is_documented() {
    let specs = specs();
    assert_eq!(specs.iter().map(|spec| spec.name).collect::<Vec<_>>(), ["amazon", "files", "tims"]);
    assert!(specs.iter().flat_map(|spec| &spec.settings).all(|setting| !setting.doc.is_empty()));
    for spec in &specs {
        for entity in &spec.entities {
            let source = entity.source.iter().flat_map(|source| std::iter::once(source.operation).chain(source.fetch));
            let lookup = entity.lookup.iter().map(|lookup| lookup.operation);
            for operation in source.chain(lookup).chain(entity.writes.iter().map(|write| write.operation)) {
                assert!(spec.operation(operation).is_some(), "{operation}");
            }
        }
    }
}

#[test]
fn a_wrong_setting_is_named_with_what_was_meant() {
    let base = || amazon_settings("http://127.0.0.1:1");
    let eu = || base().with("region", "eu");
    let cases = [
        (
            "amazon",
            base().with("reigon", "eu"),
            "connections.amazon.reigon is not a setting of amazon; did you mean `region`?",
        ),
        (
            "amazon",
            base().with("region", "europe"),
            "connections.amazon.region is `europe`, but must be one of na, eu, fe",
        ),
        (
            "amazon",
            base().with("seller_id", " "),
            "connections.amazon.seller_id is missing: the seller's (merchant) id",
        ),
        ("amazon", base().with_secret("refresh_token", ""), "connections.amazon.refresh_token is missing"),
        (
            "amazon",
            base().with("client_secret", "x"),
            "connections.amazon.client_secret is a secret: say where it is kept",
        ),
        (
            "amazon",
            eu().with("marketplaces", "DE, JP"),
            "`JP`, which is in region fe, but the connection is to region eu",
        ),
        ("amazon", base().with("marketplaces", "DE, XX"), "names `XX`, which is no marketplace"),
        ("amazon", base().with("page_size", "200"), "must be a whole number from 1 to 100"),
        ("amazon", base().with("timeout", "30"), "connections.amazon.timeout is `30`, but must be a length of time"),
        ("amazon", base().with("endpoint", "http://amazon.example"), "only sent over https"),
        ("amazon", base().with("endpoint", "https://u:p@amazon.example"), "holds a login"),
        (
            "amazon",
            base().with("ca_file", "/nonexistent.pem"),
            "connections.amazon.ca_file `/nonexistent.pem` cannot be read",
        ),
        ("tims", ConnectionSettings::default(), "connections.tims.url is missing"),
        (
            "tims",
            ConnectionSettings::default().with("url", "https://t.example"),
            "give client_id and client_secret, or api_key",
        ),
        ("tims", tims_settings("https://t.example").with("client_id", "x"), "give one login"),
        ("tims", tims_settings("https://t.example").with("limit", "many"), "must be like 60/60s, or off"),
        ("tims", tims_settings("https://t.example").with("style", "kebab"), "one of snake, pascal"),
        ("tmis", ConnectionSettings::default(), "did you mean `tims`?"),
    ];
    for (name, settings, expected) in cases {
        let message = wrong(name, &settings);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let settings = amazon_settings("http://127.0.0.1:1");
    let shown = format!("{settings:?}");
    assert!(shown.contains("app-id") && !shown.contains("very-secret") && !shown.contains("Atzr"), "{shown}");
}
