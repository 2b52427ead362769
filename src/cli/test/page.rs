//! The coverage of a flow as a page: its text, coloured by what the tests reached, with what is missing beside each line,
//! and the rows of its tables. A page needs nothing but itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::work::Tested;
use crate::cli::exit::Failure;
use crate::rehearse::coverage::{Figure, Report, SideReport, TableReport};

/// How many rows of a table a page lists; of a longer table only those that were never found, and no more than these.
const ROWS: usize = 1_000;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2127;--soft:#6a737d;--line:#d8dee4;--back:#fff;--hit:#e6f6ea;--part:#fff3cf;\
--miss:#fde3e3;--mark:#c62828;--bar:#2e7d32}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa4af;--line:#30363d;--back:#14181d;--hit:#15301d;\
--part:#3b3212;--miss:#43191b;--mark:#ff8a80;--bar:#66bb6a}}\
body{margin:0 auto;max-width:1200px;padding:24px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}\
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 8px}p,small{color:var(--soft);margin:0 0 16px}\
.figures{display:flex;gap:32px;margin:16px 0 24px;flex-wrap:wrap}.figure b{display:block;font-size:26px;line-height:1.2}\
.figure i{display:block;height:4px;width:140px;background:var(--line);margin-top:4px}\
.figure i i{background:var(--bar);margin:0}\
table{border-collapse:collapse;width:100%;font:13px/1.55 ui-monospace,monospace;border:1px solid var(--line)}\
td,th{padding:0 8px;vertical-align:top;text-align:left}th{color:var(--soft);font-weight:normal}\
td.n,td.c{color:var(--soft);text-align:right;width:1%;white-space:nowrap;user-select:none}\
td.t{white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2}td.w{color:var(--mark);width:28%;font-family:system-ui,sans-serif}\
tr.hit td.t{background:var(--hit)}tr.part td.t{background:var(--part)}tr.miss td.t{background:var(--miss)}\
u{text-decoration:underline wavy var(--mark);text-underline-offset:3px}a{color:inherit}\
.key span{padding:1px 8px;margin-right:8px}.key .hit{background:var(--hit)}.key .part{background:var(--part)}\
.key .miss{background:var(--miss)}";

