//! Texts with their names. A flow may use other files; they share one space of places, each a stretch of it, so that a
//! [`Span`](super::Span) stays two numbers whichever file it means.

use std::sync::Arc;

/// A source text with its name, and the texts that it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's path as the user gave it.
    pub name: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    used: Vec<Used>,
}

/// A file that the first one uses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Used {
    start: usize,
    name: Arc<str>,
    text: Arc<str>,
}

/// One file of a [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'s> {
    /// Its place in the whole space.
    pub start: usize,
    /// Its path.
    pub name: &'s Arc<str>,
    /// Its text.
    pub text: &'s Arc<str>,
}

impl Source {
    /// One text.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), used: Vec::new() }
    }

    /// Adds a file; tells where its places begin. One that is there already keeps its place. `None` where all files
    /// together are larger than places can say.
    pub fn add(&mut self, name: &str, text: impl Into<Arc<str>>) -> Option<usize> {
        if let Some(known) = self.used.iter().find(|known| &*known.name == name) {
            return Some(known.start);
        }
        let text = text.into();
        let last = self.parts().last();
        // One byte between two files, so that a place at the end of one is none at the start of the next.
        let start = last.map_or(0, |part| part.start + part.text.len() + 1);
        u32::try_from(start + text.len()).ok()?;
        self.used.push(Used { start, name: Arc::from(name), text });
        Some(start)
    }

    /// Its files, in the order of their places.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = Part<'_>> {
        let first = Part { start: 0, name: &self.name, text: &self.text };
        let used = self.used.iter().map(|used| Part { start: used.start, name: &used.name, text: &used.text });
        std::iter::once(first).chain(used)
    }

    /// The file in which a byte stands.
    #[must_use]
    pub fn part(&self, byte: u32) -> Part<'_> {
        let first = Part { start: 0, name: &self.name, text: &self.text };
        self.parts().rev().find(|part| part.start <= byte as usize).unwrap_or(first)
    }

    /// The text of a place.
    #[must_use]
    pub fn slice(&self, span: super::Span) -> &str {
        let part = self.part(span.start);
        let range = span.range();
        part.text.get(range.start.saturating_sub(part.start)..range.end.saturating_sub(part.start)).unwrap_or("")
    }

    /// Line and column, from 1, of a byte in its file; columns count characters.
    #[must_use]
    pub fn place(&self, byte: u32) -> (u32, u32) {
        let part = self.part(byte);
        let mut at = (byte as usize).saturating_sub(part.start).min(part.text.len());
        while !part.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = part.text.get(..at).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn each_place_is_in_its_own_file() {
        let mut source = Source::new("a", "one\ntwo");
        let start = source.add("b", "three\nfour").unwrap();
        assert_eq!(source.add("b", "").unwrap(), start, "a file is there once");
        let at = |byte: usize| {
            let byte = u32::try_from(byte).unwrap();
            (source.part(byte).name.to_string(), source.place(byte))
        };
        assert_eq!(at(4), ("a".to_owned(), (2, 1)));
        assert_eq!(at(7), ("a".to_owned(), (2, 4)));
        assert_eq!(at(start), ("b".to_owned(), (1, 1)));
        assert_eq!(at(start + 7), ("b".to_owned(), (2, 2)));
        assert_eq!(at(10_000), ("b".to_owned(), (2, 5)));
        assert_eq!(source.slice(crate::diag::Span::new(start + 6, start + 10)), "four");
    }
}
