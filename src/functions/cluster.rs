//! Where a text may be cut: never between a letter and its accents, nor inside a joined emoji.

use unicode_normalization::char::is_combining_mark;

/// The first `max` characters of a text, fewer where the cut would fall inside what a reader sees as one character.
pub(super) fn head(text: &str, max: usize) -> &str {
    let Some((mut cut, _)) = text.char_indices().nth(max) else {
        return text;
    };
    while cut > 0 {
        let (before, after) = text.split_at(cut);
        match (before.chars().next_back(), after.chars().next()) {
            (Some(last), Some(next)) if belongs(last, next) => cut -= last.len_utf8(),
            _ => break,
        }
    }
    text.split_at(cut).0
}

fn belongs(last: char, next: char) -> bool {
    const JOINER: char = '\u{200d}';
    is_combining_mark(next)
        || next == JOINER
        || last == JOINER
        || matches!(next, '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
        || (last == '\r' && next == '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_joined_emoji_stay_whole() {
        assert_eq!(head("e\u{301}a", 1), "");
        assert_eq!(head("ae\u{301}", 2), "a");
        assert_eq!(head("a👨\u{200d}👩\u{200d}👧b", 3), "a");
        assert_eq!(head("a👍\u{1f3fd}b", 2), "a");
        assert_eq!(head("山田", 1), "山");
        assert_eq!(head("", 0), "");
    }
}
