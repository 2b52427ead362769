//! Diagnostics for people: the line, the place underlined, what to write instead.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity, Source};

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
    let clip = |span: super::Span| {
        // A span at the very end of the text still needs a character to stand under.
        let end = (span.end as usize).min(source.text.len());
        let mut start = (span.start as usize).min(end);
        while !source.text.is_char_boundary(start) {
            start -= 1;
        }
        start..end
    };
    let mut snippet = Snippet::source(&*source.text)
        .path(&*source.name)
        .annotation(AnnotationKind::Primary.span(clip(diagnostic.span)));
    for label in &diagnostic.labels {
        snippet = snippet.annotation(AnnotationKind::Context.span(clip(label.span)).label(&*label.message));
    }
    let mut group = level.primary_title(&*diagnostic.message).id(diagnostic.code.name()).element(snippet);
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    group
}
