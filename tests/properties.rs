//! What must hold for any input: texts, flows that are right and flows with a slip, values, documents, tables, templates.
//!
//! Inputs are made up from a fixed seed, so that a run can be repeated; `FLOWRUN_CASES=20000 cargo test --test properties`
//! makes up that many of each, from another seed each time. What failed once is kept in tests/properties/ and tried first
//! from then on, as is everything that fuzzing found (tests/fuzz/found).
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/wellformed.rs"]
mod wellformed;

#[path = "properties/flows.rs"]
mod flows;
#[path = "properties/values.rs"]
mod values;

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

/// Words of the grammar that the generator leaves out: they need files beside the flow, or what a connector has, or stand
/// for a flow of another form. tests/language, tests/shaping and docs/language.md have them.
pub(crate) const ELSEWHERE: &[&str] = &[
    "batch", "within", "file", "where", "error", "targets", "group", "columns", "use", "from", "function", "rules",
    "ignoring", "reverse",
];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// How many inputs are made up, and from which seed.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("FLOWRUN_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(cases),
        rng_seed: if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(9535) },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/properties/found.txt"
        )))),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

#[test]
fn what_fuzzing_found_is_mended() {
    let mut replayed = 0;
    for entry in std::fs::read_dir(root().join("tests/fuzz/found")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some((target, _)) = hostile::TARGETS.iter().find(|(target, _)| name.starts_with(&format!("{target}-"))) {
            hostile::target(target, &std::fs::read(&path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "nothing is there to replay");
}
