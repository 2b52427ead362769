//! Diagnostics for people: the line, the place underlined, what to write instead.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, Source, Span};

/// Renders findings of one source, one after another. `colour` asks for terminal colours.
#[must_use]
pub fn render(source: &Source, diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&[report(source, diagnostic)]));
        out.push_str("\n\n");
    }
    out
}

fn report<'a>(source: &'a Source, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut snippets: Vec<(usize, Snippet<'a, _>)> = Vec::new();
    let mut mark = |span: Span, kind: AnnotationKind, label: Option<&'a str>| {
        let part = source.part(span.start);
        // A span at the very end of the text still needs a character to stand under.
        let end = (span.end as usize).saturating_sub(part.start).min(part.text.len());
        let mut start = (span.start as usize).saturating_sub(part.start).min(end);
        while !part.text.is_char_boundary(start) {
            start -= 1;
        }
        let annotation = match label {
            Some(label) => kind.span(start..end).label(label),
            None => kind.span(start..end),
        };
        let at = snippets.iter().position(|(known, _)| *known == part.start);
        let (_, snippet) = match at {
            Some(at) => snippets.remove(at),
            None => (part.start, Snippet::source(&**part.text).path(&**part.name)),
        };
        let entry = (part.start, snippet.annotation(annotation));
        match at {
            Some(at) => snippets.insert(at, entry),
            None => snippets.push(entry),
        }
    };
    mark(diagnostic.span, AnnotationKind::Primary, None);
    for label in &diagnostic.labels {
        mark(label.span, AnnotationKind::Context, Some(&*label.message));
    }
    let title = level.primary_title(&*diagnostic.message).id(diagnostic.code.name());
    let mut group = title.elements(snippets.into_iter().map(|(_, snippet)| snippet));
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    group
}
