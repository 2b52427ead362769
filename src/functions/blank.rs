//! What counts as white space: what Unicode says, and the invisible marks that copied text brings along.

use std::borrow::Cow;

/// Whether a character shows nothing.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// The text without white space around it.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The text with each run of white space as one space, and none around it.
pub(super) fn squeeze(text: &str) -> String {
    squeezed(text).into_owned()
}

/// The same; the text itself where there is nothing to squeeze.
pub(super) fn squeezed(text: &str) -> Cow<'_, str> {
    let mut before = b' ';
    let tight = text.bytes().all(|byte| {
        let wide = byte == b' ' && before == b' ';
        before = byte;
        !wide && matches!(byte, b' '..=b'~')
    });
    if tight && before != b' ' {
        return Cow::Borrowed(text);
    }
    let mut squeezed = String::with_capacity(text.len());
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    Cow::Owned(squeezed)
}
