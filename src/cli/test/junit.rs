//! The results as JUnit XML, which CI systems read: a suite for each flow, a case for each test.

use std::fmt::Write as _;

use super::work::{Case, Tested};
use crate::diag::text;

/// The whole report.
pub(super) fn report(flows: &[Tested], seconds: f64) -> String {
    let tests: usize = flows.iter().map(count).sum();
    let failures: usize = flows.iter().map(failures).sum();
    let errors = flows.iter().filter(|flow| !flow.errors.is_empty()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"flowrun\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\">"
    );
    flows.iter().for_each(|flow| suite(&mut out, flow));
    out.push_str("</testsuites>\n");
    out
}

fn count(flow: &Tested) -> usize {
    flow.cases.len() + usize::from(!flow.errors.is_empty())
}

fn failures(flow: &Tested) -> usize {
    flow.cases.iter().filter(|case| !case.passed()).count()
}

fn suite(out: &mut String, flow: &Tested) {
    let file = escape(&flow.path.display().to_string());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" file=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" time=\"{:.3}\">",
        escape(&flow.flow),
        count(flow),
        failures(flow),
        usize::from(!flow.errors.is_empty()),
        flow.seconds,
    );
    if let Some(first) = flow.errors.first() {
        let (line, _) = flow.source.place(first.span.start);
        let told = text::render(&flow.source, &flow.errors, false);
        let _ = writeln!(
            out,
            "    <testcase name=\"compiles\" classname=\"{}\" file=\"{file}\" line=\"{line}\" time=\"{:.3}\">\n      \
             <error message=\"{}\" type=\"{}\">{}</error>\n    </testcase>",
            escape(&flow.flow),
            flow.seconds,
            escape(&first.message),
            first.code.name(),
            escape(told.trim_end()),
        );
    }
    flow.cases.iter().for_each(|case| testcase(out, flow, case));
    out.push_str("  </testsuite>\n");
}

fn testcase(out: &mut String, flow: &Tested, case: &Case) {
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3}\"",
        escape(&case.name),
        escape(&flow.flow),
        escape(&case.file),
        case.line,
        case.seconds,
    );
    if case.passed() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for failure in &case.ran.failures {
        let (line, column) = flow.source.place(failure.told.span.start);
        let told = text::render(&flow.source, std::slice::from_ref(&failure.told), false);
        let message = failure.told.message.lines().next().unwrap_or_default();
        let _ = writeln!(
            out,
            "      <failure message=\"{}\" type=\"{}\">{}:{line}:{column}\n{}</failure>",
            escape(message),
            failure.told.code.name(),
            escape(flow.source.part(failure.told.span.start).name),
            escape(told.trim_end()),
        );
    }
    out.push_str("    </testcase>\n");
}

/// Text for XML: its own marks written out, and what XML 1.0 cannot hold at all replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(char),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
