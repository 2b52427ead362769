//! JSON in and out, exactly: a number keeps its digits. `1.10` comes out as `1.10`, and a number with more digits than
//! a decimal holds is an error with its place, never a rounding.

use std::collections::HashSet;

use jiter::{Jiter, JiterError, Peek};
use rust_decimal::Decimal;

use super::{Object, Text, Value};

/// How deep JSON may nest.
pub const MAX_DEPTH: usize = 128;
/// How many fields one object may have.
pub const MAX_FIELDS: usize = 10_000;
/// Up to how many fields a name is looked for one by one.
const FEW: usize = 64;

/// Why a text is not JSON that flowrun takes, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON document. Fails on bad JSON, a repeated field name, nesting beyond [`MAX_DEPTH`], or a number that a
/// decimal cannot hold exactly.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    Reader::default().parse(bytes)
}

/// A reader that keeps the field names it has seen, so that records of one shape share them.
#[derive(Debug, Default)]
pub struct Reader {
    names: HashSet<Text, foldhash::fast::RandomState>,
}

impl Reader {
    /// Reads one JSON document, as [`parse`] does.
    pub fn parse(&mut self, bytes: &[u8]) -> Result<Value, JsonError> {
        let mut jiter = Jiter::new(bytes);
        let value = jiter.peek().map_err(Fault::from).and_then(|peek| self.value(&mut jiter, peek, 0));
        let value = value.and_then(|value| jiter.finish().map(|()| value).map_err(Fault::from));
        value.map_err(|fault| {
            let (message, index) = match fault {
                Fault::Json(error) => (error.error_type.to_string(), error.index),
                Fault::Own(message) => (message, jiter.current_index()),
            };
            let (line, column) = place(bytes, index);
            JsonError { message, line, column }
        })
    }

    fn value(&mut self, jiter: &mut Jiter<'_>, peek: Peek, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Own(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        match peek {
            Peek::Null => jiter.known_null().map(|()| Value::Null).map_err(Fault::from),
            Peek::True | Peek::False => Ok(Value::Bool(jiter.known_bool(peek)?)),
            Peek::String => Ok(Value::text(jiter.known_str()?)),
            Peek::Array => {
                let mut items = Vec::new();
                let mut next = jiter.known_array()?;
                while let Some(peek) = next {
                    items.push(self.value(jiter, peek, depth + 1)?);
                    next = jiter.array_step()?;
                }
                Ok(Value::list(items))
            }
            Peek::Object => {
                let mut object = Object::new();
                // Few names are compared one by one; many would be compared far too often.
                let mut seen: HashSet<Text> = HashSet::new();
                let mut name = jiter.known_object()?.map(|name| self.name(name));
                while let Some(field) = name {
                    if object.len() == FEW {
                        seen.extend(object.iter().map(|(name, _)| name.clone()));
                    }
                    let twice =
                        if object.len() < FEW { object.get(&field).is_some() } else { !seen.insert(field.clone()) };
                    if twice {
                        return Err(Fault::Own(format!("the field `{field}` is there twice")));
                    }
                    if object.len() >= MAX_FIELDS {
                        return Err(Fault::Own(format!("an object with more than {MAX_FIELDS} fields")));
                    }
                    let peek = jiter.peek()?;
                    let value = self.value(jiter, peek, depth + 1)?;
                    object.push(field, value);
                    name = jiter.next_key()?.map(|name| self.name(name));
                }
                Ok(Value::object(object))
            }
            _ => number(jiter.known_number_bytes(peek)?),
        }
    }

    fn name(&mut self, name: &str) -> Text {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name = Text::new(name);
        // Records of one shape have few names; a hostile input with many must not fill the memory.
        if self.names.len() < 4096 {
            self.names.insert(name.clone());
        }
        name
    }
}

enum Fault {
    Json(JiterError),
    Own(String),
}

impl From<JiterError> for Fault {
    fn from(error: JiterError) -> Self {
        Fault::Json(error)
    }
}

fn number(text: &[u8]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| Fault::Own("a number that is not text".into()))?;
    number_value(text).ok_or_else(|| {
        Fault::Own(format!("the number {text} has more digits than the 28 that are kept exactly; send it as text"))
    })
}

