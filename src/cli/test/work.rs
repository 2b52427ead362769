//! The work of `flowrun test`: each flow is compiled and its tests are run, several flows at once, and told in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::catalog::Catalog;
use crate::cli::exit::Failure;
use crate::cli::project;
use crate::diag::{Diagnostic, Severity, Source};
use crate::lang::{self, Environment};
use crate::plan::{Plan, RowPlace, TestPlan};
use crate::rehearse::case::{self, Ran};
use crate::rehearse::coverage::Report;

/// What is asked for.
pub(super) struct Order<'a> {
    pub(super) filter: Option<&'a str>,
    pub(super) fail_fast: bool,
    pub(super) coverage: bool,
    pub(super) threads: usize,
}

/// What became of a flow's tests.
pub(super) struct Tested {
    pub(super) path: PathBuf,
    pub(super) source: Source,
    /// The flow's name; that of its file where it has errors.
    pub(super) flow: String,
    /// Why it could not be run.
    pub(super) errors: Vec<Diagnostic>,
    pub(super) cases: Vec<Case>,
    /// How many tests the flow has, with those that were filtered out.
    pub(super) all: usize,
    /// The files that its tests name.
    pub(super) files: BTreeSet<String>,
    pub(super) seconds: f64,
    pub(super) report: Option<Report>,
}

/// What became of one test.
pub(super) struct Case {
    pub(super) name: String,
    /// Where it stands: the test, or its row.
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) seconds: f64,
    pub(super) ran: Ran,
}

impl Tested {
    /// Whether all is well.
    pub(super) fn passed(&self) -> bool {
        self.errors.is_empty() && self.cases.iter().all(Case::passed)
    }
}

impl Case {
    /// Whether all that it expects holds.
    pub(super) fn passed(&self) -> bool {
        self.ran.failures.is_empty()
    }
}

/// Tests flows. `done` gets each when it is finished, in the order of the paths; when it says false nothing more is begun.
pub(super) fn all(
    paths: &[PathBuf],
    order: &Order<'_>,
    mut done: impl FnMut(Tested) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let catalog = project::catalog(paths)?;
    let (next, stop, count) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let (send, receive) = mpsc::channel();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..order.threads.clamp(1, paths.len().max(1)) {
            let (send, catalog, next, stop, count) = (send.clone(), &catalog, &next, &stop, &count);
            // What compiles is nested; a thread's usual stack is smaller than the program's.
            let thread = std::thread::Builder::new().stack_size(8 << 20);
            thread.spawn_scoped(scope, move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { break };
                    let tested = flow(path, catalog, order, count);
                    // Flows before this one are at work already: whatever fails here, they are finished and told.
                    if order.fail_fast && tested.as_ref().is_ok_and(|tested| !tested.passed()) {
                        stop.store(true, Ordering::Relaxed);
                    }
                    if send.send((index, tested)).is_err() {
                        break;
                    }
                }
            })?;
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut told = 0;
        let mut bar = Progress::new(paths.len());
        loop {
            match receive.recv_timeout(Duration::from_millis(100)) {
                Ok((index, tested)) => drop(waiting.insert(index, tested)),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    bar.show(began, told, count.load(Ordering::Relaxed));
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) if waiting.is_empty() => break,
                Err(mpsc::RecvTimeoutError::Disconnected) => {}
            }
            while let Some(tested) = waiting.remove(&told) {
                told += 1;
                let more = bar.without(|| tested.and_then(&mut done));
                if !matches!(more, Ok(true)) {
                    stop.store(true, Ordering::Relaxed);
                    bar.end();
                    return more.map(drop);
                }
            }
        }
        bar.end();
        Ok(())
    })
}

fn flow(path: &Path, catalog: &Catalog, order: &Order<'_>, count: &AtomicUsize) -> Result<Tested, Failure> {
    let began = Instant::now();
    let source = project::read(path)?;
    let environment =
        Environment { name: None, buyer_data_allowed: true, buyer_data_masked: false, parameters: BTreeMap::new() };
    let compile = if order.coverage { lang::compile_covered } else { lang::compile };
    let compiled = compile(&source, catalog, &project::files_of(path), &environment);
    let mut tested = Tested {
        path: path.to_path_buf(),
        flow: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        source: compiled.source,
        errors: Vec::new(),
        cases: Vec::new(),
        all: 0,
        files: BTreeSet::new(),
        seconds: 0.0,
        report: None,
    };
    match (compiled.plan, compiled.shared) {
        (Some(plan), _) => {
            tests(&plan, &mut tested, order, count);
            tested.report = Report::of(&plan);
        }
        // A shared file does nothing by itself: it is covered where flows use it.
        (None, Some(shared)) => tests(&shared, &mut tested, order, count),
        (None, None) => {
            let found = compiled.diagnostics.into_iter();
            tested.errors = found.filter(|found| found.severity() == Severity::Error).collect();
        }
    }
    tested.seconds = began.elapsed().as_secs_f64();
    Ok(tested)
}

fn tests(plan: &Plan, tested: &mut Tested, order: &Order<'_>, count: &AtomicUsize) {
    tested.flow.clone_from(&plan.flow);
    tested.source = plan.source_text.clone();
    tested.all = plan.tests.len();
    tested.files = plan.tests.iter().flat_map(|test| test.files.iter().cloned()).collect();
    for test in &plan.tests {
        if order.filter.is_some_and(|filter| !test.name.contains(filter)) {
            continue;
        }
        let began = Instant::now();
        let ran = case::run(plan, test);
        let (file, line) = place(plan, test, &tested.path);
        let seconds = began.elapsed().as_secs_f64();
        tested.cases.push(Case { name: test.name.clone(), file, line, seconds, ran });
        count.fetch_add(1, Ordering::Relaxed);
        if order.fail_fast && tested.cases.last().is_some_and(|case| !case.passed()) {
            break;
        }
    }
}

/// Where a test stands: its row, where it has one.
fn place(plan: &Plan, test: &TestPlan, flow: &Path) -> (String, u32) {
    let at = match &test.row {
        Some(row) => match &row.at {
            RowPlace::File { path, line } => {
                let folder = flow.parent().unwrap_or(Path::new(""));
                return (folder.join(path).display().to_string(), *line);
            }
            RowPlace::Flow(at) => *at,
        },
        None => test.at,
    };
    let (file, line, _) = plan.place(at);
    (file.to_string(), line)
}

/// How far it is, where someone watches and it takes long enough to ask.
struct Progress {
    bar: Option<ProgressBar>,
    flows: usize,
    watched: bool,
}

impl Progress {
    fn new(flows: usize) -> Self {
        Self { bar: None, flows, watched: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, began: Instant, flows: usize, tests: usize) {
        if !self.watched || began.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(format!("{flows} of {} flows · {tests} tests", self.flows));
        bar.tick();
    }

    /// Prints without the moving line in between.
    fn without<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
