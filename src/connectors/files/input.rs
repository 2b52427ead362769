//! A file as UTF-8 text that is read piece by piece, whatever its charset, and that knows at which line it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes are read at once.
const CHUNK: usize = 64 << 10;

/// Text that is read piece by piece.
pub(super) type Input = Box<dyn BufRead + Send>;

/// The charset of that name, as web pages name them: `utf-8`, `windows-1252`, `iso-8859-15`, `shift_jis`, `utf-16le`.
pub(super) fn charset(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// Opens a file. Without a charset it is UTF-8, or UTF-16 where it begins with that mark; a mark is left out.
pub(super) fn open(path: &Path, charset: Option<&'static Encoding>) -> io::Result<Input> {
    let mut input = BufReader::with_capacity(CHUNK, File::open(path)?);
    let begins = input.fill_buf()?;
    let (marked, length) = match begins {
        [0xef, 0xbb, 0xbf, ..] => (Some(UTF_8), 3),
        [0xff, 0xfe, ..] => (Some(UTF_16LE), 2),
        [0xfe, 0xff, ..] => (Some(UTF_16BE), 2),
        _ => (None, 0),
    };
    let (charset, length) = match (charset, marked) {
        (Some(charset), Some(marked)) if charset != marked => (charset, 0),
        (Some(charset), _) => (charset, length),
        (None, marked) => (marked.unwrap_or(UTF_8), length),
    };
    input.consume(length);
    if charset == UTF_8 {
        return Ok(Box::new(input));
    }
    Ok(Box::new(BufReader::with_capacity(CHUNK, Decoding::new(input, charset))))
}

/// Bytes of a charset as UTF-8. What is no text in that charset is an error and not a replacement sign.
struct Decoding<R> {
    input: R,
    charset: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    /// How much of `raw` is read, and how much of that is decoded.
    filled: usize,
    used: usize,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoding<R> {
    fn new(input: R, charset: &'static Encoding) -> Self {
        let decoder = charset.new_decoder_without_bom_handling();
        let raw = vec![0; CHUNK];
        Self { input, charset, decoder, raw, filled: 0, used: 0, out: Vec::new(), given: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.out.len() && !self.ended {
            if self.used == self.filled {
                self.filled = self.input.read(&mut self.raw)?;
                self.used = 0;
            }
            let last = self.filled == 0;
            let raw = self.raw.get(self.used..self.filled).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(4 * CHUNK);
            self.out.resize(room.max(16), 0);
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.out, last);
            self.used += read;
            self.out.truncate(written);
            self.given = 0;
            match result {
                DecoderResult::Malformed(..) => {
                    let message = format!("is not text in {}", self.charset.name());
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let text = self.out.get(self.given..).unwrap_or_default();
        let count = text.len().min(to.len());
        if let (Some(to), Some(text)) = (to.get_mut(..count), text.get(..count)) {
            to.copy_from_slice(text);
        }
        self.given += count;
        Ok(count)
    }
}

/// Text that knows at which line and column it is, from 1.
pub(super) struct Counted {
    input: Input,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Counted {
    pub(super) fn new(input: Input) -> Self {
        Self { input, line: 1, column: 1 }
    }
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = {
            let text = self.fill_buf()?;
            let count = text.len().min(to.len());
            if let (Some(to), Some(text)) = (to.get_mut(..count), text.get(..count)) {
                to.copy_from_slice(text);
            }
            count
        };
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What was filled before is still there, so this reads nothing.
        let text = self.input.fill_buf().ok().and_then(|text| text.get(..count)).unwrap_or_default();
        match memchr::memrchr(b'\n', text) {
            Some(last) => {
                self.line += memchr::memchr_iter(b'\n', text).count();
                self.column = text.len() - last;
            }
            None => self.column += text.len(),
        }
        self.input.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: Option<&str>) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut text = String::new();
        let mut input = open(file.path(), name.map(|name| charset(name).unwrap())).map_err(|e| e.to_string())?;
        input.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn charsets_are_read_and_what_is_none_is_told() {
        assert_eq!(read(b"M\xfcller \x80", Some("windows-1252")).unwrap(), "Müller €");
        assert_eq!(read(b"\xa4", Some("iso-8859-15")).unwrap(), "€");
        assert_eq!(read(b"\x83\x65", Some("shift_jis")).unwrap(), "テ");
        assert_eq!(read(b"\xff\xfeA\0\xfc\0", None).unwrap(), "Aü");
        assert_eq!(read(b"\xfe\xff\0A", None).unwrap(), "A");
        assert_eq!(read("\u{feff}a".as_bytes(), None).unwrap(), "a");
        assert_eq!(read(b"\x83", Some("shift_jis")).unwrap_err(), "is not text in Shift_JIS");
        assert!(charset("klingon").is_none());
        let long = "ä".repeat(100_000);
        let utf16: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, Some("utf-16le")).unwrap(), long);
    }
}