/// The number that a JSON text writes; `None` if it is none, or has more digits than a decimal keeps.
pub(super) fn number_value(text: &str) -> Option<Value> {
    if let Ok(int) = text.parse::<i64>() {
        return Some(Value::Int(int));
    }
    // A number that is written without a fraction is a whole number when it is read again, so it is one now: `1e3`.
    decimal(text).map(|decimal| match i64::try_from(decimal) {
        Ok(int) if decimal.scale() == 0 => Value::Int(int),
        _ => Value::Decimal(decimal),
    })
}

/// The decimal that a text writes, exactly; `None` if it is no number or has too many digits.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    if let Some(short) = short_decimal(text.as_bytes()) {
        return Some(short);
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let exponent: i32 = exponent.parse().ok()?;
        let mut value = Decimal::from_str_exact(mantissa).ok()?;
        if exponent.unsigned_abs() > 56 {
            return value.is_zero().then_some(Decimal::ZERO);
        }
        for _ in 0..exponent.unsigned_abs() {
            if exponent < 0 {
                let scale = value.scale() + 1;
                value.set_scale(scale).ok()?;
            } else if value.scale() > 0 {
                let scale = value.scale() - 1;
                value.set_scale(scale).ok()?;
            } else {
                value = value.checked_mul(Decimal::TEN)?;
            }
        }
        return Some(value);
    }
    Decimal::from_str_exact(text).ok()
}

/// A decimal of at most 18 digits and without an exponent, which is what amounts are.
fn short_decimal(text: &[u8]) -> Option<Decimal> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 19 {
        return None;
    }
    let (mut number, mut scale, mut whole) = (0_i64, None, 0);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                match &mut scale {
                    Some(scale) => *scale += 1,
                    None => whole += 1,
                }
            }
            b'.' if scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    // What has no digit before the point or behind it is left to the careful reader.
    if whole == 0 || scale == Some(0) || negative && number == 0 {
        return None;
    }
    Some(Decimal::new(if negative { -number } else { number }, scale.unwrap_or(0)))
}

fn place(bytes: &[u8], index: usize) -> (usize, usize) {
    let before = bytes.get(..index.min(bytes.len())).unwrap_or(bytes);
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
    (line, column)
}

/// The value as JSON text on one line.
#[must_use]
pub fn to_string(value: &Value) -> String {
    let mut out = Vec::new();
    write(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

/// The value as indented JSON text.
#[must_use]
pub fn to_string_pretty(value: &Value) -> String {
    let mut out = Vec::new();
    write_pretty(&mut out, value, 0);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends the value as JSON on one line. Dates, instants and durations are text in their ISO form; money is an object
/// of `amount` (text) and `currency`.
pub fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(out, item);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            out.push(b'{');
            for (index, (name, value)) in object.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(out, name);
                out.push(b':');
                write(out, value);
            }
            out.push(b'}');
        }
        scalar => write_scalar(out, scalar),
    }
}

fn write_pretty(out: &mut Vec<u8>, value: &Value, indent: usize) {
    let (open, close, count) = match value {
        Value::List(items) => (b'[', b']', items.len()),
        Value::Object(object) => (b'{', b'}', object.len()),
        scalar => return write_scalar(out, scalar),
    };
    out.push(open);
    let line = |out: &mut Vec<u8>, index: usize, indent: usize| {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'\n');
        out.resize(out.len() + indent * 2, b' ');
    };
    match value {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                line(out, index, indent + 1);
                write_pretty(out, item, indent + 1);
            }
        }
        Value::Object(object) => {
            for (index, (name, value)) in object.iter().enumerate() {
                line(out, index, indent + 1);
                write_text(out, name);
                out.extend_from_slice(b": ");
                write_pretty(out, value, indent + 1);
            }
        }
        _ => {}
    }
    if count > 0 {
        line(out, 0, indent);
    }
    out.push(close);
}

