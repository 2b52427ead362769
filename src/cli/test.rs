//! `flowrun test`: the tests that stand in flows.

mod coverage;
mod diff;
mod golden;
mod junit;
mod page;
mod told;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::{self, TestFormat};
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::rehearse::coverage::Report;
use work::{Order, Tested};

pub(super) fn run(args: &args::Test) -> Outcome {
    if args.update && !args.force && in_ci() {
        return Err(Failure::usage(
            "golden files are not rewritten in CI, where nobody looks at what changes: run it where you can, or say --force",
        ));
    }
    let paths = project::flows(&args.paths)?;
    let began = Instant::now();
    let order = Order {
        filter: args.filter.as_deref(),
        fail_fast: args.fail_fast,
        coverage: args.coverage || args.coverage_html.is_some() || args.min_coverage.is_some(),
        threads: args.threads.map_or_else(available, |threads| usize::from(threads.get())),
    };
    let mut results = Results::new(args);
    work::all(&paths, &order, |tested| {
        results.take(tested)?;
        Ok(!(args.fail_fast && results.stopped()))
    })?;
    results.end(began)
}

fn available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether this is a CI system, which all of them say in one way.
fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// What all flows gave.
struct Results<'a> {
    args: &'a args::Test,
    written: golden::Written,
    passed: usize,
    failed: usize,
    /// Tests that were filtered out too.
    all: usize,
    broken: bool,
    /// The files that tests name, by the folder of their flow.
    files: BTreeMap<PathBuf, BTreeSet<String>>,
    /// The report in another form than for people, as far as it is.
    report: Vec<String>,
    kept: Vec<Tested>,
    covered: Vec<(Tested, Report)>,
    low: Vec<String>,
}

impl<'a> Results<'a> {
    fn new(args: &'a args::Test) -> Self {
        Self {
            args,
            written: golden::Written::default(),
            passed: 0,
            failed: 0,
            all: 0,
            broken: false,
            files: BTreeMap::new(),
            report: Vec::new(),
            kept: Vec::new(),
            covered: Vec::new(),
            low: Vec::new(),
        }
    }

    /// Whether people read what is written to stdout.
    fn human(&self) -> bool {
        self.args.format == TestFormat::Human || self.args.output.is_some()
    }

    fn stopped(&self) -> bool {
        self.failed > 0 || self.broken
    }

    fn take(&mut self, mut tested: Tested) -> Result<(), Failure> {
        let changes = if self.args.update { self.written.update(&mut tested)? } else { Vec::new() };
        self.passed += tested.cases.iter().filter(|case| case.passed()).count();
        self.failed += tested.cases.iter().filter(|case| !case.passed()).count();
        self.all += tested.all;
        self.broken |= !tested.errors.is_empty();
        let folder = tested.path.parent().unwrap_or(Path::new("")).to_path_buf();
        self.files.entry(folder).or_default().extend(tested.files.iter().cloned());
        if self.human() {
            told::human(&tested, &changes, output::colour_on_stdout())?;
        } else {
            told::errors(&tested);
        }
        if self.args.format == TestFormat::Json {
            self.tell(told::lines(&tested, &changes))?;
        }
        match tested.report.take() {
            Some(report) => self.cover(tested, report)?,
            None if self.args.format == TestFormat::Junit => self.kept.push(tested),
            None => {}
        }
        Ok(())
    }

    /// Writes lines for programs: at once, or to the file in the end.
    fn tell(&mut self, lines: Vec<String>) -> Result<(), Failure> {
        if self.args.output.is_some() {
            self.report.extend(lines);
            return Ok(());
        }
        lines.iter().try_for_each(|line| output::line(line))
    }

    fn cover(&mut self, tested: Tested, report: Report) -> Result<(), Failure> {
        if self.human() {
            output::line(&coverage::text(&tested, &report))?;
        }
        if self.args.format == TestFormat::Json {
            self.tell(vec![coverage::json(&tested, &report).to_string()])?;
        }
        let low = coverage::below(&report, self.args.min_coverage.map_or(0, usize::from));
        if !low.is_empty() {
            self.low.push(format!("the tests of {} reach only {}", tested.flow, low.join(" and ")));
        }
        self.covered.push((tested, report));
        Ok(())
    }

    fn end(mut self, began: Instant) -> Outcome {
        // What was not run may name them.
        let whole = !(self.broken || self.args.fail_fast && self.failed > 0);
        let unused = if whole { golden::unused(&self.files) } else { Vec::new() };
        for file in &unused {
            output::note(&format!("no test names {}", file.display()));
        }
        if let Some(folder) = &self.args.coverage_html {
            let index = page::write(folder, &self.covered)?;
            output::note(&format!("the pages begin at {}", index.display()));
        }
        let seconds = began.elapsed().as_secs_f64();
        match self.args.format {
            TestFormat::Human => {}
            TestFormat::Json => {
                let unused: Vec<String> = unused.iter().map(|file| file.display().to_string()).collect();
                let summary = serde_json::json!({"summary": {
                    "passed": self.passed, "failed": self.failed, "seconds": seconds, "unused": unused,
                }});
                self.tell(vec![summary.to_string()])?;
            }
            TestFormat::Junit => {
                let mut flows = std::mem::take(&mut self.kept);
                flows.extend(std::mem::take(&mut self.covered).into_iter().map(|(tested, _)| tested));
                flows.sort_by(|a, b| a.path.cmp(&b.path));
                self.tell(vec![junit::report(&flows, seconds).trim_end().to_owned()])?;
            }
        }
        if let Some(path) = &self.args.output {
            let text: String = self.report.iter().map(|line| format!("{line}\n")).collect();
            let refuse =
                |error: std::io::Error| Failure::usage(format!("{} cannot be written: {error}", path.display()));
            std::fs::write(path, text).map_err(refuse)?;
        }
        self.low.iter().for_each(|low| output::error(low));
        self.close()
    }

    /// The last line, and how it ends.
    fn close(&self) -> Outcome {
        if self.broken {
            self.summary()?;
            return Ok(Exit::Flow);
        }
        if let (Some(filter), 0, true) = (&self.args.filter, self.passed + self.failed, self.all > 0) {
            return Err(Failure::usage(format!("no test has a name that contains {filter:?}; there are {}", self.all)));
        }
        self.summary()?;
        Ok(if self.failed > 0 || !self.low.is_empty() { Exit::Attention } else { Exit::Done })
    }

    fn summary(&self) -> Result<(), Failure> {
        let text = match (self.all, self.broken) {
            (0, false) => "there are no tests".to_owned(),
            _ => format!("{} passed, {} failed", self.passed, self.failed),
        };
        if self.human() {
            return output::line(&text);
        }
        output::note(&text);
        Ok(())
    }
}
