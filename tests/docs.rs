//! The documents are true: every example in README.md and docs/ runs, every function's examples run through the real
//! language, and the reference pages are those of the tables they are made from. `UPDATE=1` rewrites the latter.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "support/flows.rs"]
mod flows;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flowrun::catalog::{Base, EntitySpec, Idempotency, ObjectSpec, Type};
use flowrun::diag::{Severity, text};
use flowrun::lang::{self, FilesInMemory};
use flowrun::plan::LookupId;
use flowrun::plan::eval::{Answer, Frame, Lookups, evaluate};
use flowrun::value::{Value, json};

/// A fenced block: what stands after the fence, and what is in it.
struct Block {
    place: String,
    info: String,
    text: String,
}

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![flows::root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.extend(Some(flows::root().join("README.md")).filter(|path| path.exists()));
    found.sort();
    found
}

fn blocks(path: &Path) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let name = path.strip_prefix(flows::root()).unwrap().display().to_string();
    for (number, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                let place = format!("{name}:{}", number + 1);
                open = Some(Block { place, info: info.trim().to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{name}: a block is not closed");
    found
}

struct NoLookups;

impl Lookups for NoLookups {
    fn find(&self, _: LookupId, _: &[Value]) -> Answer {
        Answer::Missing
    }

    fn name(&self, _: LookupId) -> String {
        String::new()
    }
}

/// The value of an expression as JSON, or `error CODE message`.
fn eval(expression: &str, document: &Value) -> String {
    match lang::expression(expression, &flows::catalog()) {
        Err(found) => {
            let first = &found[0];
            format!("error {} {}", first.code.name(), first.message)
        }
        Ok((node, slots)) => {
            let mut frame = Frame::new(document.clone(), Arc::from([]), slots);
            match evaluate(&node, &mut frame, &NoLookups) {
                Ok(value) => json::to_string(&value),
                Err(error) => format!("error {} {}", error.code.name(), error.message),
            }
        }
    }
}

/// A part of a flow as a whole one.
fn whole(text: &str) -> String {
    if text.lines().any(|line| line.starts_with("flow ")) {
        return text.to_owned();
    }
    let head = if text.lines().any(|line| line.starts_with("source ")) {
        "flow example\n"
    } else {
        "flow example\nsource amazon.orders { on every 15m }\n"
    };
    let key = if text.lines().any(|line| line.starts_with("key ") || line.starts_with("group ")) {
        ""
    } else {
        "key $.orderId\n"
    };
    let target = if text.lines().any(|line| line.trim_start().starts_with("target ")) {
        ""
    } else {
        "target tims.sales_orders as example_target call release { id = \"1\" }\n"
    };
    format!("{head}{key}{text}{target}")
}

/// The environment that a flow is checked for: `# environment: qa` names one that must not get buyer data.
fn environment(text: &str) -> lang::Environment {
    match text.lines().next().and_then(|line| line.strip_prefix("# environment: ")) {
        Some(name) => flows::guarded(name.trim()),
        None => flows::anywhere(),
    }
}

/// The codes that a flow gives, without the warnings about names that only an example leaves unused.
fn check(text: &str, files: &FilesInMemory) -> (Vec<String>, String) {
    let source = flows::source("example.flow", &whole(text));
    let compiled = lang::compile(&source, &flows::catalog(), files, &environment(text));
    let codes = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity() == Severity::Error || found.code.name() != "W901")
        .map(|found| found.code.name().to_owned())
        .collect();
    (codes, text::render(&compiled.source, &compiled.diagnostics, false))
}

/// What the tests inside an example say, where one fails.
fn own_tests(block: &Block, files: &FilesInMemory) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files.0 {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let flow = folder.path().join("example.flow");
    std::fs::write(&flow, whole(&block.text)).unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_flowrun")).arg("test").arg(flow).output().unwrap();
    let shown = String::from_utf8_lossy(&done.stdout).into_owned();
    (!done.status.success()).then(|| format!("{}: its tests fail\n{shown}", block.place))
}

/// What is wrong with a file that flows share, or with its own tests.
fn shared_file(block: &Block, name: &str, files: &FilesInMemory) -> Option<String> {
    let compiled = lang::compile(&flows::source(name, &block.text), &flows::catalog(), files, &flows::anywhere());
    let shown = text::render(&compiled.source, &compiled.diagnostics, false);
    let Some(plan) = compiled.shared.filter(|_| compiled.diagnostics.is_empty()) else {
        return Some(format!("{}: not clean\n{shown}", block.place));
    };
    let failures = plan.tests.iter().flat_map(|test| flowrun::rehearse::case::run(&plan, test).failures);
    let failures: Vec<_> = failures.map(|failure| failure.told).collect();
    let shown = text::render(&compiled.source, &failures, false);
    (!failures.is_empty()).then(|| format!("{}: its tests fail\n{shown}", block.place))
}

fn run(block: &Block, files: &FilesInMemory, wrong: &mut Vec<String>) -> bool {
    let (kind, code) = block.info.split_once(' ').unwrap_or((&block.info, ""));
    match kind {
        "flow" => {
            let (codes, shown) = check(&block.text, files);
            if !codes.is_empty() {
                wrong.push(format!("{}: not clean\n{shown}", block.place));
            } else if block.text.contains("\ntest \"") {
                wrong.extend(own_tests(block, files));
            }
        }
        "flow-error" if code.starts_with('W') => {
            let source = flows::source("example.flow", &whole(&block.text));
            let compiled = lang::compile(&source, &flows::catalog(), files, &environment(&block.text));
            let mut codes: Vec<&str> = compiled.diagnostics.iter().map(|found| found.code.name()).collect();
            codes.retain(|found| code == "W901" || *found != "W901");
            if codes.is_empty() || codes.iter().any(|found| *found != code) {
                wrong.push(format!("{}: not {code} alone", block.place));
            }
        }
        "flow-error" => {
            let (mut codes, shown) = check(&block.text, files);
            codes.dedup();
            if codes != [code] {
                wrong.push(format!("{}: gives {codes:?}, not {code}\n{shown}", block.place));
            }
        }
        "eval" | "eval-error" => {
            let mut document = Value::Null;
            for line in block.text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
                if let Some(given) = line.strip_prefix("$ = ") {
                    document = flows::document(given);
                    continue;
                }
                let (expression, wanted) = match (kind, line.split_once('→')) {
                    ("eval", Some((expression, wanted))) => (expression.trim(), wanted.trim().to_owned()),
                    ("eval-error", _) => (line.trim(), format!("error {code}")),
                    _ => {
                        wrong.push(format!("{}: no → in {line}", block.place));
                        continue;
                    }
                };
                let got = eval(expression, &document);
                let fits = if wanted.starts_with("error ") { got.starts_with(&wanted) } else { got == wanted };
                if !fits {
                    wrong.push(format!("{}: {expression}\n  gives {got}\n  not   {wanted}", block.place));
                }
            }
        }
        other => {
            if other.starts_with("flow") || other.starts_with("eval") {
                wrong.push(format!("{}: nothing runs a block of kind `{other}`", block.place));
            }
            return false;
        }
    }
    true
}

