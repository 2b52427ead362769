//! Rules of this repository that the compiler does not hold: which module may name which, what every file opens with,
//! which words stay where. A rule that is broken says where and why it is one.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sources with their path under src/.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The top-level module of a file; `main` and `lib` for the roots.
fn module(file: &str) -> &str {
    file.split('/').next().unwrap_or("").trim_end_matches(".rs")
}

/// What each module may name besides itself. A module that is not here is an error, so that a new one is placed.
fn layers() -> BTreeMap<&'static str, Vec<&'static str>> {
    let base = ["value", "diag", "clock"];
    let with = |more: &[&'static str]| base.iter().chain(more).copied().collect::<Vec<_>>();
    BTreeMap::from([
        ("value", vec!["diag", "clock"]),
        ("diag", vec![]),
        ("clock", vec![]),
        ("catalog", with(&[])),
        ("plan", with(&["catalog"])),
        ("rehearse", with(&["catalog", "plan"])),
        ("lang", with(&["catalog", "plan", "rehearse"])),
        ("functions", vec!["catalog", "value"]),
        ("connectors", with(&["catalog", "plan", "rehearse"])),
        ("store", with(&["catalog", "plan", "rehearse"])),
        ("config", with(&["catalog", "plan", "rehearse"])),
        ("sandbox", vec!["clock"]),
        ("reconcile", vec![]),
        ("engine", with(&["catalog", "plan", "rehearse", "connectors", "store", "config"])),
    ])
}

/// Text without its comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// The top-level modules that a file names, as `crate::x` or in `use crate::{x::…, y}`.
fn named(text: &str) -> BTreeSet<String> {
    let text = code(text);
    let mut found = BTreeSet::new();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    for (at, mark) in text.match_indices("crate::") {
        let rest = &text[at + mark.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut begin) = (0, true);
        for (at, char) in group.char_indices() {
            match char {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begin = true,
                c if begin && c.is_ascii_alphabetic() => {
                    found.insert(word(&group[at..]));
                    begin = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn violations(file: &str, text: &str) -> Vec<String> {
    let module = module(file);
    if ["cli", "main", "lib"].contains(&module) {
        return Vec::new();
    }
    let layers = layers();
    let Some(allowed) = layers.get(module) else {
        return vec![format!("src/{file}: `{module}` has no place in the layer table of tests/tidy.rs")];
    };
    named(text)
        .into_iter()
        .filter(|name| name != module && (layers.contains_key(name.as_str()) || name == "cli"))
        .filter(|name| !allowed.contains(&name.as_str()))
        .map(|name| format!("src/{file}: `{module}` may not name `{name}`"))
        .collect()
}

#[test]
fn modules_name_only_lower_ones() {
    let wrong: Vec<String> = sources().iter().flat_map(|(file, text)| violations(file, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_violation_is_caught() {
    let planted = "use crate::{value::Value, connectors::{amazon, tims}};\n";
    assert_eq!(violations("lang/check.rs", planted), ["src/lang/check.rs: `lang` may not name `connectors`"]);
    assert_eq!(violations("functions/sum.rs", "fn f() { crate::plan::eval::evaluate(); }").len(), 1);
    assert_eq!(violations("sandbox/world.rs", "use crate::value::Value;").len(), 1);
    assert!(violations("lang.rs", "use crate::diag::Code; // not crate::engine\n").is_empty());
    assert_eq!(violations("misc.rs", "").len(), 1);
}

#[test]
fn every_file_says_why_it_is_there() {
    let wrong: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(file, _)| file).collect();
    assert!(wrong.is_empty(), "these do not open with `//! …`: {}", wrong.join(", "));
}

#[test]
fn no_module_is_a_drawer() {
    // catalog/types.rs holds the types of the language, which is a subject and not a drawer.
    let wrong: Vec<String> = sources()
        .into_iter()
        .map(|(file, _)| file)
        .filter(|file| file != "catalog/types.rs")
        .filter(|file| {
            let stem = Path::new(file).file_stem().unwrap().to_str().unwrap();
            ["util", "utils", "common", "helpers", "misc", "types", "mod"].contains(&stem)
        })
        .collect();
    assert!(wrong.is_empty(), "name what is in them: {}", wrong.join(", "));
}

#[test]
fn only_connectors_know_the_remotes() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if ["connectors", "sandbox", "cli", "main", "lib"].contains(&module(&file)) {
            continue;
        }
        // What the marketplaces are called is data of the functions about them; tests may use what is real.
        let tested = text.split("#[cfg(test)]").next().unwrap_or("");
        for (number, line) in code(tested).lines().enumerate() {
            let line = line.to_ascii_lowercase();
            let exempt = file.starts_with("functions/marketplace");
            if !exempt && (line.contains("amazon") || line.contains("tims")) {
                wrong.push(format!("src/{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        if ["functions/examples.rs"].contains(&file.as_str()) {
            continue; // compiled for tests alone
        }
        let tested = text.split("#[cfg(test)]").next().unwrap_or("");
        if code(tested).contains(".unwrap()") {
            wrong.push(file);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join(", "));
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains(" = ") && !line.starts_with('#') {
            let reason = line.rsplit_once("# ").map_or("", |(_, reason)| reason);
            if reason.len() < 5 {
                wrong.push(line.to_owned());
            }
        }
    }
    assert!(wrong.is_empty(), "say why in a comment: {}", wrong.join("\n"));
}

#[test]
fn the_table_of_functions_is_sorted_and_complete() {
    let names: Vec<&str> = flowrun::functions::all().iter().map(|function| function.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    let files: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(file, text)| file.starts_with("functions/") && text.contains("static FUNCTION: Function"))
        .map(|(file, _)| file.trim_start_matches("functions/").trim_end_matches(".rs").to_owned())
        .collect();
    // `mod` cannot be the name of a file.
    let named = |name: &&str| if *name == "mod" { "modulo".to_owned() } else { (*name).to_owned() };
    assert_eq!(files, names.iter().map(named).collect());
}

#[test]
fn every_code_is_explained() {
    let text = std::fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let wrong: Vec<&str> = flowrun::diag::Code::ALL
        .iter()
        .filter(|code| !text.contains(&format!("\n## {} — {}\n", code.name(), code.title())))
        .map(|code| code.name())
        .collect();
    assert!(wrong.is_empty(), "no section in docs/errors.md for {}", wrong.join(", "));
}

#[test]
fn the_architecture_names_every_module() {
    let Ok(text) = std::fs::read_to_string(root().join("docs/architecture.md")) else {
        eprintln!("skipped: docs/architecture.md is not there yet");
        return;
    };
    let modules: BTreeSet<String> = sources()
        .iter()
        .map(|(file, _)| module(file).to_owned())
        .filter(|name| name != "lib" && name != "main")
        .collect();
    let missing: Vec<String> = modules.into_iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/architecture.md does not name {}", missing.join(", "));
}
