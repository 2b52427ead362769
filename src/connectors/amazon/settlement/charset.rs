//! Which charset a settlement file is in. A byte order mark says it for sure; else what came with the file
//! (`Content-Type: text/plain; charset=Cp1252`); else the bytes: what is UTF-8 throughout is UTF-8, what is Shift_JIS
//! throughout and looks Japanese is that, and anything else is Windows-1252, in which every byte means something.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, SHIFT_JIS, UTF_8, WINDOWS_1252};

/// How many bytes are read at once.
const CHUNK: usize = 64 << 10;

/// What may be tried, the likeliest first. The last one reads any bytes.
pub(super) fn candidates(content_type: Option<&str>) -> Vec<&'static Encoding> {
    let mut out = Vec::new();
    out.extend(content_type.and_then(named));
    for encoding in [UTF_8, SHIFT_JIS, WINDOWS_1252] {
        if !out.contains(&encoding) {
            out.push(encoding);
        }
    }
    out
}

/// The charset that a `Content-Type` names.
fn named(content_type: &str) -> Option<&'static Encoding> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, label) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    let label = label.trim().trim_matches('"');
    // The names that Java gives to Microsoft's Shift_JIS.
    if ["cp932", "ms932", "windows-932", "x-ms932"].iter().any(|name| label.eq_ignore_ascii_case(name)) {
        return Some(SHIFT_JIS);
    }
    Encoding::for_label(label.as_bytes())
}

/// Why text cannot be read.
#[derive(Debug)]
pub(super) enum TextError {
    /// It is not in this charset.
    Foreign,
    /// It cannot be read at all.
    Io(io::Error),
}

/// Bytes on their way to text.
pub(super) struct Text {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    /// What was read and not decoded.
    bytes: Vec<u8>,
    ended: bool,
}

impl Text {
    /// A byte order mark wins over the charset that is asked for.
    pub(super) fn new(input: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self { input, decoder: encoding.new_decoder(), bytes: Vec::new(), ended: false }
    }

    /// Appends more text; false at the end.
    pub(super) fn more(&mut self, out: &mut String) -> Result<bool, TextError> {
        if self.ended {
            return Ok(false);
        }
        let before = self.bytes.len();
        self.bytes.resize(before + CHUNK, 0);
        let read = loop {
            match self.input.read(self.bytes.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(TextError::Io)?,
            }
        };
        self.bytes.truncate(before + read);
        self.ended = read == 0;
        let need = self.decoder.max_utf8_buffer_length_without_replacement(self.bytes.len());
        out.reserve(need.unwrap_or(CHUNK * 3));
        let (result, used) = self.decoder.decode_to_string_without_replacement(&self.bytes, out, self.ended);
        self.bytes.drain(..used);
        match result {
            DecoderResult::Malformed(..) => Err(TextError::Foreign),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(true),
        }
    }
}

/// Whether text that could be decoded as Shift_JIS is Japanese. Western letters, taken for Shift_JIS, give single signs
/// between ASCII letters; Japanese gives words.
#[derive(Debug, Default)]
pub(super) struct Japanese {
    kana: usize,
    pairs: usize,
    signs: usize,
    private: bool,
    before: bool,
}

impl Japanese {
    pub(super) fn look(&mut self, text: &str) {
        if text.is_ascii() {
            self.before = false;
            return;
        }
        for letter in text.chars() {
            let foreign = !letter.is_ascii();
            self.signs += usize::from(foreign);
            self.pairs += usize::from(foreign && self.before);
            self.kana += usize::from(('\u{3041}'..='\u{30ff}').contains(&letter));
            self.private |= ('\u{e000}'..='\u{f8ff}').contains(&letter);
            self.before = foreign;
        }
    }

    /// `told` says whether the file itself tells of Japan: yen, or amazon.co.jp.
    pub(super) fn is_likely(&self, told: bool) -> bool {
        !self.private && (told || self.kana > 0 && self.pairs * 3 >= self.signs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_of_a_content_type() {
        let first = |content_type| candidates(content_type)[0].name();
        assert_eq!(first(Some("text/plain; charset=Cp1252")), "windows-1252");
        assert_eq!(first(Some("text/plain;charset=\"CP932\"")), "Shift_JIS");
        assert_eq!(first(Some("text/plain; charset=Shift_JIS")), "Shift_JIS");
        assert_eq!(first(Some("text/plain; charset=ISO-8859-1")), "windows-1252");
        assert_eq!(first(Some("text/tab-separated-values; charset=UTF-8")), "UTF-8");
        assert_eq!(first(Some("text/plain; charset=none-such")), "UTF-8");
        assert_eq!(first(None), "UTF-8");
    }
}