/// Writes a page for each flow, and one that lists them. Gives the path of the latter.
pub(super) fn write(folder: &Path, flows: &[(Tested, Report)]) -> Result<std::path::PathBuf, Failure> {
    let refuse = |error: std::io::Error| Failure::usage(format!("{} cannot be written: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(refuse)?;
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut list =
        String::from("<table><tr><th>flow</th><th>lines</th><th>branches</th><th>table rows</th><th>file</th></tr>");
    for (tested, report) in flows {
        let number = names.entry(tested.flow.clone()).or_default();
        *number += 1;
        let name = if *number == 1 { tested.flow.clone() } else { format!("{}-{number}", tested.flow) };
        std::fs::write(folder.join(format!("{name}.html")), page(tested, report)).map_err(refuse)?;
        let cell = |figure: Figure| match figure.all {
            0 => "<td>–</td>".to_owned(),
            _ => format!("<td>{} %</td>", figure.percent()),
        };
        let _ = write!(
            list,
            "<tr><td><a href=\"{0}.html\">{0}</a></td>{1}{2}{3}<td>{4}</td></tr>",
            escape(&name),
            cell(report.lines()),
            cell(report.sides()),
            cell(report.rows()),
            escape(&tested.path.display().to_string()),
        );
    }
    list.push_str("</table>");
    let index = folder.join("index.html");
    std::fs::write(
        &index,
        whole("Coverage", &format!("<h1>Coverage</h1><p>What the tests of each flow reach.</p>{list}")),
    )
    .map_err(refuse)?;
    Ok(index)
}

/// The page of a flow.
pub(super) fn page(tested: &Tested, report: &Report) -> String {
    let mut body = format!(
        "<h1>{}</h1><p>{}</p><div class=\"figures\">",
        escape(&tested.flow),
        escape(&tested.path.display().to_string())
    );
    for (what, figure) in [("lines", report.lines()), ("branches", report.sides()), ("table rows", report.rows())] {
        if figure.all > 0 {
            let _ = write!(
                body,
                "<div class=\"figure\"><b>{0} %</b>{what}: {1} of {2}<i><i style=\"width:{0}%\"></i></i></div>",
                figure.percent(),
                figure.reached,
                figure.all
            );
        }
    }
    body.push_str(
        "</div><p class=\"key\"><span class=\"hit\">reached</span><span class=\"part\">in part</span>\
         <span class=\"miss\">never</span> <u>underlined</u>: a branch that no test takes</p>",
    );
    // Tables are files of the flow too, but nothing is worked out in them.
    for part in tested.source.parts() {
        if part.start == 0 || report.lines.keys().any(|(file, _)| file == part.name) {
            text(&mut body, part.name, part.text, part.start, report);
        }
    }
    report.tables.iter().for_each(|table| rows(&mut body, table));
    whole(&format!("{}: coverage", tested.flow), &body)
}

/// The text of a file that begins at a place, line by line.
fn text(out: &mut String, name: &Arc<str>, text: &str, start: usize, report: &Report) {
    let _ = write!(out, "<h2>{}</h2><table class=\"text\">", escape(name));
    let mut sides: BTreeMap<u32, Vec<&SideReport>> = BTreeMap::new();
    for side in report.missed_sides().filter(|side| side.file == *name) {
        sides.entry(side.line).or_default().push(side);
    }
    let mut at = start;
    for (number, line) in (1_u32..).zip(text.split('\n')) {
        let known = report.lines.get(&(Arc::clone(name), number));
        let class = match known {
            None => "none",
            Some(line) if line.count == 0 => "miss",
            Some(line) if line.missed > 0 => "part",
            Some(_) => "hit",
        };
        let count = known.map(|line| format!("{}×", line.count)).unwrap_or_default();
        let missed = sides.get(&number).map(Vec::as_slice).unwrap_or_default();
        let told: Vec<String> = missed
            .iter()
            .map(|side| {
                let text = line.get((side.at.start as usize).saturating_sub(at)..).unwrap_or("");
                let length = (side.at.end - side.at.start) as usize;
                let text = text.get(..length.min(text.len())).unwrap_or(text);
                format!("<code>{}</code> {}", escape(&short(text)), side.missed)
            })
            .collect();
        let _ = writeln!(
            out,
            "<tr class=\"{class}\" id=\"L{number}\"><td class=\"n\">{number}</td><td class=\"c\">{count}</td>\
             <td class=\"t\">{}</td><td class=\"w\">{}</td></tr>",
            marked(line, at, missed),
            told.join("<br>")
        );
        at += line.len() + 1;
    }
    out.push_str("</table>");
}

/// A line with what was never taken underlined.
fn marked(line: &str, at: usize, missed: &[&SideReport]) -> String {
    let inside = |byte: usize| missed.iter().any(|side| side.at.range().contains(&(at + byte)));
    let mut out = String::new();
    let mut open = false;
    for (byte, char) in line.char_indices() {
        let mark = inside(byte);
        if mark != open {
            out.push_str(if mark { "<u>" } else { "</u>" });
            open = mark;
        }
        escape_into(&mut out, char);
    }
    if open {
        out.push_str("</u>");
    }
    out
}

fn rows(out: &mut String, table: &TableReport) {
    let found = table.rows.iter().filter(|row| row.count > 0).count();
    let place = if table.path.is_empty() { String::new() } else { format!(" · {}", table.path) };
    let _ = write!(
        out,
        "<h2>{}{}</h2><p>{found} of {} rows were found by a test</p><table class=\"rows\">\
         <tr><th>line</th><th>found</th><th>key</th></tr>",
        escape(&table.lookup),
        escape(&place),
        table.rows.len()
    );
    let long = table.rows.len() > ROWS;
    let shown: Vec<_> = table.rows.iter().filter(|row| !long || row.count == 0).take(ROWS).collect();
    for row in &shown {
        let class = if row.count > 0 { "hit" } else { "miss" };
        let _ = writeln!(
            out,
            "<tr class=\"{class}\"><td class=\"n\">{}</td><td class=\"c\">{}×</td><td class=\"t\">{}</td></tr>",
            row.line,
            row.count,
            escape(&row.key.join(", "))
        );
    }
    out.push_str("</table>");
    if long {
        let _ = write!(out, "<p>Of this table only rows that were never found are listed, and at most {ROWS}.</p>");
    }
}

fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>{STYLE}</style></head>\n<body>{body}</body></html>\n",
        escape(title)
    )
}

/// What stands at a place, short. Inside text quotes are escaped, and a place there ends between the two characters of one.
pub(super) fn short(text: &str) -> String {
    let text = match text.strip_suffix('\\') {
        Some(inside) => format!("{inside}\""),
        None => text.to_owned(),
    };
    let text = text.replace("\\\"", "\"");
    match text.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or("")),
        None => text,
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|char| escape_into(&mut out, char));
    out
}

fn escape_into(out: &mut String, char: char) {
    match char {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}
