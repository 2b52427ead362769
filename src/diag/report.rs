//! Findings for machines: one module for each form. Each is asked for by name; nothing is guessed from where the program
//! runs. Lines count from 1 everywhere; columns as each form wants them.

pub mod azure;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod teamcity;

use super::{Diagnostic, Source, Span};

/// A file that was checked, and what was found in it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The file with those that it uses; its name is relative to the working directory, with `/` between its parts.
    pub source: Source,
    /// What was found, in the order of the text.
    pub found: Vec<Diagnostic>,
}

impl Checked {
    /// Every finding of some files, with its file.
    fn all(files: &[Checked]) -> impl Iterator<Item = (&Source, &Diagnostic)> {
        files.iter().flat_map(|file| file.found.iter().map(|found| (&file.source, found)))
    }
}

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// Characters.
    Characters,
    /// Units of UTF-16, as editors of that family count.
    Utf16,
}

/// The first and last line of a span, with the column of its first character and the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Region {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

fn region(source: &Source, span: Span, columns: Columns) -> Region {
    let at = |byte: u32| {
        let (line, column) = source.place(byte);
        let column = match columns {
            Columns::Characters => column,
            Columns::Utf16 => {
                let text = source.part(byte).text.lines().nth(line as usize - 1).unwrap_or("");
                let before = text.chars().take(column as usize - 1).map(char::len_utf16).sum::<usize>();
                // A span may stand behind the end of its line.
                let beyond = (column as usize - 1).saturating_sub(text.chars().count());
                u32::try_from(before + beyond + 1).unwrap_or(u32::MAX)
            }
        };
        (line, column)
    };
    let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end));
    Region { line, column, end_line, end_column }
}

/// The name of the file in which a span stands: the flow, or a file that it uses.
fn file(source: &Source, span: Span) -> &str {
    source.part(span.start).name
}

/// The message with what to write instead, as one text.
fn told(found: &Diagnostic) -> String {
    match &found.help {
        Some(help) => format!("{}; {help}", found.message),
        None => found.message.clone(),
    }
}

/// Text with some characters written otherwise.
fn escaped(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match escape(char) {
            Some(written) => out.push_str(&written),
            None => out.push(char),
        }
    }
    out
}
