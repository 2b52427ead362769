//! The patterns of `match` and `search`: I-Regexp (RFC 9485), which is a small part of what the regex crate knows. What
//! is no I-Regexp matches nothing, as RFC 9535 asks; what would cost too much is an error.

use regex::{Regex, RegexBuilder};

use super::form::Operand;

/// How large a pattern may get when compiled, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// How deep groups may nest in a pattern.
const MAX_GROUPS: u32 = 64;

/// A pattern of a filter.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Whether the whole text has to be as the pattern says, and not just a part of it.
    pub(super) whole: bool,
    /// Where it is from.
    pub(super) from: From,
}

/// Where a pattern is from.
#[derive(Debug, Clone)]
pub(super) enum From {
    /// Written down; `None` if it is no I-Regexp.
    Query(Option<Regex>),
    /// Found in the document.
    Document(Box<Operand>),
}

/// Compiles a pattern; `None` if it is no I-Regexp. Fails if it would get too large.
pub(super) fn compile(pattern: &str, whole: bool) -> Result<Option<Regex>, String> {
    let Some(translated) = translate(pattern) else { return Ok(None) };
    let text = if whole { format!(r"\A(?:{translated})\z") } else { translated };
    match RegexBuilder::new(&text).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).nest_limit(MAX_GROUPS).build() {
        Ok(regex) => Ok(Some(regex)),
        Err(regex::Error::CompiledTooBig(_)) => Err(format!("the pattern needs more than {MAX_SIZE} bytes")),
        Err(_) => Ok(None),
    }
}

/// An I-Regexp in the syntax of the regex crate; `None` if it is none.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut groups = 0_usize;
    // Whether something stands before that a quantifier can apply to.
    let mut atom = false;
    while let Some(char) = chars.next() {
        atom = match char {
            '(' => {
                groups += 1;
                out.push_str("(?:");
                false
            }
            ')' => {
                groups = groups.checked_sub(1)?;
                out.push(')');
                true
            }
            '|' => {
                out.push('|');
                false
            }
            '*' | '+' | '?' | '{' if !atom => return None,
            '*' | '+' | '?' => {
                out.push(char);
                false
            }
            '{' => {
                let counts: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let (low, high) = counts.split_once(',').unwrap_or((&counts, "0"));
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                if low.is_empty() || !digits(low) || !digits(high) {
                    return None;
                }
                out.push_str(&format!("{{{counts}}}"));
                false
            }
            '.' => {
                out.push_str(r"[^\n\r]");
                true
            }
            '[' => {
                class(&mut chars, &mut out)?;
                true
            }
            '\\' => {
                escape(&mut chars, &mut out)?;
                true
            }
            ']' | '}' => return None,
            // The suite takes these two as the ends of the text, as most engines do.
            '^' | '$' => {
                out.push(char);
                false
            }
            _ => {
                literal(char, &mut out);
                true
            }
        };
    }
    (groups == 0).then_some(out)
}

type Chars<'p> = std::iter::Peekable<std::str::Chars<'p>>;

/// `[…]`, after its first bracket.
fn class(chars: &mut Chars<'_>, out: &mut String) -> Option<()> {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut empty = true;
    // Whether a character stands before that a range can begin with.
    let mut begins = false;
    loop {
        match chars.next()? {
            ']' if empty => return None,
            ']' => {
                out.push(']');
                return Some(());
            }
            '-' => match chars.peek()? {
                ']' => literal('-', out),
                _ if empty => literal('-', out),
                _ if begins => {
                    out.push('-');
                    match chars.next()? {
                        '\\' if matches!(chars.peek(), Some('p' | 'P')) => return None,
                        '\\' => escape(chars, out)?,
                        '[' | '-' => return None,
                        char => literal(char, out),
                    }
                    begins = false;
                    continue;
                }
                _ => return None,
            },
            '[' => return None,
            '\\' => {
                let category = matches!(chars.peek(), Some('p' | 'P'));
                escape(chars, out)?;
                empty = false;
                begins = !category;
                continue;
            }
            char => {
                literal(char, out);
                begins = true;
                empty = false;
                continue;
            }
        }
        empty = false;
        begins = false;
    }
}

/// What stands after a `\`.
fn escape(chars: &mut Chars<'_>, out: &mut String) -> Option<()> {
    match chars.next()? {
        'n' => out.push_str(r"\n"),
        'r' => out.push_str(r"\r"),
        't' => out.push_str(r"\t"),
        kind @ ('p' | 'P') => {
            chars.next_if_eq(&'{')?;
            let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
            let mut letters = name.chars();
            let major = letters.next().filter(|c| "LMNPZSC".contains(*c))?;
            match (letters.next(), letters.next()) {
                (None, _) => out.push_str(&format!(r"\{kind}{{{major}}}")),
                (Some(minor), None) if minor.is_ascii_lowercase() => {
                    out.push_str(&format!(r"\{kind}{{{major}{minor}}}"));
                }
                _ => return None,
            }
        }
        char @ ('(' | ')' | '*' | '+' | '-' | '.' | '?' | '[' | '\\' | ']' | '^' | '{' | '|' | '}') => {
            literal(char, out);
        }
        _ => return None,
    }
    Some(())
}

/// A character that means itself, inside a class or outside.
fn literal(char: char, out: &mut String) {
    if char.is_alphanumeric() {
        out.push(char);
    } else {
        out.push_str(&format!(r"\x{{{:X}}}", u32::from(char)));
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    fn fits(pattern: &str, text: &str) -> Option<bool> {
        compile(pattern, true).unwrap().map(|regex| regex.is_match(text))
    }

    #[test]
    fn what_rfc_9485_has_is_taken_and_nothing_else() {
        for (pattern, text, wanted) in [
            ("a.c", "a\rc", false),
            ("a(b|c)*d", "abcbd", true),
            ("[^a-c-]", "-", false),
            ("[-a]+", "-a-", true),
            ("[a-]", "-", true),
            (r"[\]\\]", "]", true),
            ("[&&]", "&", true),
            ("[a~~b]", "~", true),
            ("a{2,3}", "aaaa", false),
            ("a{2,}", "aaaa", true),
            (r"\p{Lu}\P{L}", "A1", true),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, text), Some(wanted), "{pattern}");
        }
        for pattern in [r"\d", r"\w", "a**", "a+?", "(?:a)", "(?i)a", "[]", "[a", "a)", "(a", "*", "{1}", "a{,2}", r"\"]
        {
            assert_eq!(fits(pattern, "a"), None, "{pattern}");
        }
        for pattern in ["[[a]]", "[a-b-c]", "[z-a]", r"\p{Greek}", r"\pL", "]", "}", "a{x}", r"\u0041", "a|*"] {
            assert_eq!(fits(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_grows_beyond_measure_is_an_error() {
        assert!(compile("(((a{1000}){1000}){1000})", true).is_err());
        assert!(compile(r"(\p{L}{500}){500}", false).is_err());
    }
}
