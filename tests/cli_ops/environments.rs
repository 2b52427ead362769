//! Environments: what is wrong with one is told with its place, and secrets are never told.

use crate::support::{Place, Said};

const REAL: &str = "store: .flowrun/real\nconnections:\n  amazon:\n    region: eu\n    marketplaces: DE\n    seller_id: S\n    \
    client_id: C\n    client_secret: { env: OPS_TEST_AMAZON_SECRET }\n    refresh_token: { file: token.txt }\n  \
    tims:\n    url: http://127.0.0.1:9\n    api_key: { env: OPS_TEST_TIMS_KEY }\nbuyer_data: allowed\n";

#[test]
fn an_unknown_environment_lists_those_there_are() {
    let place = Place::new();
    place.write("flows/environments/prod.yaml", REAL);
    let said = place.flowrun("run flows/buyers.flow --env sandbx").expect(2);
    said.says("there is no environment `sandbx`; there are prod, sandbox; did you mean `sandbox`?");
    place.flowrun("run flows/buyers.flow --env ../sandbox").expect(2).says("is no name of an environment");
    place.flowrun("run flows/buyers.flow --env dev --environments nowhere").expect(2).says("nowhere");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let place = Place::new();
    place.write(
        "flows/environments/bad.yaml",
        "prodution: true\nconcurrency: 0\nconnections:\n  amazon: { client_secret: hunter2, regin: eu }\n  tmis: {}\n",
    );
    let said = place.flowrun("run flows/buyers.flow --env bad").expect(2);
    assert!(
        said.err.contains(
            "flows/environments/bad.yaml:1:1: prodution: there is no such setting; did you mean `production`?"
        ),
        "{}",
        said.err
    );
    assert!(said.err.contains("flows/environments/bad.yaml:2:14: concurrency:"), "{}", said.err);
    place.write(
        "flows/environments/bad.yaml",
        "connections:\n  amazon: { client_secret: hunter2, regin: eu }\n  tmis: {}\n",
    );
    let said = place.flowrun("check flows/buyers.flow --env bad").expect(2);
    for line in [
        "bad.yaml:2:28: connections.amazon.client_secret: is a secret",
        "bad.yaml:2:44: connections.amazon.regin: amazon has no such setting; did you mean `region`?",
        "bad.yaml:3:9: connections.tmis: there is no such connector; did you mean `tims`?",
    ] {
        assert!(said.err.contains(line), "{line}\n{}", said.err);
    }
    assert!(!said.err.contains("hunter2") && !said.out.contains("hunter2"));
}

#[test]
fn missing_secrets_are_told_all_at_once_and_only_when_they_are_needed() {
    let place = Place::new();
    place.write("flows/environments/real.yaml", REAL);
    place.flowrun("check flows/buyers.flow --env real").expect(0);
    let said = place.flowrun("run flows/buyers.flow --env real").expect(2);
    for line in [
        "real.yaml:8:20: connections.amazon.client_secret: the variable OPS_TEST_AMAZON_SECRET is not set",
        "real.yaml:9:20: connections.amazon.refresh_token: token.txt cannot be read",
        "real.yaml:12:14: connections.tims.api_key: the variable OPS_TEST_TIMS_KEY is not set",
    ] {
        assert!(said.err.contains(line), "{line}\n{}", said.err);
    }
}

#[test]
fn secrets_are_in_no_output_and_no_file_whatever_happens() {
    let place = Place::new();
    let secrets = ["s3cret-of-amazon", "s3cret-token-of-the-seller", "s3cret-key-of-tims"];
    place.write("token.txt", secrets[1]);
    // Nobody listens there, so the login fails.
    let near = REAL
        .replace("    region: eu\n", "    endpoint: http://127.0.0.1:9\n    token_endpoint: http://127.0.0.1:9/t\n");
    place.write("flows/environments/real.yaml", &near);
    let run = |words: &str| {
        let mut command = place.command(words);
        command.env("OPS_TEST_AMAZON_SECRET", secrets[0]).env("OPS_TEST_TIMS_KEY", secrets[2]);
        Said::of(&command.output().unwrap())
    };
    let said = run("--log trace run flows/buyers.flow --env real --patience 1s").expect(4);
    for text in [&said.out, &said.err] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    let said = run("runs --env real --format json").expect(0);
    assert!(said.out.contains("away"), "{}", said.out);
    for file in crate::support::files(&place.path(".flowrun")) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"s3cret"), "{}", file.display());
    }
}

#[test]
fn real_systems_are_not_given_to_a_sandbox() {
    let place = Place::new();
    place.write("flows/environments/real.yaml", REAL);
    let said = place.flowrun("run flows/buyers.flow --env real --sandbox {}").expect(2);
    said.says("`real` has real systems");
}

#[test]
fn wrong_words_on_the_command_line_say_what_is_right() {
    let place = Place::new();
    let run = |words: &str| place.flowrun(&format!("run flows/buyers.flow --env sandbox {words}")).expect(2);
    run("--since yesterday").says("2026-11-01T00:00:00Z");
    run("--patience soon").says("15m");
    run("--concurrency 0").says("from 1 to 1000");
    run("--sandbox nowhere.json").says("neither the JSON of a sandbox nor a file");
    place.write("flows/broken.flow", "flow broken\n");
    place.flowrun("run flows/broken.flow --env sandbox").expect(3);
}