fn write_scalar(out: &mut Vec<u8>, value: &Value) {
    use std::io::Write;
    // Writing into a Vec cannot fail.
    let _ = match value {
        Value::Null | Value::List(_) | Value::Object(_) => out.write_all(b"null"),
        Value::Bool(bool) => write!(out, "{bool}"),
        Value::Int(int) => {
            write_digits(out, int.unsigned_abs().into(), 0, *int < 0);
            Ok(())
        }
        Value::Decimal(decimal) => {
            write_digits(out, decimal.mantissa().unsigned_abs(), decimal.scale(), decimal.is_sign_negative());
            Ok(())
        }
        Value::Date(date) => write!(out, "\"{date}\""),
        Value::Instant(instant) => write!(out, "\"{instant}\""),
        Value::Duration(duration) => write!(out, "\"{duration}\""),
        Value::Money(money) => {
            write!(out, "{{\"amount\":\"{}\",\"currency\":\"{}\"}}", money.amount, money.currency)
        }
        Value::Text(text) => {
            write_text(out, text);
            Ok(())
        }
    };
}

/// Appends text in quotes.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    write_inside(out, text);
    out.push(b'"');
}

/// Appends text as it stands between quotes.
pub fn write_inside(out: &mut Vec<u8>, text: &str) {
    if plain(text.as_bytes()) == text.len() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    // serde_json escapes text as RFC 8259 asks; writing into a Vec cannot fail.
    let before = out.len();
    let _ = serde_json::to_writer(&mut *out, text);
    out.pop();
    if before < out.len() {
        out.remove(before);
    }
}

/// How many bytes stand before the next quote, backslash or control character. Eight are looked at at once: a byte that
/// is one of them has its highest bit set in one of the differences.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut count = 0;
    for eight in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(eight.try_into().unwrap_or([0; 8]));
        let quote = word ^ (ONES * 0x22);
        let slash = word ^ (ONES * 0x5c);
        let stops = (quote.wrapping_sub(ONES) & !quote
            | slash.wrapping_sub(ONES) & !slash
            | word.wrapping_sub(ONES * 0x20) & !word)
            & HIGH;
        if stops != 0 {
            return count + (stops.trailing_zeros() / 8) as usize;
        }
        count += 8;
    }
    let rest = bytes.get(count..).unwrap_or_default();
    count + rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20).unwrap_or(rest.len())
}

/// Appends a number with a point `scale` digits from its end.
fn write_digits(out: &mut Vec<u8>, number: u128, scale: u32, negative: bool) {
    if negative {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    // Most numbers fit into 64 bits, which divide many times faster.
    let digits = match u64::try_from(number) {
        Ok(small) => buffer.format(small),
        Err(_) => buffer.format(number),
    };
    let scale = scale as usize;
    if scale == 0 {
        return out.extend_from_slice(digits.as_bytes());
    }
    match digits.as_bytes().split_at_checked(digits.len().saturating_sub(scale)) {
        Some((whole, part)) if !whole.is_empty() => {
            out.extend_from_slice(whole);
            out.push(b'.');
            out.extend_from_slice(part);
        }
        _ => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + scale - digits.len(), b'0');
            out.extend_from_slice(digits.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        for text in [
            "1.10",
            "0.05",
            "-0.5",
            "100",
            "0.000000000000000000000000001",
            "0.1234567890123456789",
            "-12345678901234567.89",
            "79228162514264337593543950335",
            "0.00",
            "7",
        ] {
            assert_eq!(to_string(&parse(text.as_bytes()).unwrap()), text);
        }
        assert_eq!(to_string(&parse(b"1.5e3").unwrap()), "1500");
        assert_eq!(to_string(&parse(b"12e-3").unwrap()), "0.012");
    }

    #[test]
    fn what_cannot_be_exact_is_refused_with_its_place() {
        let error = parse(b"{\n \"a\": 1.00000000000000000000000000001}").unwrap_err();
        assert!(error.message.contains("28"), "{error}");
        assert_eq!(error.line, 2);
        assert!(parse(b"1e99").is_err());
        assert!(parse(b"{\"a\":1,\"a\":2}").unwrap_err().message.contains("twice"));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(parse(b"{} x").is_err());
    }

    #[test]
    fn what_is_read_is_written() {
        let text = r#"{"a":[1,2.50,null,true,"ü\"\n"],"b":{}}"#;
        assert_eq!(to_string(&parse(text.as_bytes()).unwrap()), text);
    }
}