#[test]
fn every_example_in_the_documents_runs() {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for path in documents() {
        let mut files = FilesInMemory::default();
        files.0.insert("markets.csv".to_owned(), b"marketplace_id,channel,currency\nA1,EU,EUR\n".to_vec());
        for block in blocks(&path) {
            if let Some(name) = block.info.strip_prefix("flow-file ") {
                wrong.extend(shared_file(&block, name, &files));
                files.0.insert(name.to_owned(), block.text.into_bytes());
                ran += 1;
                continue;
            }
            if let Some(name) = block.info.strip_prefix("csv ") {
                files.0.insert(name.to_owned(), block.text.into_bytes());
                continue;
            }
            if let Some(name) = block.info.strip_prefix("yaml ") {
                files.0.insert(name.to_owned(), block.text.into_bytes());
                continue;
            }
            if let Some(name) = block.info.strip_prefix("json ") {
                files.0.insert(name.to_owned(), block.text.into_bytes());
                continue;
            }
            ran += usize::from(run(&block, &files, &mut wrong));
        }
    }
    assert!(wrong.is_empty(), "{} examples are wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(ran > 60, "only {ran} examples ran");
}

#[test]
fn every_example_of_a_function_runs_through_the_language() {
    let mut wrong = Vec::new();
    for function in flowrun::functions::all() {
        for example in function.examples {
            let got = eval(example.call, &Value::Null);
            let fits = match example.gives.strip_prefix("error: ") {
                // What the compiler sees already, it says in its own words.
                Some(part) => {
                    ["error E30", "error E203"].iter().any(|code| got.starts_with(code))
                        || got.starts_with("error ") && got.contains(part)
                }
                None => got == json::to_string(&flows::document(example.gives)),
            };
            if !fits {
                wrong.push(format!("{} gives {got}, not {}", example.call, example.gives));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_functions_is_up_to_date() {
    let mut out = format!(
        "# Functions\n\nMade from the table of functions by tests/docs.rs. There are {} of them. All are pure: the same arguments \
         give the same result,\non every machine, at any time. `flowrun functions` lists them, `flowrun functions NAME` prints one, and a word \
         that is no name is\nlooked for in names and summaries.\n\nBad input is an error that says what is wrong and never null, unless the \
         summary says so (`try_decimal`, `index_of`). Null is an\nerror too where a parameter does not take it.\n\n",
        flowrun::functions::all().len()
    );
    for (family, title) in flowrun::catalog::function::FAMILIES {
        let names: Vec<String> = flowrun::functions::all()
            .iter()
            .filter(|function| function.family == *family)
            .map(|function| format!("[{0}](#{0})", function.name))
            .collect();
        writeln!(out, "- **{title}** ({}): {}", names.len(), names.join(", ")).unwrap();
    }
    for (family, title) in flowrun::catalog::function::FAMILIES {
        writeln!(out, "\n## {title}").unwrap();
        for function in flowrun::functions::all().iter().filter(|function| function.family == *family) {
            writeln!(
                out,
                "\n### {}\n\n`{} → {}`\n\n{}",
                function.name,
                function.signature(),
                function.gives(),
                function.summary
            )
            .unwrap();
            let documented = function.params.iter().filter(|param| !param.doc.is_empty());
            for (index, param) in documented.enumerate() {
                let gap = if index == 0 { "\n" } else { "" };
                writeln!(out, "{gap}- `{}`: {}.", param.name, param.doc).unwrap();
            }
            out.push_str(match function.pii {
                flowrun::catalog::Pii::Clears => "\nThe result is no buyer data.\n",
                _ => "",
            });
            out.push_str("\n```eval\n");
            for example in function.examples {
                let gives = match example.gives.strip_prefix("error: ") {
                    // The code is worked out, so that the page stands by itself.
                    Some(_) => eval(example.call, &Value::Null),
                    None => json::to_string(&flows::document(example.gives)),
                };
                writeln!(out, "{}  →  {gives}", example.call).unwrap();
            }
            out.push_str("```\n");
        }
    }
    let mut wrong = Vec::new();
    flows::golden(&flows::root().join("docs/functions.md"), &out, &mut wrong);
    assert!(wrong.is_empty(), "docs/functions.md is not up to date; UPDATE=1 rewrites it");
}

fn type_name(ty: &Type) -> String {
    match &ty.base {
        Base::Enum(spec) => {
            let more = if spec.open { ", …" } else { "" };
            format!("{}{more}", spec.values.join(", "))
        }
        Base::List(item) => match &item.base {
            Base::Object(_) => "list".to_owned(),
            _ => format!("list of {}", type_name(item)),
        },
        Base::Object(spec) if spec.open && spec.fields.is_empty() => "any fields".to_owned(),
        Base::Object(_) => "object".to_owned(),
        other => other.to_string(),
    }
}

fn fields(out: &mut String, spec: &ObjectSpec, path: &str) {
    for field in &spec.fields {
        let name = format!("{path}{}", field.name);
        let mut marks = Vec::new();
        if field.ty.nullable {
            marks.push("optional".to_owned());
        }
        if field.ty.pii {
            marks.push("buyer data".to_owned());
        }
        marks.extend(field.dataset.map(|dataset| format!("with {dataset}")));
        writeln!(out, "| `{name}` | {} | {} | {} |", type_name(&field.ty), marks.join(", "), field.doc).unwrap();
        let (mut base, mut inner) = (&field.ty.base, name);
        while let Base::List(item) = base {
            base = &item.base;
            inner.push_str("[]");
        }
        if let Base::Object(spec) = base {
            fields(out, spec, &format!("{inner}."));
        }
    }
}

fn table(out: &mut String, title: &str, spec: &ObjectSpec) {
    writeln!(out, "\n{title}\n\n| field | type | | |\n|---|---|---|---|").unwrap();
    fields(out, spec, "");
}

fn entity(out: &mut String, connector: &str, entity: &EntitySpec) {
    writeln!(out, "\n### {connector}.{}\n\n{}.", entity.name, entity.summary).unwrap();
    if let Some(source) = &entity.source {
        writeln!(out, "\n**Source**, by `{}`. Key `{}`.", source.operation, source.key).unwrap();
        writeln!(out, "Events: {}.", source.events.join(", ")).unwrap();
        for filter in &source.filters {
            let many = if filter.many { "one or several" } else { "one" };
            writeln!(out, "Filter `{}`: {many} of {}.", filter.name, type_name(&filter.value)).unwrap();
        }
        table(out, "A record:", &source.record);
    }
    if let Some(lookup) = &entity.lookup {
        writeln!(out, "\n**Lookup** by {}, with `{}`.", lookup.keys.join(" or "), lookup.operation).unwrap();
        if entity.source.is_none() {
            table(out, "What is found:", &lookup.record);
        }
    }
    for write in &entity.writes {
        let settled = match write.idempotency {
            Idempotency::Key => "the remote knows a repeat by its idempotency key",
            Idempotency::NaturalKey => "a repeat writes the same document again",
            Idempotency::ReadBack => "what the remote has is read before it is tried again",
            Idempotency::None => "a repeat may happen twice",
        };
        let call = if ["create", "upsert", "update", "delete"].contains(&write.verb) { "" } else { "call " };
        writeln!(out, "\n**`{call}{}`** with `{}`; {settled}.", write.verb, write.operation).unwrap();
        table(out, "It takes:", &write.input);
        let answer: Vec<&str> = write.output.fields.iter().map(|field| field.name.as_str()).collect();
        writeln!(out, "\nIt answers with {}.", answer.join(", ")).unwrap();
    }
}

#[test]
fn the_list_of_connectors_is_up_to_date() {
    let mut out = "# Connectors\n\nMade from the connectors' descriptors by tests/docs.rs. A field that is *optional* needs \
                   a `?` in a flow. *Buyer data* goes\nunmasked only to an environment that allows it. *With NAME* says \
                   which block of a record is asked for when the field is read.\n\n## A system of your own\n\nA file \
                   `connectors/NAME.yaml` beside the flows describes a system that is not here: its login, its \
                   entities, how it is read, found and\nwritten. Then it is a connector like these. \
                   [own-system.md](own-system.md) tells how; `flowrun connectors` lists it with the others.\n"
        .to_owned();
    for spec in flowrun::connectors::specs() {
        writeln!(out, "\n## {}\n\n{}.\n\n| setting | | default |\n|---|---|---|", spec.name, spec.summary).unwrap();
        for setting in &spec.settings {
            let default = match setting.default {
                None => "must be given".to_owned(),
                Some("") => String::new(),
                Some(default) => format!("`{default}`"),
            };
            let secret = if setting.secret { " (secret)" } else { "" };
            writeln!(out, "| `{}` | {}{secret} | {default} |", setting.name, setting.doc).unwrap();
        }
        out.push_str("\n| operation | | calls | burst | records a call |\n|---|---|---|---|---|\n");
        for operation in &spec.operations {
            let (rate, burst) = match operation.rate {
                Some(rate) => {
                    let every = rate.interval().as_secs_f64();
                    let shown =
                        if every > 1.0 { format!("one in {every:.0} s") } else { format!("{} a second", 1.0 / every) };
                    (shown, rate.burst.to_string())
                }
                None => (String::new(), String::new()),
            };
            writeln!(out, "| `{}` | `{}` | {rate} | {burst} | {} |", operation.name, operation.path, operation.batch)
                .unwrap();
        }
        for found in &spec.entities {
            entity(&mut out, spec.name, found);
        }
    }
    let mut wrong = Vec::new();
    flows::golden(&flows::root().join("docs/connectors.md"), &out, &mut wrong);
    assert!(wrong.is_empty(), "docs/connectors.md is not up to date; UPDATE=1 rewrites it");
}

/// What is said of an example: its errors, or its warnings where it has none; or why a record of it stops.
fn said(flow: &str, record: Option<&str>) -> String {
    let source = flows::source("example.flow", &whole(flow));
    let compiled = lang::compile(&source, &flows::catalog(), &FilesInMemory::default(), &flows::anywhere());
    if let (Some(plan), Some(record)) = (&compiled.plan, record) {
        let done = flows::run(plan, flows::document(record), &flowrun::rehearse::Mocks::default());
        let flowrun::plan::Next::Rejected(error) = done.end else { panic!("{flow} does not stop {record}") };
        let who = format!("record {}, line 1 of the input", done.key.unwrap_or_default());
        let told = error.stopped(who);
        return text::render(&source, &[told], false);
    }
    let failed = compiled.failed();
    let unused = |found: &&flowrun::diag::Diagnostic| found.code.name() != "W901" || compiled.diagnostics.len() == 1;
    let shown = compiled.diagnostics.iter().filter(unused);
    let shown: Vec<_> = shown.filter(|found| !failed || found.severity() == Severity::Error).cloned().collect();
    text::render(&source, &shown, false)
}

#[test]
fn the_comparison_shows_what_is_said() {
    let path = flows::root().join("docs/errors-compared.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (mut out, mut shown) = (String::new(), 0);
    let (mut flow, mut record) = (String::new(), None);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            writeln!(out, "{line}").unwrap();
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut body = body.join("\n");
        match info {
            "console flowrun" => {
                body = said(&flow, record.take().as_deref()).trim_end().to_owned();
                shown += 1;
            }
            "json" => record = Some(body.clone()),
            info if info == "wrong" || info.starts_with("flow") => flow = format!("{body}\n"),
            _ => {}
        }
        writeln!(out, "```{info}\n{body}\n```").unwrap();
    }
    assert_eq!(shown, 20, "twenty mistakes");
    let mut wrong = Vec::new();
    flows::golden(&path, &out, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
